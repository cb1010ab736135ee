"""A disk that is full, read-only or over its quota at any write of a run: a sentence, and nothing is lost.

The run is painted again and again, and each time another of its writes is the first that fails.
"""

import builtins
import errno
import io
import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from run_inputs import given
from watching import FAKE, picture

from styletransfer.errors import StyleTransferError
from styletransfer.settings import Settings
from styletransfer.studio.snapshot import Ended, Snapshot, State
from styletransfer.studio.storage.gallery import Gallery
from styletransfer.studio.storage.run_folder import Run, Submission
from styletransfer.studio.storage.run_store import RunStore
from styletransfer.studio.worker.engine_interface import Engines
from styletransfer.studio.worker.painter import Painter
from styletransfer.studio.worker.protocol import Command, Paint, Stop
from styletransfer.support.throttle import Throttle

EPOCHS = 4
MOST_WRITES = 2000
"""More than a run of so many epochs makes."""


class Disk:
    """Counts what is written, and refuses all of it from one write on, until there is room again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = MOST_WRITES
        self.reason = errno.ENOSPC
        self.writes = 0
        for owner, name in [(Path, "touch"), (Path, "mkdir"), (Path, "replace")]:
            monkeypatch.setattr(owner, name, self._counted(getattr(owner, name)))
        monkeypatch.setattr(os, "fsync", self._counted(lambda _: None))  # as no power is cut here
        monkeypatch.setattr(io, "open", self._opened(io.open))
        monkeypatch.setattr(builtins, "open", io.open)

    def write(self) -> None:
        """One more write. Raises OSError if there is no room for it."""
        self.writes += 1
        if self.writes > self.left:
            raise OSError(self.reason, os.strerror(self.reason))

    def make_room(self) -> None:
        self.left = 10**9

    def _counted(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*asked: Any, **more: Any) -> Any:
            self.write()
            return act(*asked, **more)

        return counted

    def _opened(self, opening: Callable[..., Any]) -> Callable[..., Any]:
        """Opening a file for writing counts, and so does whatever is written into it then."""

        def opened(file: Any, mode: str = "r", *more: Any, **named: Any) -> Any:
            if not (set(mode) & set("wa") and isinstance(file, Path)):
                return opening(file, mode, *more, **named)
            self.write()
            return Counted(opening(file, mode, *more, **named), self.write)

        return opened


class Counted:
    """An open file whose writes are counted."""

    def __init__(self, stream: Any, write: Callable[[], None]) -> None:
        self._stream = stream
        self._write = write

    def write(self, data: Any) -> Any:
        self._write()
        return self._stream.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __enter__(self) -> "Counted":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()


class Commands:
    """Nothing, or Stop after so many looks."""

    painting = False

    def __init__(self, run_id: str, stop_after: int | None) -> None:
        self._run_id = run_id
        self._left = stop_after

    def take(self, *, wait: bool) -> Command | None:
        assert not wait
        if self._left is None:
            return None
        self._left -= 1
        return Stop(self._run_id) if self._left < 0 else None


def wanted() -> Submission:
    return Submission(inputs=given(picture(), (("", picture("blue")),)), settings=Settings(size=64, epochs=EPOCHS))


def paint(run: Run, *, resume: bool = False, stop_after: int | None = None) -> Ended:
    """What the worker does."""
    commands = Commands(run.run_id, stop_after)
    painter = Painter(Engines(FAKE), commands, lambda _: None)  # type: ignore[arg-type]
    return painter._attempt(Paint(run.run_id, str(run.folder), resume))


def settle(run_store: RunStore, ended: Ended) -> None:
    """What the queue does when a run is over."""
    last = Snapshot(
        run_id=ended.run_id, state=ended.state, epochs=EPOCHS, message=ended.message, error=ended.error,
        remedy=ended.remedy,
    )  # fmt: skip
    run_store.remember(last)
    run_store.settle(last)


@pytest.fixture
def at_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is written now and then is written at every epoch, which takes no time."""
    monkeypatch.setattr("tests.studio.fake_engines.STEP", 0.0)
    monkeypatch.setattr(Throttle, "due", lambda _: True)


@pytest.mark.usefixtures("at_every_epoch")
@pytest.mark.parametrize(
    ("reason", "stop_after"),
    [(errno.ENOSPC, None), (errno.ENOSPC, 3), (errno.EROFS, None), (errno.EDQUOT, None)],
    ids=["full", "full, and stopped", "read-only", "quota"],
)
def test_whichever_write_fails_there_is_a_sentence_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: int, stop_after: int | None
) -> None:
    for count in range(MOST_WRITES):
        home = tmp_path / str(count)
        with closing(RunStore(home)) as run_store, monkeypatch.context() as patch:
            disk = Disk(patch)
            disk.left, disk.reason = count, reason
            refused = whole_life(run_store, home, disk, stop_after)
        assert not list(home.rglob("*.part*"))
        assert not list(home.glob(".*.new"))
        shutil.rmtree(home)
        if not refused:
            assert count > 40
            return
    pytest.fail("the disk was never large enough")


def whole_life(run_store: RunStore, home: Path, disk: Disk, stop_after: int | None) -> bool:
    """Submit and paint a run, and go on with it when there is room; whether anything was refused."""
    run = submitted(run_store)
    if run is None:
        assert run_store.recent(9) == []
        return True
    ended = paint(run, stop_after=stop_after)
    settle(run_store, ended)
    refused = disk.writes > disk.left
    before = newest_epoch(run)
    snapshot = run_store.snapshot(run.run_id)
    assert snapshot is not None
    assert snapshot.state.over  # whatever stands on disk, nobody waits for it
    if ended.state is State.FAILED:
        assert refused
        assert os.strerror(disk.reason) in str(ended.error)
    if ended.state is State.FINISHED:
        assert before == EPOCHS
    disk.make_room()
    snapshot = run_store.snapshot(run.run_id)
    assert snapshot is not None
    if run_store.can_carry_on(snapshot):
        run_store.reopen(run.run_id)
        settle(run_store, paint(run, resume=True))
        assert newest_epoch(run) == EPOCHS
        assert run.read().state is State.FINISHED
    else:
        assert newest_epoch(run) >= before
    gallery = Gallery(home, active=run_store.at_work, alive=run_store.alive)
    gallery.delete(run.run_id)
    return refused


def submitted(run_store: RunStore) -> Run | None:
    """A new run, or None if a sentence says that it cannot be kept."""
    try:
        return run_store.add(wanted())[0]
    except StyleTransferError as error:
        return None if "free some space" in str(error) else pytest.fail(str(error))


def newest_epoch(run: Run) -> int:
    """The epoch of the picture at full resolution, which is whole; 0 without one."""
    if not run.result.exists():
        return 0
    with Image.open(run.result) as shown:
        shown.load()
        red, _, blue = shown.convert("RGB").getpixel((0, 0))  # type: ignore[misc]
    assert red + blue in range(253, 258)
    return round(blue / 255 * EPOCHS)
