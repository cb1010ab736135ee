"""The places in the network where features are read, and their names."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from styletransfer.errors import StyleTransferError


class Tap(NamedTuple):
    """A place in the network where features are read: after convolution `place` of `block`, both counted from 0."""

    block: int
    place: int
    relu: bool


def parse_tap(name: str, depths: Sequence[int]) -> Tap:
    """Read a layer's name, such as "relu4_2", "conv5_1" or "relu4_last".

    Args:
        name: "relu" or "conv" (before the ReLU), then the block, then the convolution in it or "last".
        depths: Convolutions in each block of the network.

    Raises:
        StyleTransferError: The network has no such layer.
    """
    match = re.fullmatch(r"(relu|conv)([1-5])_([1-9]|last)", name)
    if match:
        kind, block, place = match[1], int(match[2]) - 1, match[3]
        index = depths[block] - 1 if place == "last" else int(place) - 1
        if index < depths[block]:
            return Tap(block, index, kind == "relu")
    raise StyleTransferError(
        "The network has no layer {name}; layers are named like relu4_2 (after the ReLU) or conv5_1 (before "
        "it), and its blocks have {depths} convolutions.",
        name=repr(name),
        depths=", ".join(map(str, depths)),
    )
