"""A run that was interrupted goes on in its folder, from its last checkpoint, whatever it was that interrupted it."""

import csv
import errno
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import psutil
import pytest
from PIL import Image
from run_inputs import given
from watching import FAKE, look, picture, posix, until, wait_for, wait_for_epoch

from styletransfer.engine.frames import Frame
from styletransfer.engine.loss_csv import read_rows
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.recipe import read_recipe
from styletransfer.settings import Settings, Weighting
from styletransfer.studio.failure_text import TAKEN
from styletransfer.studio.snapshot import Ended
from styletransfer.studio.storage.loss_history import read_losses
from styletransfer.studio.storage.run_folder import Run, Submission
from styletransfer.studio.storage.run_store import RunStore
from styletransfer.studio.studio import State, Studio
from styletransfer.studio.worker.checkpoint_writer import Checkpoints
from styletransfer.studio.worker.recorder import Recorder

SMALL = "tests.studio.small_engine:stylize"
PROJECT = Path(__file__).parents[3]
OTHER_WEIGHTS = Weighting(2.0, 3.0, 4.0)


def noise(seed: int) -> bytes:
    buffer = BytesIO()
    Image.frombytes("RGB", (12, 12), random.Random(seed).randbytes(432)).resize((128, 128)).save(buffer, "PNG")
    return buffer.getvalue()


def begin(studio: Studio, *, epochs: int = 5000, photo: bytes | None = None, size: int = 96) -> str:
    return studio.submit(given(photo or picture(), [("", noise(1))]), Settings(size=size, epochs=epochs, scales=1))


def epochs_in(path: Path) -> list[int]:
    with path.open(newline="") as lines:
        return [int(row["epoch"]) for row in csv.DictReader(lines)]


def assert_whole(home: Path, run_id: str, epochs: int) -> None:
    """The run on disk is finished, and nothing shows that it was ever interrupted."""
    run = Run(home / run_id)
    record = run.read()
    assert (record.state, record.epoch, record.error) == (State.FINISHED, epochs, None)
    assert epochs_in(run.losses) == list(range(1, epochs + 1))
    seconds = [float(row[1]) for row in read_rows(run.losses)]
    assert seconds == sorted(seconds)
    shown = [epoch for epoch, _ in run.timeline()]
    assert shown == sorted(set(shown))
    assert shown[-1] == epochs
    assert not run.checkpoint.exists()
    assert not list(run.folder.rglob(".*.part*"))


def test_a_stopped_run_goes_on(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, engine=FAKE).start()) as studio:
        run_id = begin(studio, epochs=60)
        assert not studio.can_carry_on(run_id)
        wait_for_epoch(studio, run_id, 10)
        studio.stop(run_id)
        stopped = wait_for(studio, run_id, State.STOPPED)
        assert studio.can_carry_on(run_id)
        studio.carry_on(run_id)
        assert studio.active() == [run_id]
        assert not studio.can_carry_on(run_id)
        again = look(studio, run_id)
        assert (again.epoch, again.preview) == (stopped.epoch, stopped.preview)  # it does not begin with a blank
        with pytest.raises(StyleTransferError, match="cannot go on"):
            studio.carry_on(run_id)
        finished = wait_for(studio, run_id, State.FINISHED)
        assert finished.seconds > stopped.seconds
        assert finished.losses.epochs == tuple(range(1, 61))
        assert not studio.can_carry_on(run_id)
    assert_whole(tmp_path, run_id, 60)


def test_it_queues_like_any_other_and_can_be_taken_out_again(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, engine=FAKE).start()) as studio:
        first = begin(studio)
        wait_for_epoch(studio, first, 3)
        studio.stop(first)
        wait_for(studio, first, State.STOPPED)
        second = begin(studio)
        studio.carry_on(first)
        assert look(studio, first).place == 1
        studio.stop(first)
        assert wait_for(studio, first, State.STOPPED).message == "This was taken out of the queue."
        assert studio.can_carry_on(first)
        studio.stop(second)


