"""The same command gives the same picture, to the last byte, whatever else the machine does."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PICTURES = [str(ROOT / "assets" / name) for name in ("photos/cat.jpg", "paintings/swirl.jpg")]
BUSY = "while True: pass"


@pytest.fixture
def _other_programs() -> Iterator[None]:
    """Something else for every core to do."""
    with ExitStack() as stack:
        for _ in range(os.cpu_count() or 1):
            other = stack.enter_context(subprocess.Popen([sys.executable, "-c", BUSY]))
            stack.callback(other.kill)
        yield


def begin(folder: Path, name: str, *options: str) -> subprocess.Popen[bytes]:
    """Begin to paint a small picture in a process that knows nothing of the others."""
    home = {"STYLETRANSFER_HOME": str(folder / name)}
    command = [sys.executable, "-m", "styletransfer", *PICTURES, "-o", str(folder / f"{name}.png")]
    return subprocess.Popen(
        [*command, "--size", "80", "--epochs", "5", "--device", "cpu", "--network", "vgg16", "--quiet", *options],
        cwd=ROOT, env=os.environ | home,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.usefixtures("_other_programs")
def test_on_a_busy_machine(tmp_path: Path) -> None:
    names = {precision: [f"{precision}-{number}" for number in range(3)] for precision in ("auto", "full")}
    painters = [begin(tmp_path, name, "--precision", precision) for precision in names for name in names[precision]]
    assert {painter.wait() for painter in painters} == {0}  # they are in each other's way too
    for same in names.values():
        assert len({(tmp_path / f"{name}.png").read_bytes() for name in same}) == 1
