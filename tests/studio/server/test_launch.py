"""The studio opens by one command from anywhere, for this machine alone, and says what to do where it cannot."""

import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from styletransfer.studio.server import launch
from styletransfer.studio.server.browser import advice

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where a studio answers that was started from another folder."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        number = int(free.getsockname()[1])
    environment = {**os.environ, "STYLETRANSFER_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "styletransfer", "studio", "--no-browser", "--port", str(number)]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 120
        while not answers(number):
            assert server.poll() is None, (home / "log").read_text()
            assert time.monotonic() < end, (home / "log").read_text()
            time.sleep(0.2)
        yield number
    finally:
        server.terminate()
        server.wait(60)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_no_other_site_can_show_the_page_in_a_frame(port: int) -> None:
    with urllib.request.urlopen(f"http://localhost:{port}/", timeout=30) as answer:
        assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
        assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", ["", "_stcore/health", "runs/20260102-030405-000000/photo.jpg"])
@pytest.mark.parametrize(("host", "let_in"), [("LocalHost", True), ("evil.example", False), ("x.localhost", False)])
def test_a_name_that_was_pointed_at_this_machine_is_turned_away(port: int, path: str, host: str, let_in: bool) -> None:
    connection = http.client.HTTPConnection("localhost", port, timeout=30)
    with closing(connection):
        connection.request("GET", f"/{path}", headers={"Host": f"{host}:{port}"})
        assert (connection.getresponse().status != 400) == let_in


def test_only_this_machine_is_served(port: int) -> None:
    """Another of the machine's addresses stands for another machine."""
    with pytest.raises(OSError), socket.create_connection(("127.0.0.2", port), timeout=5):
        pass


def test_a_port_in_use_is_said_in_a_sentence(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert launch.main(["--port", str(port)]) == 2
    assert f"Port {port} is in use, perhaps by another studio; give another" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--port", "x"], "--port tiene que ser un número entero, no 'x'; consulta --help."),
        (["--port"], "--port necesita un valor; consulta --help."),
        (["--port", "0"], "--port tiene que ser un número del 1 al 65535, no 0."),
        (["page"], "No hay opción ni lugar para page; consulta --help."),
    ],
)
def test_what_is_wrong_is_said_in_the_system_s_language(
    arguments: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8")
    assert launch.main(arguments) == 2
    assert capsys.readouterr().err == f"styletransfer: {sentence}\n"


def test_the_help_is_in_the_system_s_language(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8")
    with pytest.raises(SystemExit):
        launch.main(["--help"])
    said = capsys.readouterr().out
    assert said.startswith("uso: styletransfer studio [--port N]")
    assert "\nopciones:\n" in said
    assert not {"usage", "options", "show"} & set(said.replace(":", "").split())


@pytest.mark.parametrize(
    ("environment", "system", "release", "words"),
    [
        ({"SSH_CONNECTION": "10.0.0.9 5 10.0.0.1 22", "USER": "a"}, "Linux", "6.1", "8501:localhost:8501 a@10.0.0.1`"),
        ({}, "Linux", "5.15.0-microsoft-standard-WSL2", "Open http://localhost:8501 in your browser on Windows."),
        ({}, "Linux", "6.1", "There is no screen here"),
    ],
)  # fmt: skip
def test_where_no_browser_opens_it_says_how_to_get_there(
    environment: dict[str, str], system: str, release: str, words: str
) -> None:
    said = advice(8501, environment, system, release)
    assert said is not None
    assert words in said
    assert "http://localhost:8501" in said


@pytest.mark.parametrize(
    ("environment", "system"),
    [
        ({"DISPLAY": ":0"}, "Linux"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "Linux"),
        ({"BROWSER": "firefox"}, "Linux"),
        ({}, "Darwin"),
        ({}, "Windows"),
    ],
)
def test_a_desktop_needs_no_advice(environment: dict[str, str], system: str) -> None:
    assert advice(8501, environment, system, "") is None