def test_what_it_was_steered_to_holds(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, engine=FAKE).start()) as studio:
        run_id = begin(studio, epochs=40)
        wait_for_epoch(studio, run_id, 5)
        studio.steer(run_id, OTHER_WEIGHTS)
        until(lambda: bool(look(studio, run_id).steered))
        steered = look(studio, run_id).steered
        studio.stop(run_id)
        wait_for(studio, run_id, State.STOPPED)
        studio.carry_on(run_id)
        finished = wait_for(studio, run_id, State.FINISHED)
        assert finished.steered == steered
        assert finished.losses.tv[-1] == pytest.approx(0.5 * OTHER_WEIGHTS.tv)  # as the engine has it
        result = studio.result_path(run_id)
        assert result is not None
        recipe = read_recipe(result)
        assert recipe is not None
        assert recipe.steered == steered


@posix
def test_a_run_whose_worker_was_killed_goes_on(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, engine=FAKE).start()) as studio:
        run_id = begin(studio, epochs=50)
        wait_for_epoch(studio, run_id, 20)
        assert studio.worker_pid is not None
        psutil.Process(studio.worker_pid).kill()
        failed = wait_for(studio, run_id, State.FAILED)
        assert failed.epoch >= 20
        studio.carry_on(run_id)
        assert look(studio, run_id).error is None
        assert wait_for(studio, run_id, State.FINISHED).losses.epochs == tuple(range(1, 51))
    assert_whole(tmp_path, run_id, 50)


def test_a_closed_studio_s_run_goes_on_in_the_next_and_ends_in_the_same_picture(tmp_path: Path) -> None:
    """The real engine, with a small network: what is interrupted here is exactly what would have been painted."""
    with closing(Studio(tmp_path, engine=SMALL).start()) as studio:
        whole = begin(studio, epochs=12, photo=noise(2), size=64)
        expected = studio.result_path(wait_for(studio, whole, State.FINISHED).run_id)
        run_id = begin(studio, epochs=12, photo=noise(2), size=64)
        wait_for_epoch(studio, run_id, 3)
    assert Run(tmp_path / run_id).read().state is State.STOPPED
    with closing(Studio(tmp_path, engine=SMALL).start()) as studio:
        studio.carry_on(run_id)
        result = studio.result_path(wait_for(studio, run_id, State.FINISHED).run_id)
    assert_whole(tmp_path, run_id, 12)
    assert expected is not None
    assert result is not None
    with Image.open(expected) as one, Image.open(result) as other:
        assert one.tobytes() == other.tobytes()
    assert [row[2:] for row in read_rows(Run(tmp_path / run_id).losses)] == [
        row[2:] for row in read_rows(Run(tmp_path / whole).losses)
    ]


# --- what lies on disk --------------------------------------------------------------------------------------------


def wanted(epochs: int) -> Submission:
    return Submission(inputs=given(picture(), (("", noise(1)),)), settings=Settings(size=96, epochs=epochs))


def recorded(home: Path, *, epochs: int, until_epoch: int, server: str = "1234-dead") -> Run:
    """A run that a server has painted up to an epoch and left behind; its checkpoint is of the third last epoch."""
    run = Run.create(home, wanted(epochs), server=server)
    recorder = Recorder(run)
    for epoch in range(1, until_epoch + 1):
        recorder.add(frame(epoch, epochs), epoch / 10)
        recorder._preview()
    assert recorder._losses is not None
    recorder._losses.close()
    run.checkpoint.write_text(str(until_epoch - 2), "ascii")
    run.write(replace(recorder._record, steered=((2, OTHER_WEIGHTS), (until_epoch, Weighting(1, 1, 1)))))
    return run


