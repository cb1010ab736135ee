"""Notices that a browser no longer waits for what it has asked for, so that nobody goes on making it."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import overload

from anyio import from_thread
from starlette.requests import ClientDisconnect, Request

_LOOK_EVERY = 0.5
"""Seconds between two looks at whether the browser still waits."""


def check_awaited(request: Request) -> None:
    """Raises ClientDisconnect if the browser waits no more. Only in one of the server's threads (`access.guarded`)."""
    if from_thread.run(request.is_disconnected):
        raise ClientDisconnect


@contextmanager
def turn(lock: threading.Lock, request: Request) -> Iterator[None]:
    """Wait for the lock as long as the browser waits; raises ClientDisconnect if it gives up."""
    while not lock.acquire(timeout=_LOOK_EVERY):
        check_awaited(request)
    try:
        yield
    finally:
        lock.release()


class AwaitedFiles(Sequence[Path]):
    """Files that are handed out only as long as the browser waits; raises ClientDisconnect then."""

    def __init__(self, files: Sequence[Path], request: Request) -> None:
        self._files = files
        self._request = request

    @overload
    def __getitem__(self, index: int) -> Path: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Path]: ...
    def __getitem__(self, index: int | slice) -> Path | Sequence[Path]:
        """One of the files, or several."""
        check_awaited(self._request)
        return self._files[index]

    def __len__(self) -> int:
        """How many there are."""
        return len(self._files)
