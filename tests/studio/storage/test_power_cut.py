"""After a power cut at any moment either the picture or the way back is there.

What is written is recorded as the disk hears of it, and then replayed in every order that a file system may keep: what
was not waited for (fsync) may be lost, however much later it came, and a file that was not waited for may be empty.
"""

import os
import shutil
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from pictures import gradient, saved
from PIL import Image
from run_inputs import given
from watching import posix

from styletransfer.engine.frames import Frame
from styletransfer.settings import Settings
from styletransfer.studio.snapshot import Ended, State
from styletransfer.studio.storage.run_files import write_whole
from styletransfer.studio.storage.run_folder import Run, Submission
from styletransfer.studio.worker.recorder import Recorder

pytestmark = posix

Step = tuple[str, str, str]
"""("rename", from, to), ("remove", name, "") or ("settle", folder, ""); names are relative to the watched folder."""


class Disk:
    """Hears what is asked of the disk below a folder."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.before = folder.with_name("before")
        self.steps: list[Step] = []
        self.settled: dict[str, bytes] = {}  # contents by name as they were when their file was moved into its place
        self._synced: dict[int, bytes] = {}
        shutil.copytree(folder, self.before)
        replace, unlink, fsync = Path.replace, Path.unlink, os.fsync

        def watched_fsync(descriptor: int) -> None:
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            if path.is_dir():
                self.steps.append(("settle", self._name(path), ""))
            else:
                self._synced[path.stat().st_ino] = path.read_bytes()
            fsync(descriptor)

        def watched_replace(source: Path, target: Path) -> Path:
            if source.is_dir():
                for path in source.rglob("*"):
                    if path.is_file():
                        self.settled[self._name(target / path.relative_to(source))] = self._kept(path)
            else:
                self.settled[self._name(target)] = self._kept(source)
            self.steps.append(("rename", self._name(source), self._name(target)))
            return replace(source, target)

        def watched_unlink(path: Path, *, missing_ok: bool = False) -> None:
            if path.exists():
                self.steps.append(("remove", self._name(path), ""))
            unlink(path, missing_ok=missing_ok)

        monkeypatch.setattr(os, "fsync", watched_fsync)
        monkeypatch.setattr(Path, "replace", watched_replace)
        monkeypatch.setattr(Path, "unlink", watched_unlink)

    def cuts(self) -> Iterator[list[Step]]:
        """What may have come down to the disk: all up to a moment, but any of what was not waited for."""
        for moment in range(len(self.steps) + 1):
            done = list(enumerate(self.steps[:moment]))
            changes = [(at, step) for at, step in done if step[0] != "settle"]
            loose = [at for at, step in changes if ("settle", _folder(step), "") not in self.steps[at:moment]]
            for count in range(len(loose) + 1):
                for lost in combinations(loose, count):
                    yield [step for at, step in changes if at not in lost]

    def after(self, steps: list[Step]) -> dict[str, bytes]:
        """The files after a power cut, by name."""
        files = {self._relative(path): path.read_bytes() for path in self.before.rglob("*") if path.is_file()}
        for what, name, target in steps:
            if what == "remove":
                files.pop(name, None)
            elif target in self.settled:
                files[target] = self.settled[target]
            else:
                files |= {each: data for each, data in self.settled.items() if each.startswith(f"{target}/")}
        return files

    def _kept(self, path: Path) -> bytes:
        """What is sure to be in a file: nothing, unless it was waited for after the last change."""
        data = path.read_bytes()
        return data if self._synced.get(path.stat().st_ino) == data else b""

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self.folder))

    def _relative(self, path: Path) -> str:
        return str(path.relative_to(self.before))


def _folder(step: Step) -> str:
    """The folder that a step changes."""
    return str(Path(step[2] or step[1]).parent)


class Number:
    """A checkpoint that is a number."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def save(self, path: str | Path, *, settled: bool = True) -> None:
        write_whole(Path(path), str(self.epoch).encode("ascii"), settled=settled)


def submission() -> Submission:
    inputs = given(saved(gradient(30, 20), "PNG"), (("wave.jpg", saved(gradient(20, 20), "JPEG")),))
    return Submission(inputs=inputs, settings=Settings(size=64, epochs=9))


def frame(epoch: int) -> Frame:
    losses = {"content": 1.0, "style": 2.0, "tv": 0.5, "total": 3.5}
    image = Image.new("RGB", (32, 21), (epoch, 0, 0))
    return Frame(
        epoch=epoch,
        epochs=9,
        scale=(21, 32),
        losses=losses,
        seconds=1,
        image=image,
        network="fake",
        checkpoint=Number(epoch),
    )


def painted_epoch(home: Path, data: bytes) -> int | None:
    """The epoch of the picture in a file, or None if it is not whole."""
    (home / "looked at").write_bytes(data)
    try:
        with Image.open(home / "looked at") as shown:
            return int(shown.convert("RGB").getpixel((0, 0))[0])  # type: ignore[index]
    except OSError:
        return None


@pytest.mark.parametrize("end", [State.FINISHED, State.STOPPED])
def test_at_the_end_of_a_run_either_its_picture_or_the_way_back_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: State
) -> None:
    home = tmp_path / "runs"
    run = Run.create(home, submission(), server="")
    recorder = Recorder(run)
    recorder.add(frame(1), 0.1)
    recorder._checkpoints.wait()
    recorder.add(frame(9), 0.9)
    recorder._checkpoints.wait()
    with monkeypatch.context() as patch:
        disk = Disk(home, patch)
        recorder.finish(Ended(run_id=run.run_id, state=end))
    cuts = list(disk.cuts())
    assert len(cuts) > 10
    for steps in cuts:
        files = disk.after(steps)
        state = files[f"{run.run_id}/state.json"]
        checkpoint = files.get(f"{run.run_id}/checkpoint.safetensors")
        picture = painted_epoch(tmp_path, files[f"{run.run_id}/result.png"])
        assert b'"state"' in state
        if f'"state": "{end}"'.encode() in state:
            assert picture == 9
        assert picture is not None
        assert picture == 9 or checkpoint in (b"1", b"9"), steps
        if end is State.STOPPED and b'"stopped"' in state:
            assert checkpoint == b"9"


def test_a_run_that_was_submitted_has_all_that_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "runs"
    home.mkdir()
    with monkeypatch.context() as patch:
        disk = Disk(home, patch)
        run = Run.create(home, submission(), server="")
    wanted = {str(path.relative_to(home)): path.read_bytes() for path in run.folder.iterdir() if path.is_file()}
    assert len(wanted) == 4
    assert disk.steps[-1] == ("settle", ".", "")  # it is there for good once it is said to be
    for steps in disk.cuts():
        files = {name: data for name, data in disk.after(steps).items() if name.startswith(run.run_id)}
        assert files in ({}, wanted)
