"""Masks: pictures that say where a painting applies, or where the photo stays as it is: white there, grey in part.

From files of any kind to what each painting covers at a size, checked on the way. Knows nothing of torch.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.decoding import to_srgb
from styletransfer.imaging.images import SHORTEST_SIDE
from styletransfer.texts import Text

FEWEST = 8
"""Positions in a layer that a region's statistics need to mean anything: what the deepest layer has of the smallest
picture that is painted."""
_ASPECT = 0.01
"""By how much of its width a mask may be wider or narrower than the photo's aspect ratio makes it."""


def to_mask(image: Image.Image) -> Image.Image:
    """A picture in any of Pillow's modes as a mask, L: its brightness, times its opacity."""
    if image.mode == "L":
        return image
    upright = to_srgb(image)
    mask = upright.convert("RGB").convert("L")
    return ImageChops.multiply(mask, upright.getchannel("A")) if upright.mode == "RGBA" else mask


def checked(
    masks: Sequence[Image.Image], keep: Image.Image | None, photo: tuple[int, int]
) -> tuple[tuple[Image.Image, ...], Image.Image | None]:
    """Masks, in any of Pillow's modes, as L, once it is known that they can be painted with.

    Args:
        masks: That of each painting, or none.
        keep: That of what stays as it is in the photo, or None.
        photo: (width, height) of the photo.

    Raises:
        StyleTransferError: One is too small, has another aspect ratio than the photo, or leaves nothing to its
            painting, or nothing is left to be painted.
    """
    masks, keep = tuple(map(to_mask, masks)), None if keep is None else to_mask(keep)
    for number, mask in enumerate(masks, 1):
        _check_shape(_mask(number), mask, photo)
    if keep is not None:
        _check_shape(Text("The mask of what stays as it is"), keep, photo)
        if keep.getextrema() == (255, 255):
            raise StyleTransferError(
                "The mask of what stays as it is is white everywhere, which leaves nothing to be painted; leave some "
                "of it black."
            )
    for number, mask in enumerate(masks, 1):
        # What no mask covers follows the first painting, so that its mask may be black beside others.
        if mask.getextrema() == (0, 0) and (number > 1 or len(masks) == 1):
            raise StyleTransferError(
                "{mask} is black everywhere, so that its painting would apply nowhere; paint some of it white, or "
                "leave it and its painting out.",
                mask=_mask(number),
            )
    return masks, keep


def coverage(masks: Sequence[Image.Image], keep: Image.Image | None, shape: tuple[int, int]) -> NDArray[np.float32]:
    """How much each painting applies to each pixel, (masks, h, w), in 0 to 1.

    Where masks come to more than 1 they are shared out in proportion; where they come to less, the rest is the first
    one's; and what is kept is nobody's.

    Args:
        masks: L, each of any size; none for one that is white everywhere.
        keep: L, what stays as it is in the photo, or None.
        shape: (height, width).
    """
    covered = np.stack([scaled(mask, shape) for mask in masks] or [np.ones(shape, np.float32)])
    covered /= np.maximum(covered.sum(0), 1)
    covered[0] += np.maximum(1 - covered.sum(0), 0)
    if keep is not None:
        covered *= 1 - scaled(keep, shape)
    return covered


def check_covered(masks: Sequence[Image.Image], keep: Image.Image | None, shape: tuple[int, int]) -> None:
    """Make sure that each painting has something to be painted at a size.

    Args:
        masks: From `checked`.
        keep: From `checked`.
        shape: (height, width).

    Raises:
        StyleTransferError: A region is too small.
    """
    if not masks and keep is None:
        return
    for number, region in enumerate(coverage(masks, keep, shape), 1):
        if region.sum() >= FEWEST:
            continue
        if not masks:
            raise StyleTransferError(
                "The mask of what stays as it is leaves less than {least} pixels to be painted at this size; leave "
                "more of it black.",
                least=FEWEST,
            )
        raise StyleTransferError(
            "{mask} leaves its painting less than {least} pixels at this size, too few to be painted; make its region "
            "larger, or leave it and its painting out.",
            mask=_mask(number),
            least=FEWEST,
        )


def scaled(mask: Image.Image, shape: tuple[int, int]) -> NDArray[np.float32]:
    """A mask at (height, width), in 0 to 1; white stays 1 and black 0, and nothing rings between them."""
    height, width = shape
    return np.asarray(mask.resize((width, height), Image.Resampling.BILINEAR), np.float32) / np.float32(255)


def all_white(masks: Sequence[Image.Image]) -> bool:
    """Whether every mask, L, is white everywhere, which says nothing."""
    return all(mask.getextrema() == (255, 255) for mask in masks)


def _mask(number: int) -> Text:
    return Text("Mask {number}", number=number)


def _check_shape(name: Text, mask: Image.Image, photo: tuple[int, int]) -> None:
    if min(mask.size) < SHORTEST_SIDE:
        raise StyleTransferError(
            "{mask} is too small ({width} x {height} pixels); each side needs at least {least} pixels.",
            mask=name,
            width=mask.width,
            height=mask.height,
            least=SHORTEST_SIDE,
        )
    ratio = photo[0] / photo[1]
    rounding = max(ratio, 1.0)  # of both sides of one that was scaled to whole pixels
    if abs(mask.width - ratio * mask.height) > _ASPECT * mask.width + rounding:
        raise StyleTransferError(
            "{mask} has another shape than the photo ({width} x {height} pixels beside {photo_width} x "
            "{photo_height}); give one of the photo's aspect ratio, of any size.",
            mask=name,
            width=mask.width,
            height=mask.height,
            photo_width=photo[0],
            photo_height=photo[1],
        )
