"""How much memory is free, as every system tells it."""

import os
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from styletransfer.machine import free_memory
from styletransfer.machine.free_memory import RESERVE, available_bytes, bytes_for, resident_bytes


@pytest.fixture(autouse=True)
def no_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(free_memory, "_CGROUP", tmp_path)
    return tmp_path


def test_it_is_what_other_programs_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=16 * 10**9, available=3 * 10**9))
    assert available_bytes() == 3 * 10**9 - RESERVE


def test_a_container_s_limit_counts(no_container: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=30 * 10**9))
    (no_container / "memory.max").write_text("2000000000\n")
    (no_container / "memory.current").write_text("1500000000\n")
    (no_container / "memory.stat").write_text("anon 1\ninactive_file 200000000\n")
    assert available_bytes() == 700_000_000 - RESERVE
    (no_container / "memory.max").write_text("max\n")
    assert available_bytes() == 30 * 10**9 - RESERVE


def test_a_system_that_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    def hidden() -> None:
        raise FileNotFoundError("/proc/meminfo")

    monkeypatch.setattr(psutil, "virtual_memory", hidden)
    assert available_bytes() is None


def test_what_a_process_takes() -> None:
    assert resident_bytes(os.getpid()) > 10**7
    assert resident_bytes(2**22 + 1) == 0  # more than any system numbers


def test_a_process_can_have_what_it_has_and_what_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(free_memory, "available_bytes", lambda: 1_000)
    monkeypatch.setattr(free_memory, "resident_bytes", lambda _: 500)
    assert (bytes_for(1), bytes_for(None)) == (1_500, 1_000)
    monkeypatch.setattr(free_memory, "available_bytes", lambda: None)
    assert bytes_for(1) is None
