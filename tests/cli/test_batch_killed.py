"""A batch that is killed at once goes on as if nothing had happened, with the real network."""

import csv
import subprocess
import sys
import time
from pathlib import Path

import pytest

from styletransfer.support.paths import sample_paintings, sample_photos

ROOT = Path(__file__).parents[2]


def batch(folder: Path) -> list[str]:
    photos = [str(path) for path in sample_photos()[:2]]
    painting = str(sample_paintings()[0])
    settings = ["--size", "96", "--epochs", "20", "--network", "vgg16"]
    return [
        sys.executable,
        "-m",
        "styletransfer",
        "batch",
        *photos,
        "--painting",
        painting,
        "-o",
        str(folder),
        *settings,
    ]


def pictures(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("[!.]*.png")}


def checkpoints(folder: Path) -> set[Path]:
    return set(folder.glob(".styletransfer/*.state"))


@pytest.mark.slow
def test_a_killed_batch_goes_on_with_the_picture_at_hand(tmp_path: Path) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    with (
        subprocess.Popen(batch(whole), cwd=ROOT, stderr=subprocess.DEVNULL) as undisturbed,  # meanwhile
        subprocess.Popen(batch(killed), cwd=ROOT, stderr=subprocess.DEVNULL) as process,
    ):
        before = set[Path]()
        while not pictures(killed) and process.poll() is None:
            before |= checkpoints(killed)
            time.sleep(0.01)
        while not checkpoints(killed) - before and process.poll() is None:
            time.sleep(0.01)
        process.kill()
        process.wait()
        assert len(pictures(killed)) == 1
        subprocess.run(batch(killed), cwd=ROOT, check=True, timeout=300, stderr=subprocess.DEVNULL)
        assert undisturbed.wait(300) == 0
    assert pictures(killed) == pictures(whole)
    with (killed / "report.csv").open(newline="") as file:
        assert [row["state"] for row in csv.DictReader(file)] == ["kept", "painted"]
    assert [path.name for path in killed.glob(".styletransfer/*")] == ["lock"]