def frame(epoch: int, epochs: int) -> Frame:
    losses = {"content": 1.0, "style": 2.0, "tv": 0.5, "total": 3.5}
    image = Image.new("RGB", (64, 43), (epoch, 0, 0))
    return Frame(epoch=epoch, epochs=epochs, scale=(43, 64), losses=losses, seconds=epoch, image=image, network="fake")


def test_what_was_painted_after_the_checkpoint_gives_way(tmp_path: Path) -> None:
    run = recorded(tmp_path, epochs=20, until_epoch=9)
    with run.losses.open("a") as lines:
        lines.write("10,1.0,43")  # cut off by the end of the world
    recorder = Recorder(run)
    assert [row[0] for row in read_rows(run.losses)] == [str(epoch) for epoch in range(1, 10)]  # nothing is lost yet
    recorder.add(frame(8, 20), 0.25)
    assert epochs_in(run.losses) == list(range(1, 9))
    assert recorder.seconds == pytest.approx(0.7 + 0.25)
    assert max(epoch for epoch, _ in run.timeline()) <= 8
    recorder.finish(Ended(run_id=run.run_id, state=State.STOPPED))
    assert run.read().steered == ((2, OTHER_WEIGHTS), (8, Weighting(1, 1, 1)))  # the last wish counts


def test_a_run_that_a_dead_server_left_behind_is_offered(tmp_path: Path) -> None:
    run = recorded(tmp_path, epochs=20, until_epoch=9)
    with closing(Studio(tmp_path, engine=FAKE).start()) as studio:
        assert look(studio, run.run_id).state is State.STOPPED
        studio.carry_on(run.run_id)
        assert wait_for(studio, run.run_id, State.FINISHED).losses.epochs == tuple(range(1, 21))
    assert_whole(tmp_path, run.run_id, 20)


def test_without_a_checkpoint_or_an_interruption_it_is_not_offered(tmp_path: Path) -> None:
    run = recorded(tmp_path, epochs=20, until_epoch=9)
    with closing(Studio(tmp_path, engine=FAKE).start()) as studio:
        assert studio.can_carry_on(run.run_id)
        run.checkpoint.unlink()
        assert not studio.can_carry_on(run.run_id)
        for run_id in (run.run_id, "20200101-000000-abcdef", "../.."):
            with pytest.raises(StyleTransferError, match="cannot go on"):
                studio.carry_on(run_id)


def test_a_damaged_checkpoint_loses_nothing_of_what_was_painted(tmp_path: Path) -> None:
    run = recorded(tmp_path, epochs=20, until_epoch=9)
    run.checkpoint.write_bytes(b"half a check")
    before = run.losses.read_bytes()
    with closing(Studio(tmp_path, engine=SMALL).start()) as studio:
        shown = look(studio, run.run_id).preview
        studio.carry_on(run.run_id)
        failed = wait_for(studio, run.run_id, State.FAILED)
        assert "is damaged" in str(failed.error)
        assert "paint on" in str(failed.remedy)
        assert not studio.can_carry_on(run.run_id)  # nothing that cannot be kept is promised again
        assert (failed.epoch, failed.preview) == (9, shown)
        assert studio.result_path(run.run_id) is not None
    assert run.losses.read_bytes() == before
    assert len(run.timeline()) == 9


def test_a_run_of_another_server_is_not_taken_from_it(tmp_path: Path) -> None:
    with closing(RunStore(tmp_path)) as other:
        run = recorded(tmp_path, epochs=20, until_epoch=9, server=other._server_lock.name)
        with closing(Studio(tmp_path, engine=FAKE).start()) as studio:
            assert look(studio, run.run_id).state is State.PAINTING
            with pytest.raises(StyleTransferError, match="cannot go on"):
                studio.carry_on(run.run_id)
    assert run.read().state is State.PAINTING


