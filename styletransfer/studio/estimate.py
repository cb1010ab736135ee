"""What is said next to Start: how long it will take on this machine, and whether it fits into memory."""

from styletransfer.images import scaled_shape
from styletransfer.settings import Settings
from styletransfer.studio import words
from styletransfer.studio.jobs import Studio
from styletransfer.studio.memory import available_bytes, largest_pixels


def estimate(studio: Studio, settings: Settings, photo: tuple[int, int]) -> str:
    """A sentence on the expected time, by the speed measured on this machine.

    Args:
        studio: Knows the speed.
        settings: What is to be painted.
        photo: (height, width) of the photo.
    """
    pace = studio.seconds_per_megapixel(settings.network)
    if pace is None:
        return "The time will be known once the brushes are warm." if not studio.worker_ready else ""
    return f"About {words.duration(pace * work(settings, photo))} on this machine."


def too_large(settings: Settings, photo: tuple[int, int]) -> str | None:
    """A sentence on why the picture will not fit into memory and which size will, or None if it does."""
    free = available_bytes()
    if free is None or settings.device in ("cuda", "mps"):
        return None
    height, width = result_shape(settings, photo)
    most = largest_pixels(free)
    if height * width <= most:
        return None
    size = int(max(height, width) * (most / (height * width)) ** 0.5) // 32 * 32
    return f"This will not fit into the memory that is free: choose a resolution of at most {size} pixels."


def work(settings: Settings, photo: tuple[int, int]) -> float:
    """Million pixels that are gone over in all epochs together.

    Each scale has half the sides of the next, and the epochs are shared out equally.
    """
    height, width = result_shape(settings, photo)
    share = settings.epochs / settings.scales
    return sum(share * height * width / 4**scale for scale in range(settings.scales)) / 1e6


def result_shape(settings: Settings, photo: tuple[int, int]) -> tuple[int, int]:
    """(height, width) of the result."""
    height, width = photo
    return settings.shape or scaled_shape(width, height, settings.size)
