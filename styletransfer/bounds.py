"""What keeps the memory of painting within bounds. Knows nothing of torch, so that anything can reckon with it."""

WHOLE_BYTES = 96 * 2**20
"""A block of the network whose activations take more than this is worked through in stripes."""
HISTORY_BYTES = 192 * 2**20
"""Memory that L-BFGS may take to remember its steps; a large picture is only refined, and needs fewer of them."""


def needs_stripes(shape: tuple[int, int], block: int = 0) -> bool:
    """Whether a picture of (height, width) is so large that one of the first two blocks is worked through in stripes.

    Each block has two convolutions; the second has twice the channels on a quarter of the positions.
    """
    return 2 * (64 << block) * 4 * (shape[0] >> block) * (shape[1] >> block) > WHOLE_BYTES


def history_length(variables: int) -> int:
    """How many of its steps L-BFGS remembers for so many variables."""
    return min(12, max(4, HISTORY_BYTES // (8 * variables)))
