"""What a worker, or what it tells, may do wrong: nothing waits for ever, and nothing that was painted is lost."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import psutil
import pytest
from fake_engines import SLOW_STEP
from finished_runs import hang
from pictures import gradient
from run_inputs import given
from watching import FAKE, look, picture, posix, until, wait_for, wait_for_epoch

from styletransfer.errors import StyleTransferError
from styletransfer.settings import Settings
from styletransfer.studio.failure_text import ELSEWHERE, NO_WAY_ON, TAKEN
from styletransfer.studio.snapshot import Ended, State
from styletransfer.studio.storage.gallery import Gallery
from styletransfer.studio.storage.run_folder import Run
from styletransfer.studio.storage.run_store import RunStore
from styletransfer.studio.storage.server_lock import writing
from styletransfer.studio.studio import Studio
from styletransfer.studio.worker import run_queue
from styletransfer.studio.worker.protocol import receive
from styletransfer.studio.worker.recorder import Recorder
from styletransfer.studio.worker.running_job import RunningJob


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with closing(Studio(tmp_path, engine=FAKE).start()) as opened:
        yield opened


def begin(studio: Studio, *, epochs: int = 5000, seed: int = 0) -> str:
    return studio.submit(given(picture(), [("", picture("blue"))]), Settings(size=96, epochs=epochs, seed=seed))


# --- a run goes on where it was, or not at all ----------------------------------------------------------------------


def test_a_run_that_has_lost_its_checkpoint_while_it_waited_fails_and_keeps_its_picture(
    studio: Studio, tmp_path: Path
) -> None:
    run_id = begin(studio)
    wait_for_epoch(studio, run_id, 20)
    studio.stop(run_id)
    stopped = wait_for(studio, run_id, State.STOPPED)
    run = Run(tmp_path / run_id)
    painted = run.result.read_bytes(), run.losses.read_bytes(), run.timeline()
    other = begin(studio)
    studio.carry_on(run_id)
    run.checkpoint.unlink()
    studio.stop(other)
    failed = wait_for(studio, run_id, State.FAILED)
    assert failed.error == NO_WAY_ON
    assert failed.epoch == stopped.epoch
    assert (run.result.read_bytes(), run.losses.read_bytes(), run.timeline()) == painted


def test_nobody_goes_on_with_a_run_that_a_worker_without_its_server_still_saves(tmp_path: Path) -> None:
    run = hang(tmp_path, state=State.PAINTING, server="1234-dead")
    run.checkpoint.write_text("5", "ascii")
    with closing(RunStore(tmp_path)) as run_store:
        gallery = Gallery(tmp_path, active=run_store.at_work, alive=run_store.alive)
        with writing(run.folder):
            snapshot = run_store.snapshot(run.run_id)
            assert snapshot is not None
            assert (snapshot.state, snapshot.message) == (State.PAINTING, ELSEWHERE)
            with pytest.raises(StyleTransferError, match="cannot go on twice"):
                run_store.reopen(run.run_id)
            with pytest.raises(StyleTransferError, match="stop it first"):
                gallery.delete(run.run_id)
            RunStore(tmp_path).close()  # another server starts and clears away the locks of the dead
            assert run_store.alive(run.run_id)
        assert run_store.reopen(run.run_id)[1].state is State.QUEUED


def test_two_workers_never_write_in_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("styletransfer.studio.storage.server_lock._PATIENCE", 0.1)
    run = hang(tmp_path)
    with writing(run.folder), pytest.raises(StyleTransferError) as told, writing(run.folder):
        pytest.fail("one is enough")
    assert told.value.text == TAKEN
    with writing(run.folder):
        pass
    assert not list(tmp_path.rglob("*.lock"))


# --- optional things may fail, the state may not --------------------------------------------------------------------


def test_a_preview_that_cannot_be_kept_does_not_keep_a_run_from_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = hang(tmp_path, state=State.QUEUED)
    recorder = Recorder(run)
    recorder._image, recorder._image_epoch, recorder._record = gradient(64, 48), 1, run.read()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Recorder, "_preview", full)
    assert recorder.finish(Ended(run_id=run.run_id, state=State.FINISHED)).state is State.FINISHED
    assert run.read().state is State.FINISHED
    assert recorder.last_preview() is None


@posix
def test_a_run_whose_end_could_not_be_written_down_can_be_deleted_and_gone_on_with(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, deleted = begin(studio), begin(studio)
    for run_id in (kept, deleted):
        wait_for_epoch(studio, run_id, 20)
        with monkeypatch.context() as full:
            full.setattr(Run, "write", refuse)
            kill_worker(studio)
            wait_for(studio, run_id, State.FAILED)
            until(lambda run_id=run_id: run_id not in studio._store.at_work())
        assert Run(tmp_path / run_id).read().state is State.PAINTING
    studio.carry_on(kept)
    wait_for_epoch(studio, kept, 25)
    studio.gallery.delete(deleted)
    assert studio.snapshot(deleted) is None


def refuse(*_: object) -> None:
    raise OSError(28, "No space left on device")


def kill_worker(studio: Studio) -> int:
    pid = studio.worker_pid
    assert pid is not None
    psutil.Process(pid).kill()
    return pid


# --- nothing waits for ever -----------------------------------------------------------------------------------------


def test_what_the_worker_tells_and_nobody_understands_ends_its_run_and_the_next_is_painted(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, following = begin(studio), begin(studio, epochs=5)
    wait_for_epoch(studio, run_id, 3)
    with monkeypatch.context() as patch:
        patch.setattr(RunningJob, "take", lambda *_: {}["a bug"])
        until(lambda: look(studio, run_id).state.over)
    assert wait_for(studio, following, State.FINISHED).epoch == 5


@pytest.mark.parametrize("told", [b"cstyletransfer.studio.snapshot\nGone\n.", b"cno_such_module\nX\n.", b"\x80\x05}a."])
def test_a_message_of_another_version_is_the_end_of_the_conversation(told: bytes) -> None:
    with pytest.raises(EOFError):
        receive(BytesIO(told))


def test_a_step_that_does_not_end_is_broken_off_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_queue, "LOOK_EVERY", 0.05)
    with closing(Studio(tmp_path, engine=FAKE).start()) as studio:
        until(lambda: studio.worker_ready)
        monkeypatch.setattr(run_queue, "LONGEST_STEP", 0.6)
        run_id, following = begin(studio, seed=SLOW_STEP), begin(studio, epochs=5)
        failed = wait_for(studio, run_id, State.FAILED)
        monkeypatch.setattr(run_queue, "LONGEST_STEP", 60.0)
        assert "did not come to an end" in str(failed.error)
        assert failed.epoch <= 3
        wait_for(studio, following, State.FINISHED)


def test_a_pause_is_no_step_that_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_queue, "LOOK_EVERY", 0.05)
    with closing(Studio(tmp_path, engine=FAKE).start()) as studio:
        run_id = begin(studio)
        wait_for_epoch(studio, run_id, 3)
        studio.pause(run_id)
        wait_for(studio, run_id, State.PAUSED)
        monkeypatch.setattr(run_queue, "LONGEST_STEP", 0.2)
        time.sleep(0.6)
        assert look(studio, run_id).state is State.PAUSED
        monkeypatch.setattr(run_queue, "LONGEST_STEP", 60.0)
        studio.stop(run_id)
        wait_for(studio, run_id, State.STOPPED)


@posix
def test_a_worker_that_dies_idle_is_replaced_when_it_is_needed_and_not_for_ever(studio: Studio) -> None:
    until(lambda: studio.worker_ready)
    old = kill_worker(studio)
    until(lambda: studio.worker_pid is None)
    run_id = begin(studio, epochs=3)
    wait_for(studio, run_id, State.FINISHED)
    assert studio.worker_pid not in (None, old)


@posix
def test_a_slow_disk_holds_up_no_page(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id, waiting = begin(studio), begin(studio)
    wait_for_epoch(studio, run_id, 5)
    slow, reached = threading.Event(), threading.Event()

    def settle(_: int) -> None:
        reached.set()
        assert slow.wait(30)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", settle)
        kill_worker(studio)
        assert reached.wait(30)
        began = time.monotonic()
        assert look(studio, run_id).state is State.FAILED
        assert studio.active() == [waiting]
        assert look(studio, waiting).state is not State.FAILED
        assert time.monotonic() - began < 10  # the disk takes thirty
        slow.set()


@posix
def test_the_system_s_end_saves_what_is_painted(tmp_path: Path) -> None:
    """As systemd and a logout do, it asks all processes at once to end, the worker among them."""
    studio = Studio(tmp_path, engine=FAKE).start()
    with closing(studio):
        run_id = begin(studio)
        wait_for_epoch(studio, run_id, 20)
        pid = studio.worker_pid
        assert pid is not None
        os.kill(pid, signal.SIGTERM)
        wait_for_epoch(studio, run_id, 30)
    record = Run(tmp_path / run_id).read()
    assert record.state is State.STOPPED
    assert int(Run(tmp_path / run_id).checkpoint.read_text("ascii")) == record.epoch
