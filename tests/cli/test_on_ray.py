"""On a Ray cluster: the same pictures and films, wherever they are painted and whatever dies meanwhile."""

import csv
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import pytest

from styletransfer.support.paths import sample_paintings, sample_photos
from styletransfer.video.frame_store import folder_of

pytest.importorskip("ray")
ROOT = Path(__file__).parents[2]


class TwoNodes:
    """Two nodes of one processor each, in a process of their own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._second = True

    @cached_property
    def address(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def remove(self) -> None:
        """Kill the second one."""
        self._second = False
        self._tell("remove")

    def bring_back(self) -> None:
        """Have two again."""
        if not self._second:
            self._tell("add")

    def _tell(self, word: str) -> None:
        assert self.address
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "done\n"


@pytest.fixture(scope="module")
def nodes() -> Iterator[TwoNodes]:
    command = [sys.executable, str(Path(__file__).with_name("two_nodes.py")), "1", "1"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:
        try:
            yield TwoNodes(process)
        finally:
            process.communicate("end\n", timeout=60)


def finish(command: list[str], begun: Callable[[], object], nodes: TwoNodes) -> str:
    """Run a command, kill a node once it has begun, and give what it has said in the end."""
    with subprocess.Popen([*command, "--ray", nodes.address], cwd=ROOT, stderr=subprocess.PIPE, text=True) as painting:
        while not begun() and painting.poll() is None:
            time.sleep(0.05)
        nodes.remove()
        _, said = painting.communicate(timeout=300)
    assert painting.returncode == 0, said
    return said


def often(command: list[str]) -> list[str]:
    """The same with a checkpoint after every epoch."""
    code = (
        "import sys; from styletransfer.batch import on_ray; from styletransfer.cli import batch\n"
        "on_ray._LEAST = on_ray._PAUSE = 0.0; sys.exit(batch.main(sys.argv[1:]))"
    )
    return [sys.executable, "-c", code, *command[command.index("batch") + 1 :]]


def batch(out: Path, *options: str, photos: int, paintings: int) -> list[str]:
    pictures = [str(path) for path in sample_photos()[:photos]]
    for path in sample_paintings()[:paintings]:
        pictures += ["--painting", str(path)]
    settings = ["--size", "64", "--epochs", "20", "--threads", "1", "--network", "vgg16"]
    return [sys.executable, "-m", "styletransfer", "batch", *pictures, "-o", str(out), *settings, *options]


def pictures(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("[!.]*.png")}


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "report.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_node_that_dies_under_a_batch_costs_only_time(nodes: TwoNodes, tmp_path: Path) -> None:
    alone, many = tmp_path / "alone", tmp_path / "many"
    # While the nodes start.
    subprocess.run(batch(alone, "--quiet", photos=3, paintings=1), cwd=ROOT, check=True, timeout=300)
    said = finish(often(batch(many, photos=3, paintings=1)), lambda: pictures(many), nodes)
    assert "Painted 3 pictures." in said
    assert pictures(many) == pictures(alone)
    assert {row["state"] for row in rows(many)} == {"painted"}
    assert not list(many.rglob("*.state"))
    assert all(row["where"] for row in rows(many))
    assert not any(row["where"] for row in rows(alone))


def test_a_node_that_dies_under_a_film_costs_only_time(
    nodes: TwoNodes, film: Path, painting: Path, tmp_path: Path
) -> None:
    def command(out: Path) -> list[str]:
        settings = ["--size", "64", "--epochs", "4", "--first-epochs", "8", "--threads", "1", "--network", "vgg16"]
        start = [sys.executable, "-m", "styletransfer", "film", str(film), str(painting)]
        return [*start, "-o", str(out), *settings, "--match-palette"]

    alone, many = tmp_path / "alone.mp4", tmp_path / "many.mp4"
    subprocess.run([*command(alone), "--quiet"], cwd=ROOT, check=True, timeout=300)
    nodes.bring_back()
    said = finish(command(many), lambda: list(folder_of(many).glob("0*.png")), nodes)
    assert "Painted" in said
    assert many.read_bytes() == alone.read_bytes()
    assert not folder_of(many).exists()
