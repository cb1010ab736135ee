"""How long threads wait for each other: briefly by default, and in time; as the user has it otherwise."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from styletransfer.machine.threads import wait_briefly
from styletransfer.studio.worker.process import spawn

BRIEF = {"GOMP_SPINCOUNT": "1000", "KMP_BLOCKTIME": "1"}
NAMES = ("OMP_WAIT_POLICY", *BRIEF)

AT_TORCH = """
import os
import sys

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            print({name: os.environ.get(name) for name in %r}, file=sys.stderr)
            os._exit(0)

sys.meta_path.insert(0, Watch())
"""
"""What makes a Python say, and end there, what the environment is when torch is first asked for."""


@pytest.fixture
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("given", "after"),
    [
        ({}, BRIEF),
        ({"OTHER": "1"}, {"OTHER": "1"} | BRIEF),
        ({"GOMP_SPINCOUNT": "7"}, BRIEF | {"GOMP_SPINCOUNT": "7"}),
        ({"KMP_BLOCKTIME": "infinite"}, BRIEF | {"KMP_BLOCKTIME": "infinite"}),
        ({"OMP_WAIT_POLICY": "ACTIVE"}, {"OMP_WAIT_POLICY": "ACTIVE"}),
    ],
)
def test_what_the_user_has_set_stays(given: dict[str, str], after: dict[str, str]) -> None:
    environment = dict(given)
    wait_briefly(environment)
    assert environment == after


@pytest.mark.usefixtures("_nothing_set")
def test_the_command_line_says_so_before_torch_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(AT_TORCH % (NAMES,))
    pictures = [str(Path(__file__).parents[2] / "assets" / name) for name in ("photos/cat.jpg", "paintings/swirl.jpg")]
    done = subprocess.run(
        [sys.executable, "-m", "styletransfer", *pictures, "-o", str(tmp_path / "painted.png"), "--quiet"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert str({"OMP_WAIT_POLICY": None} | BRIEF) in done.stderr


@pytest.mark.usefixtures("_nothing_set")
def test_the_process_that_paints_for_the_page_is_started_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "said.py").write_text(f"import os; print({{name: os.environ.get(name) for name in {NAMES}}})")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    said, _ = spawn("said", log=tmp_path / "log").communicate()
    assert said.decode().strip() == str({"OMP_WAIT_POLICY": None} | BRIEF)
    assert not any(name in os.environ for name in NAMES)  # the page's own threads are none of its business
