"""Keeps what libraries print about odd pictures from the user, who is told in one sentence if it matters.

Knows nothing of torch. Every function may be called from any thread.
"""

import ctypes
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

from PIL import _imaging

_lock = threading.Lock()
_inside = 0
_filters = warnings.catch_warnings()


@contextmanager
def hushed() -> Iterator[None]:
    """Inside, no warning is shown nor raised.

    Python's warnings belong to the whole process: whoever comes first switches them off, whoever leaves last puts them
    back, so that several threads do not undo each other's doing.
    """
    global _inside, _filters
    with _lock:
        if _inside == 0:
            _hush_libtiff()
            _filters = warnings.catch_warnings()
            _filters.__enter__()
            warnings.simplefilter("ignore")
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _filters.__exit__(None, None, None)


@cache
def _hush_libtiff() -> None:
    """Let libtiff, which Pillow reads TIFFs with, print nothing, where it can be found; on Windows it cannot."""
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(_imaging.__file__)
        for name in ("TIFFSetErrorHandler", "TIFFSetWarningHandler"):
            setter = getattr(library, name)
            setter.argtypes, setter.restype = [ctypes.c_void_p], ctypes.c_void_p
            setter(None)
