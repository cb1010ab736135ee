"""What the engine hands out after every epoch. Knows nothing of torch, so that any process may import it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from PIL import Image

if TYPE_CHECKING:
    import numpy as np  # takes a moment, which a mistyped option need not wait for
    from numpy.typing import NDArray

LossName = Literal["content", "style", "tv", "temporal", "total"]
LOSS_NAMES: tuple[LossName, ...] = ("content", "style", "tv", "total")
"""Those of every painting; a frame of a film that is held to the one before has a temporal loss as well."""


class Savable(Protocol):
    """All that the rest of a painting depends on; see `styletransfer.engine.checkpoint`."""

    def save(self, path: str | Path, *, settled: bool = True, notes: Mapping[str, Any] | None = None) -> None:
        """Write it to `path`, whole or not at all, with `notes`; unless `settled`, a power cut may still take it.

        Raises StyleTransferError.
        """


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The state of a painting after one epoch.

    Attributes:
        epoch: Epochs done so far, from 1 to `epochs`.
        epochs: Epochs in the whole run.
        scale: (height, width) in pixels of the picture that is being painted at this epoch.
        losses: The terms of the objective, each already weighted, so that content + style + tv = total. They belong to
            `image`.
        clipped_losses: Those of the picture as it is shown and saved, where that is another than the one that is
            painted: where pixels may leave the range from 0 to 1 and are clipped (`Settings.bounded`). None where it is
            the same, or there is no picture.
        seconds: Seconds of painting since the run's first step was begun.
        image: The best picture so far at this scale, or Adam's last one (RGB, or RGBA where the photo is transparent),
            or None between previews.
        pixels: The same picture before its rounding to 8 bits, where `stylize` was asked for 16, else None: (height,
            width, 3), or 4 where the photo is transparent, float32, sRGB in 0 to 1.
        network: What the features come from, for example "vgg16".
        device: Kind of device that it is painted on: "cpu", "cuda" or "mps".
        bfloat16: Whether the network reckoned in bfloat16; see `Settings.precision`.
        message: What the user should know of this epoch, for example that a step diverged and was taken back.
        checkpoint: What the painting can be gone on with later; it can be saved until the next frame is asked for,
            and the last one's ever after.
    """

    epoch: int
    epochs: int
    scale: tuple[int, int]
    losses: Mapping[LossName, float]
    seconds: float
    image: Image.Image | None = None
    pixels: "NDArray[np.float32] | None" = None
    clipped_losses: Mapping[LossName, float] | None = None
    network: str
    device: str = "cpu"
    bfloat16: bool = False
    message: str | None = None
    checkpoint: Savable | None = None
