"""Worker, server or both are killed at random moments, in every manner, and the next server begins at once.

Every run opens and goes on, at most five seconds of work are lost, and no two workers write in one run.
"""

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest
from PIL import Image
from watching import FAKE, look, posix, until, wait_for

from styletransfer.engine.loss_csv import read_rows
from styletransfer.studio.storage import gallery as gallery_module
from styletransfer.studio.storage.run_folder import Run
from styletransfer.studio.storage.run_store import RunStore
from styletransfer.studio.studio import State, Studio

PROJECT = Path(__file__).parents[3]
EPOCHS = 900
"""About nine seconds of painting."""
KILLS = 5
MOST_LOST = 5.0
"""Seconds of work."""

SERVER = """
    import sys, time
    from contextlib import suppress
    from pathlib import Path
    from styletransfer.errors import StyleTransferError
    from styletransfer.studio.studio import Studio
    from tests.studio.worker.test_worker import FAKE, begin

    studio = Studio(Path(sys.argv[1]), engine=FAKE).start()
    while True:
        for run_id in studio.recent(100):
            if not studio.active() and studio.can_carry_on(run_id):
                with suppress(StyleTransferError):  # a worker without its server still saves it
                    studio.carry_on(run_id)
        if not studio.active():
            begin(studio, epochs=int(sys.argv[2]))
        print(studio.worker_pid or 0, flush=True)
        time.sleep(0.1)
"""


def served(home: Path) -> subprocess.Popen[str]:
    """A server that goes on with what can be gone on with, and paints something new otherwise."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PROJECT), str(PROJECT / "tests" / "studio")])}
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SERVER), str(home), str(EPOCHS)],
        stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True,
    )  # fmt: skip


def kill(pids: list[int], manner: str) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, {"kill": signal.SIGKILL, "term": signal.SIGTERM, "stop": signal.SIGSTOP}[manner])
    if manner == "stop":
        time.sleep(0.3)
        kill(pids, "kill")


def check_all(home: Path) -> None:
    """Every run opens, nothing was painted twice, and little would be lost by going on now."""
    for folder in home.glob("2*"):
        run = Run(folder)
        record = run.read()
        assert run.settings().epochs == EPOCHS
        assert all(path.is_file() for path in run.inputs())
        if run.result.exists():
            with Image.open(run.result) as shown:
                shown.load()
        rows = read_rows(run.losses) if run.losses.exists() else []
        assert [int(row[0]) for row in rows] == list(range(1, len(rows) + 1))
        if run.checkpoint.exists():
            kept = int(run.checkpoint.read_text("ascii"))
            assert 1 <= kept <= EPOCHS
            if record.state is not State.FINISHED and len(rows) > kept:
                assert float(rows[-1][1]) - float(rows[kept - 1][1]) < MOST_LOST


@posix
@pytest.mark.slow
def test_kills_at_random_moments_lose_at_most_five_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(15)
    for _ in range(KILLS):
        with served(tmp_path) as server:
            assert server.stdout is not None
            worker = int(server.stdout.readline())
            time.sleep(dice.uniform(0.3, 7.0))
            victims = dice.choice([[worker], [server.pid], [server.pid, worker]])
            kill(victims, dice.choice(["kill", "term", "stop"]))
            time.sleep(dice.choice([0.0, 0.5]))
            server.kill()
            server.stdout.close()
        check_all(tmp_path)
    until(lambda: not workers(tmp_path), 30)  # nobody is left behind
    monkeypatch.setenv("FAKE_STEP", "0")
    with closing(Studio(tmp_path, engine=FAKE).start()) as last:
        ids = last.recent(1000)
        for run_id in ids:
            look(last, run_id)
            if last.can_carry_on(run_id):
                last.carry_on(run_id)
                wait_for(last, run_id, State.FINISHED)
        assert State.FINISHED in {look(last, run_id).state for run_id in ids}
        monkeypatch.setattr(gallery_module, "LEFTOVER_SECONDS", 0.0)
        last.gallery.clear()
    check_all(tmp_path)
    assert not list(tmp_path.rglob("*.part*"))
    with closing(RunStore(tmp_path)) as run_store:
        assert not [path for path in (tmp_path / ".servers").glob("*.lock") if path.stem != run_store.server]


def workers(home: Path) -> list[int]:
    """Processes that have the log of this test's workers open."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid != os.getpid() and any(
                file.path == str(home / "worker.log") for file in process.open_files()
            ):
                found.append(process.pid)
    return found
