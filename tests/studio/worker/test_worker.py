"""The worker as a process: it starts, dies, is replaced, leaves no orphan, and stays small."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import closing
from io import BytesIO
from pathlib import Path

import psutil
import pytest
from fake_engines import KILLED, SLOW_STEP
from PIL import Image
from run_inputs import given
from watching import FAKE, look, picture, posix, until

from styletransfer.settings import Settings
from styletransfer.studio.storage.run_folder import Run
from styletransfer.studio.studio import State, Studio
from styletransfer.studio.worker.process import LARGEST_LOG, spawn

PROJECT = Path(__file__).parents[3]


def begin(studio: Studio, *, epochs: int = 5000, seed: int = 0, size: int = 96) -> str:
    return studio.submit(given(picture(), [("", picture("blue"))]), Settings(size=size, epochs=epochs, seed=seed))


def worker_of(studio: Studio) -> psutil.Process:
    pid = studio.worker_pid
    assert pid is not None
    return psutil.Process(pid)


def test_a_run_may_be_submitted_before_the_worker_is_warm(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, engine=FAKE).start()) as studio:
        assert not studio.worker_ready
        run_id = begin(studio, epochs=5)
        assert look(studio, run_id).state is State.STARTING
        until(lambda: look(studio, run_id).state is State.FINISHED)
        assert studio.worker_ready


def test_what_a_library_prints_does_not_disturb_the_conversation(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, engine="tests.studio.fake_engines:chatty").start()) as studio:
        run_id = begin(studio, epochs=10)
        until(lambda: look(studio, run_id).state.over)
        assert look(studio, run_id).state is State.FINISHED
    assert "a line on standard output" in (tmp_path / "worker.log").read_text()


@posix
def test_a_killed_worker_fails_its_run_and_the_next_one_is_painted(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, engine=FAKE).start()) as studio:
        first, second = begin(studio), begin(studio, epochs=5)
        until(lambda: look(studio, first).epoch > 30)
        old = worker_of(studio)
        old.kill()
        until(lambda: look(studio, first).state.over)
        snapshot = look(studio, first)
        assert snapshot.state is State.FAILED
        assert "memory" in str(snapshot.error)
        assert snapshot.remedy == "Start again at a smaller resolution."
        assert snapshot.epoch > 30
        assert studio.timeline(first)[-1][0] == snapshot.preview_epoch  # the newest picture seen is on disk as well
        result = studio.result_path(first)
        assert result is not None
        Image.open(result).load()
        until(lambda: look(studio, second).state is State.FINISHED)
        assert worker_of(studio).pid != old.pid
    assert Run(tmp_path / first).read().state is State.FAILED


@posix
def test_a_paused_run_fails_with_its_worker(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, engine=FAKE).start()) as studio:
        run_id = begin(studio)
        until(lambda: look(studio, run_id).epoch > 3)
        studio.pause(run_id)
        until(lambda: look(studio, run_id).state is State.PAUSED)
        worker_of(studio).kill()
        until(lambda: look(studio, run_id).state is State.FAILED)


@posix
def test_a_worker_that_kills_itself_again_and_again_is_replaced_each_time(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, engine=FAKE).start()) as studio:
        failing = [begin(studio, seed=KILLED) for _ in range(3)]
        good = begin(studio, epochs=3)
        until(lambda: look(studio, good).state is State.FINISHED)
        assert [look(studio, run_id).state for run_id in failing] == [State.FAILED] * 3


def test_a_worker_that_never_starts_fails_the_runs_instead_of_trying_for_ever(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, engine="tests.studio.fake_engines:dead_on_arrival").start()) as studio:
        run_id = begin(studio)
        until(lambda: look(studio, run_id).state.over)
        snapshot = look(studio, run_id)
        assert (snapshot.state, snapshot.error) == (State.FAILED, "The process that paints does not start.")
        until(lambda: studio.worker_pid is None)
        again = begin(studio)
        until(lambda: look(studio, again).state is State.FAILED)


def test_an_engine_that_cannot_be_loaded_fails_its_run(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, engine="tests.studio.fake_engines:missing").start()) as studio:
        run_id = begin(studio)
        until(lambda: look(studio, run_id).state.over)
        assert "fault in the program" in str(look(studio, run_id).error)


def test_an_engine_that_fails_at_once_gives_its_own_sentence(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, engine="tests.studio.fake_engines:warm_only").start()) as studio:
        run_id = begin(studio)
        until(lambda: look(studio, run_id).state.over)
        assert look(studio, run_id).error == "There are no weights; put them back."
        assert studio.result_path(run_id) is None


def test_closing_the_studio_keeps_what_is_painted(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, engine=FAKE).start()) as studio:
        painting, waiting = begin(studio), begin(studio)
        until(lambda: look(studio, painting).epoch > 10)
        worker = worker_of(studio)
        began = time.monotonic()
    assert time.monotonic() - began < 4
    assert not worker.is_running()
    record = Run(tmp_path / painting).read()
    assert record.state is State.STOPPED
    assert record.epoch > 10
    assert Run(tmp_path / painting).result.is_file()
    assert Run(tmp_path / waiting).read().state is State.STOPPED
    assert not list(tmp_path.rglob("*.part*"))


def test_closing_during_a_long_step_does_not_hang(tmp_path: Path) -> None:
    studio = Studio(tmp_path, engine=FAKE).start()
    run_id = begin(studio, seed=SLOW_STEP)
    until(lambda: look(studio, run_id).epoch == 3)
    time.sleep(0.3)
    worker = worker_of(studio)
    studio.close()
    assert not worker.is_running()
    assert Run(tmp_path / run_id).read().epoch == 4  # the step was finished and saved


def test_the_log_does_not_grow_for_ever(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_bytes(b"x" * (LARGEST_LOG + 1))
    spawn("styletransfer.errors", log=log).communicate()
    assert log.stat().st_size < 1000
    assert log.with_suffix(".old.log").stat().st_size == LARGEST_LOG + 1


SERVER = """
    import sys, time
    from pathlib import Path
    sys.path.insert(0, sys.argv[2])
    from tests.studio.worker.test_worker import FAKE, begin, look, until
    from styletransfer.studio.studio import Studio

    studio = Studio(Path(sys.argv[1]), engine=FAKE).start()
    run_id = begin(studio)
    until(lambda: look(studio, run_id).epoch > 10)
    print(studio.worker_pid, run_id, flush=True)
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        pass
"""


@posix
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_orphan_is_left_and_the_run_is_whole_when_the_server_ends(tmp_path: Path, end: signal.Signals) -> None:
    """As in a terminal, Ctrl-C (SIGINT) reaches server and worker alike; the others only the server."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PROJECT), str(Path(__file__).parents[1])])}
    command = [sys.executable, "-c", textwrap.dedent(SERVER), str(tmp_path), str(PROJECT)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
    ) as server:
        assert server.stdout is not None
        pid, run_id = server.stdout.readline().split()
        worker = psutil.Process(int(pid))
        if end == signal.SIGINT:
            os.killpg(server.pid, end)
        else:
            server.send_signal(end)
        server.wait(10)
    began = time.monotonic()
    until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)
    assert time.monotonic() - began < 4
    run = Run(tmp_path / run_id)
    assert run.read().state is State.STOPPED
    Image.open(run.result).load()
    with closing(Studio(tmp_path, engine=FAKE).start()) as studio:
        snapshot = look(studio, run_id)
        assert snapshot.state is State.STOPPED
        assert snapshot.preview_epoch == snapshot.epoch > 10
        assert studio.result_path(run_id) == run.result


