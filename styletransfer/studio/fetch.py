"""The download of VGG-19, in a process of its own, so that neither the page nor the painting waits for it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Download:
    """How a download stands.

    Attributes:
        state: "running", "done", "cancelled" or "failed".
        received: Bytes received.
        size: Bytes in all, or None while unknown.
        error: One plain sentence on why it failed, or None.
    """

    state: Literal["running", "done", "cancelled", "failed"]
    received: int = 0
    size: int | None = None
    error: str | None = None
