"""Keeping freed memory is a matter of speed alone: painting is the same with it, and without it elsewhere."""

import sys

import pytest
import torch

from styletransfer import allocator
from styletransfer.allocator import kept_memory


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="page faults are counted on Linux alone")
def test_freed_memory_is_taken_again_without_asking_the_system() -> None:
    import resource

    def faults_of_a_large_block() -> int:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        torch.ones(16 * 2**20)
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    if not allocator.available():
        pytest.skip("this system's C library is not glibc")
    handed_back = sum(faults_of_a_large_block() for _ in range(10))
    with kept_memory():
        kept = sum(faults_of_a_large_block() for _ in range(10))
    assert kept < handed_back / 2


def test_without_glibc_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with kept_memory():
        assert not allocator.available()
