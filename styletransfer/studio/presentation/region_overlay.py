"""A run's photo, small, with its regions over it in their colours."""

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageColor

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import fit, open_image
from styletransfer.imaging.masks import to_mask
from styletransfer.inputs import Inputs
from styletransfer.studio.pictures import data_url
from styletransfer.studio.regions import COLORS

_SIZE = 240
"""Long side in pixels."""
_STRENGTH = 0.6


def overlay(inputs: Inputs[Path]) -> str:
    """As a `data:` URL; empty without regions, and where a file is gone or damaged.

    What stays comes first among the colours and what follows the first painting has none, as in the editor.
    """
    keep = [] if inputs.keep is None else [inputs.keep]
    masks = (*keep, *inputs.masks[1:])
    try:
        return _overlay(inputs.photo, masks, tuple(path.stat().st_mtime_ns for path in masks)) if masks else ""
    except (StyleTransferError, OSError):
        return ""


@lru_cache(maxsize=8)
def _overlay(photo: Path, masks: tuple[Path, ...], _changed: tuple[int, ...]) -> str:
    shown = fit(open_image(photo).convert("RGB"), _SIZE).convert("L").convert("RGB")
    for path, color in zip(masks, COLORS, strict=False):
        mask = to_mask(open_image(path)).resize(shown.size, Image.Resampling.BOX)
        tint = Image.new("RGB", shown.size, ImageColor.getrgb(color))
        shown.paste(tint, mask=mask.point(lambda level: round(_STRENGTH * level)))
    return data_url(shown)
