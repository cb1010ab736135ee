"""Keeping freed memory is a matter of speed alone: painting is the same with it, and without it elsewhere."""

import subprocess
import sys

import pytest

from styletransfer.engine.vgg.fast import allocator
from styletransfer.engine.vgg.fast.allocator import kept_memory

COUNT_PAGE_FAULTS = """
import resource, torch
from styletransfer.engine.vgg.fast.allocator import kept_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        torch.ones(16 * 2**20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

plain = faults()
with kept_memory():
    kept = faults()
print(plain, kept, faults())
"""


@pytest.mark.skipif(not allocator.available(), reason="this system's C library is not glibc")
def test_freed_memory_is_taken_again_without_asking_the_system_and_given_back_in_the_end() -> None:
    assert any(kept < plain / 2 and after > plain / 2 for plain, kept, after in (page_faults() for _ in range(5)))


def page_faults() -> tuple[int, int, int]:
    """Page faults of ten large blocks before, inside and after.

    In a process of its own: what others have allocated before changes what the allocator does, and so does, now and
    then, where the system happens to lay out the process's memory.
    """
    done = subprocess.run([sys.executable, "-c", COUNT_PAGE_FAULTS], capture_output=True, text=True, check=True)
    plain, kept, after = map(int, done.stdout.split())
    return plain, kept, after


def test_without_glibc_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with kept_memory():
        assert not allocator.available()
