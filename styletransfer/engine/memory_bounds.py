"""What keeps the memory of painting within bounds. Knows nothing of torch, so that anything can reckon with it."""

WHOLE_BYTES = 128 * 2**20
"""A picture is large if the features of the network's first convolution take more than this."""
BLOCK_BYTES, DEEP_BLOCK_BYTES = 32 * 2**20, 512 * 2**20
"""In a large picture, a block of the network is worked through in stripes if the features to be kept for its gradient
take more than this. In the first two blocks they are those of one convolution, and computing them anew takes a few
percent; deeper in, of two or three, so that it is worth it only if nothing else helps."""
STRIPE_ROWS = 24
"""Rows of a stripe. More would take more memory; fewer would mean to read more rows twice, beyond their ends."""
HISTORY_BYTES = 192 * 2**20
"""Memory that L-BFGS may take to remember its steps; a large picture is only refined, and needs fewer of them."""


def is_large(shape: tuple[int, int]) -> bool:
    """Whether a picture of (height, width) is so large that memory comes before time."""
    return 4 * 64 * shape[0] * shape[1] > WHOLE_BYTES


def kept_bytes(shape: tuple[int, int]) -> int:
    """The largest freed block of memory that is worth keeping while a picture of (height, width) is painted.

    For a large picture, the features of a stripe: what is larger stands alone, and the gaps that it would leave when it
    is kept add up.
    """
    return max(7 * 2**20, 4 * 64 * (STRIPE_ROWS + 8) * shape[1]) if is_large(shape) else 2**30


def history_length(variables: int) -> int:
    """How many of its steps L-BFGS remembers for so many variables."""
    return min(6, max(3, HISTORY_BYTES // (8 * variables)))