def test_of_two_servers_that_take_a_run_in_the_same_moment_one_has_it(tmp_path: Path) -> None:
    with closing(RunStore(tmp_path)) as one, closing(RunStore(tmp_path)) as other:
        for _ in range(12):
            run = recorded(tmp_path, epochs=20, until_epoch=2)
            together = threading.Barrier(2)

            def take(run_store: RunStore, run: Run = run, together: threading.Barrier = together) -> str:
                together.wait()
                run_store.snapshot(run.run_id)  # brings to an end what the dead server has left behind
                try:
                    run_store.reopen(run.run_id)
                except StyleTransferError as error:
                    return str(error)
                return run_store.server

            with ThreadPoolExecutor(2) as pool:
                told = list(pool.map(take, (one, other)))
            record = run.read()
            assert (record.state, record.server) == (State.QUEUED, (set(told) - {TAKEN}).pop())
            assert told.count(TAKEN) == 1


def test_the_other_server_says_that_the_run_is_taken(tmp_path: Path) -> None:
    run = recorded(tmp_path, epochs=5000, until_epoch=9)
    with closing(Studio(tmp_path, engine=FAKE).start()) as one, closing(Studio(tmp_path, engine=FAKE).start()) as other:
        assert other.can_carry_on(run.run_id)
        one.carry_on(run.run_id)
        with pytest.raises(StyleTransferError, match="another studio on this computer has just taken it"):
            other.carry_on(run.run_id)
        assert other.active() == []
        one.stop(run.run_id)


class Kept:
    """A checkpoint that is a number."""

    def __init__(self, number: int) -> None:
        self.number = number

    def save(self, path: str | Path, *, settled: bool = True) -> None:
        assert settled or Path(path).name.startswith(".")  # what may be lost never takes the place of what is safe
        Path(path).write_text(str(self.number), "ascii")