@posix
def test_a_run_is_whole_after_server_and_worker_were_both_killed(tmp_path: Path) -> None:
    """As in a power cut: nobody has had the time to save anything."""
    studio = Studio(tmp_path, engine=FAKE).start()
    run_id = begin(studio)
    until(lambda: look(studio, run_id).epoch > 60)
    worker_of(studio).suspend()
    last = look(studio, run_id)
    copy = tmp_path / "after"
    (copy / run_id).parent.mkdir()
    subprocess.run(["cp", "-r", str(tmp_path / run_id), str(copy / run_id)], check=True)
    worker_of(studio).resume()
    studio.close()
    with closing(Studio(copy, engine=FAKE).start()) as later:
        snapshot = look(later, run_id)
        assert snapshot.state is State.STOPPED
        assert snapshot.losses.epochs[-1] >= last.epoch
        assert snapshot.preview is not None
        result = later.result_path(run_id)
        assert result is not None
        Image.open(result).load()


def test_the_memory_of_both_processes_stays_flat(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, engine="tests.studio.fake_engines:fast").start()) as studio:
        run_id = studio.submit(given(picture(size=(300, 200)), [("", picture("blue"))]), Settings(size=600, epochs=700))
        processes = [worker_of(studio), psutil.Process()]

        def used() -> list[int]:
            return [process.memory_info().rss for process in processes]

        until(lambda: look(studio, run_id).epoch >= 200)
        before = used()
        until(lambda: look(studio, run_id).epoch >= 700)
        grown = [(after - first) / 2**20 for first, after in zip(before, used(), strict=True)]
        assert max(grown) < 6, f"worker and page grew by {grown} MiB over 500 frames"


def test_the_page_s_process_never_imports_torch(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from styletransfer.studio.studio import Studio;"
        f"s = Studio(Path({str(tmp_path)!r}), engine={FAKE!r}).start(); s.close();"
        "assert 'torch' not in sys.modules; assert 'streamlit' not in sys.modules"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, cwd=PROJECT)


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_the_real_engine_paints_survives_a_kill_and_stays_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # threads only wait for each other when steps are this small
    noise = BytesIO()
    Image.effect_noise((180, 120), 90).convert("RGB").save(noise, "PNG")

    def submit(epochs: int) -> str:
        settings = Settings(size=128, epochs=epochs, scales=1, network="vgg16")
        return studio.submit(given(noise.getvalue(), [("", noise.getvalue())]), settings)

    with closing(Studio(tmp_path, engine="tests.studio.small_engine:stylize").start()) as studio:
        killed, whole = submit(5000), submit(650)
        until(lambda: look(studio, killed).preview_epoch > 0, 120)
        worker_of(studio).kill()
        until(lambda: look(studio, killed).state is State.FAILED)
        assert studio.result_path(killed) is not None
        until(lambda: look(studio, whole).epoch >= 150, 120)
        processes = [worker_of(studio), psutil.Process()]
        before = [process.memory_info().rss for process in processes]
        until(lambda: look(studio, whole).epoch >= 650, 120)
        after = [process.memory_info().rss for process in processes]
        until(lambda: look(studio, whole).state is State.FINISHED)
        assert look(studio, whole).losses.total[-1] < look(studio, whole).losses.total[0]
        grown = [(later - earlier) / 2**20 for earlier, later in zip(before, after, strict=True)]
        assert max(grown) < 24, f"worker and page grew by {grown} MiB over 500 frames"
