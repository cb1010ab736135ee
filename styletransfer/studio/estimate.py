"""What is said next to Start: how long it will take on this machine, and whether it fits into memory."""

from styletransfer.settings import Settings
from styletransfer.studio.jobs import Studio


def estimate_line(studio: Studio, settings: Settings, photo: tuple[int, int]) -> tuple[str, bool]:
    """A sentence on the expected time, or on why it cannot be painted, and whether it can be."""
    return "", True
