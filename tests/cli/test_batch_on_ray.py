"""A batch on a Ray cluster: the same pictures, wherever they are painted and whatever dies meanwhile."""

import csv
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from styletransfer.support.paths import sample_paintings, sample_photos

pytest.importorskip("ray")
ROOT = Path(__file__).parents[2]


@contextmanager
def two_nodes() -> Iterator[subprocess.Popen[str]]:
    """Two nodes of one processor each; the first line that the process says is their address."""
    command = [sys.executable, str(Path(__file__).with_name("two_nodes.py")), "1", "1"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:
        try:
            yield process
        finally:
            process.communicate("end\n", timeout=60)


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


def test_a_node_that_dies_costs_only_time(tmp_path: Path) -> None:
    alone, many = tmp_path / "alone", tmp_path / "many"
    with two_nodes() as cluster:
        assert cluster.stdin
        assert cluster.stdout
        # While the nodes start.
        subprocess.run(batch(alone, "--quiet", photos=3, paintings=1), cwd=ROOT, check=True, timeout=300)
        address = cluster.stdout.readline().strip()
        command = batch(many, "--ray", address, photos=3, paintings=1)
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as painting:
            while not pictures(many) and painting.poll() is None:
                time.sleep(0.05)
            cluster.stdin.write("remove\n")
            cluster.stdin.flush()
            _, said = painting.communicate(timeout=300)
    assert painting.returncode == 0, said
    assert "Painted 3 pictures." in said
    assert pictures(many) == pictures(alone)
    assert {row["state"] for row in rows(many)} == {"painted"}
    assert all(row["where"] for row in rows(many))
    assert not any(row["where"] for row in rows(alone))