def test_checkpoints_follow_each_other_at_their_share_of_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr("styletransfer.support.throttle.time.monotonic", lambda: clock[0])
    path = tmp_path / "checkpoint.safetensors"
    checkpoints = Checkpoints(path)
    for number in range(20):
        checkpoints.offer(Kept(number))
        checkpoints.wait()
        clock[0] += 0.5
        assert path.read_text("ascii") == str(number // 8 * 8)  # every four seconds
    checkpoints.keep(Kept(99))
    assert path.read_text("ascii") == "99"
    checkpoints.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_that_does_not_come_down_to_the_disk_is_said_and_the_older_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "checkpoint.safetensors"
    path.write_text("7", "ascii")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    checkpoints = Checkpoints(path)
    checkpoints.offer(Kept(8))
    checkpoints.wait()
    assert path.read_text("ascii") == "7"
    with pytest.raises(OSError, match="No space left"):
        checkpoints.offer(Kept(9))


# --- a full disk ----------------------------------------------------------------------------------------------------


@posix
def test_a_full_disk_ends_the_run_with_a_sentence_and_it_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """The system itself refuses to write: nothing on disk is cut off, and the worker paints on."""
    with closing(Studio(tmp_path, engine="tests.studio.fake_engines:little_room").start()) as studio:
        run_id = begin(studio, epochs=120, photo=noise(2))
        failed = wait_for(studio, run_id, State.FAILED)
        assert "(File too large)" in str(failed.error)
        assert "ree some" in f"{failed.error} {failed.remedy}"
        result = studio.result_path(run_id)
        assert result is not None
        with Image.open(result) as kept:
            kept.load()
        assert not list(tmp_path.rglob("*.part*"))
        assert studio.can_carry_on(run_id)
        studio.carry_on(run_id)
        wait_for(studio, run_id, State.FINISHED)
    assert_whole(tmp_path, run_id, 120)


def test_where_nothing_can_be_written_it_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = recorded(tmp_path, epochs=20, until_epoch=9)
    with closing(Studio(tmp_path, engine=FAKE).start()) as studio:
        before = look(studio, run.run_id)

        def full(_: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(StyleTransferError, match="free some space"):
                studio.carry_on(run.run_id)
        assert look(studio, run.run_id) == before
        assert studio.active() == []
        assert studio.can_carry_on(run.run_id)


# --- kill -9 ------------------------------------------------------------------------------------------------------

NURSERY = """
import os
import sys
from pathlib import Path
from styletransfer.studio.worker.protocol import Paint
from styletransfer.studio.storage.run_store import RunStore
from styletransfer.studio.worker.engine_interface import Engines
from styletransfer.studio.worker.painter import CommandQueue, Painter
from tests.studio.worker.test_resume import FAKE, wanted

home = Path(sys.argv[1])
while sys.stdin.readline():
    child = os.fork()
    if child == 0:
        run_store = RunStore(home)
        newest = [run_store.snapshot(run_id) for run_id in run_store.recent(1)]
        waiting = [run.run_id for run in newest if run_store.can_carry_on(run)]
        run, _ = run_store.reopen(waiting[0]) if waiting else run_store.add(wanted(epochs=100))
        commands = CommandQueue(os.fdopen(os.pipe()[0], "rb"))
        paint = Paint(run.run_id, str(run.folder), resume=bool(waiting))
        ended = Painter(Engines(FAKE), commands, lambda event: None)._attempt(paint)
        os._exit(0 if ended.state == "finished" else 1)
    print(child, flush=True)
    sys.stdin.readline()  # it has been killed
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""For every two lines that come in, a process that does what studio and worker do, from the run to its last frame;
it goes on with what the one before has left behind."""


@posix
def test_fifty_kills_at_random_moments_lose_no_run(tmp_path: Path) -> None:
    """Whatever lies on disk after a power cut opens and goes on."""
    moments = random.Random(0)
    ends = []
    with subprocess.Popen(
        [sys.executable, "-c", NURSERY, str(tmp_path)],
        cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(PROJECT), str(PROJECT / "tests/studio")])},
    ) as nursery:  # fmt: skip
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        for _ in range(50):
            nursery.stdin.write("\n")
            nursery.stdin.flush()
            child = int(nursery.stdout.readline())
            time.sleep(moments.uniform(0, 0.3))
            os.kill(child, signal.SIGKILL)
            nursery.stdin.write("\n")
            nursery.stdin.flush()
            ends.append(int(nursery.stdout.readline()))
            check_all(tmp_path)
        nursery.stdin.close()
    assert set(ends) <= {0, -signal.SIGKILL}
    assert ends.count(-signal.SIGKILL) > 25
    with closing(Studio(tmp_path, engine=FAKE).start()) as last:
        ids = last.recent(1000)
        for run_id in ids:
            if last.can_carry_on(run_id):
                last.carry_on(run_id)
                wait_for(last, run_id, State.FINISHED)
        over = [run_id for run_id in ids if look(last, run_id).state is State.FINISHED]
        assert all(not Run(tmp_path / run_id).checkpoint.exists() for run_id in ids)  # the others had not begun
    assert over
    for run_id in over:
        assert_whole(tmp_path, run_id, 100)


def check_all(home: Path) -> None:
    """Every run on disk opens: what is there is whole, and nothing but temporary files is not."""
    for folder in home.iterdir():
        if not folder.is_dir() or folder.name.startswith("."):
            continue
        run = Run(folder)
        record, settings, inputs = run.read(), run.settings(), run.inputs()
        assert settings.epochs == record.epochs == 100
        assert all(path.is_file() for path in (inputs.photo, *inputs.paintings))
        for path in [run.result, *(path for _, path in run.timeline())]:
            if path.exists():
                with Image.open(path) as shown:
                    shown.load()
        if run.checkpoint.exists():
            assert 1 <= int(run.checkpoint.read_text("ascii")) <= 100
        curves = read_losses(run.losses).epochs
        assert list(curves) == list(range(1, len(curves) + 1))
        assert isinstance(json.loads((folder / "state.json").read_text()), dict)
