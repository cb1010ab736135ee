"""Keeping what is done besides the painting at a small share of its time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Throttle:
    """Says when something may be done again that should take at most `share` of the time.

    Args:
        share: Share of all time that it may take, 0 to 1.
        least: Seconds between two times at least.
    """

    def __init__(self, *, share: float, least: float) -> None:
        self._share = share
        self._least = least
        self._next = 0.0

    def due(self) -> bool:
        """Whether it may be done now."""
        return time.monotonic() >= self._next

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Do it inside, and count how long it takes."""
        began = time.monotonic()
        try:
            yield
        finally:
            ended = time.monotonic()
            self._next = ended + max(self._least, (ended - began) / self._share)
