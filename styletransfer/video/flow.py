"""How things move from one frame of a film to the next, where that is sure, and pictures moved along with them.

Dense inverse search (Kroeger, Timofte, Dai and Van Gool 2016), as OpenCV has it, forward and backward. Knows nothing of
torch.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.float32]
"""(height, width, 3), sRGB in 0 to 255."""

_SHARE, _SLACK = 0.01, 0.5
"""There and back again a pixel may end up beside where it began: squared, by this share of the squared lengths of both
ways plus this many pixels (Sundaram, Brox and Keutzer 2010, as Ruder, Dosovitskiy and Brox 2016 have it)."""
_ALIKE, _UNLIKE = 12.0, 30.0
"""Mean difference of a pixel's neighbourhood from what the flow says it was, 0 to 255, up to which it is taken for the
same thing, and from which on for another: in a plain area a flow may be consistent and wrong."""
_BEND, _BEND_SLACK = 0.01, 0.01
"""A flow bends where the sum of its squared slopes is above this share of its squared length plus this slack: at the
edge of what moves (as there, with more slack: plain skies have noise)."""
_HALO = 0.006
"""Share of the long side by which paint spreads over the edge of a thing: as far from an edge of motion, it would be
left behind as a trail."""
_STILL = 0.12
"""Pixels; a shorter way is taken for none, where the picture agrees: else noise would make what stands still drift."""


@dataclass(frozen=True)
class Motion:
    """How things moved from the last frame to this one.

    Attributes:
        back: (h, w, 2), the way (x, y) in pixels from each pixel of this frame to where it was in the last one.
        seen: (h, w), 0 to 1: how far it was seen in the last frame; 0 where it has only come into sight.
        sure: (h, w), 0 to 1: how far it is to be held to that: `seen`, and away from the edges of what moves.
    """

    back: NDArray[np.float32]
    seen: NDArray[np.float32]
    sure: NDArray[np.float32]

    @cached_property
    def share(self) -> float:
        """The share of the frame that was seen in the last one, 0 to 1."""
        return float(self.seen.mean())

    def moved(self, picture: Image.Image) -> Image.Image:
        """A picture of the last frame's size (RGB) with everything where it is in this frame."""
        pixels = np.asarray(picture, np.float32)
        return Image.fromarray(np.rint(_sampled(pixels, self.back, cv2.INTER_LANCZOS4)).clip(0, 255).astype(np.uint8))


class OpticalFlow:
    """Finds the motion between frames of one size."""

    def __init__(self) -> None:
        self._search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._search.setFinestScale(0)  # frames are small here, and half a pixel is a lot

    def between(self, last: Image.Image, current: Image.Image) -> Motion:
        """The motion from one frame (RGB) to the next, of the same size."""
        before, after = np.asarray(last, np.float32), np.asarray(current, np.float32)
        grey = [cv2.cvtColor(np.asarray(frame), cv2.COLOR_RGB2GRAY) for frame in (last, current)]
        blank = np.zeros((*grey[0].shape, 2), np.float32)
        back = np.asarray(self._search.calc(grey[1], grey[0], blank.copy()), np.float32)
        forth = np.asarray(self._search.calc(grey[0], grey[1], blank), np.float32)
        back = _stilled(back, before, after)
        seen = _seen(back, forth, before, after)
        return Motion(back, seen, np.where(_near_edges(back), np.float32(0), seen))


def _stilled(back: NDArray[np.float32], before: Pixels, after: Pixels) -> NDArray[np.float32]:
    """The flow without ways so short that they are noise, where the frames are alike as they stand."""
    short = np.linalg.norm(back, axis=2) < _STILL
    alike = cv2.blur(np.abs(after - before).mean(2), (5, 5)) < _ALIKE / 2
    return np.where((short & alike)[..., None], np.float32(0), back)


def _seen(back: NDArray[np.float32], forth: NDArray[np.float32], before: Pixels, after: Pixels) -> NDArray[np.float32]:
    """(h, w), 0 to 1."""
    height, width = back.shape[:2]
    returned = _sampled(forth, back, cv2.INTER_LINEAR)
    astray = np.square(back + returned).sum(2)
    allowed = _SHARE * (np.square(back).sum(2) + np.square(returned).sum(2)) + _SLACK
    x, y = _places(back)
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    unlike = cv2.blur(np.abs(after - _sampled(before, back, cv2.INTER_LINEAR)).mean(2), (3, 3))
    likeness = np.clip((_UNLIKE - unlike) / (_UNLIKE - _ALIKE), 0, 1)
    seen = np.where(inside & (astray <= allowed), likeness, 0).astype(np.float32)
    # Patches reach a little over the edge of what moves.
    return np.asarray(cv2.erode(seen, np.ones((3, 3), np.uint8)), np.float32)


def _near_edges(back: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(h, w): where something moves otherwise than what is beside it, as far as paint spreads."""
    slopes = sum(np.square(np.gradient(back, axis=axis)).sum(2) for axis in (0, 1))
    edges = slopes > _BEND * np.square(back).sum(2) + _BEND_SLACK
    reach = max(1, round(_HALO * max(back.shape)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return np.asarray(cv2.dilate(edges.astype(np.uint8), disc), np.bool_)


def _sampled(picture: NDArray[np.float32], back: NDArray[np.float32], method: int) -> NDArray[np.float32]:
    """What stood in `picture`, (h, w, n), where each pixel was; beyond the border its mirror image."""
    x, y = _places(back)
    return np.asarray(cv2.remap(picture, x, y, method, borderMode=cv2.BORDER_REFLECT_101), np.float32)


def _places(back: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(x, y) of where each pixel was, (h, w) each."""
    y, x = np.indices(back.shape[:2], np.float32)
    return x + back[..., 0], y + back[..., 1]
