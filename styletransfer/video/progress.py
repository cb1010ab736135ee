"""How far a film is. Knows nothing of torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from PIL import Image

from styletransfer.engine.frames import LossName


@dataclass(frozen=True)
class Progress:
    """How far a film is.

    Attributes:
        painted: Frames that are painted.
        frames: Frames in all, as far as the film tells.
        done, left: Work done by this command, and still to be done, in any unit.
        shots: Shots begun so far by this command.
        losses: Of the newest picture, weighted.
        flicker: The mean difference between the newest frame and the last, moved, 0 to 255; None for a shot's first.
        image: The newest picture, RGB; None where a shot's first frame is on its way and nobody asked to see it.
    """

    painted: int
    frames: int
    done: float
    left: float
    shots: int
    losses: Mapping[LossName, float] = field(default_factory=dict)
    flicker: float | None = None
    image: Image.Image | None = field(default=None, repr=False)
