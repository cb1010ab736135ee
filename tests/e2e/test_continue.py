"""A painting survives its server: stopped politely or killed, it goes on with one press of a button."""

import csv
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, answers, until
from PIL import Image

pytestmark = pytest.mark.browser

PATIENCE = 240_000
"""Milliseconds that a painting is waited for: a busy machine may take its time."""


class Server:
    """A server on a data folder that can be stopped and started again at the same address."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as free:
            free.bind(("localhost", 0))
            self._port = free.getsockname()[1]
        self.address = f"http://localhost:{self._port}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
        with (self.home / "server.log").open("a") as log:
            self._process = subprocess.Popen(
                [*command, f"--server.port={self._port}"],
                cwd=ROOT,
                env={**os.environ, "STYLETRANSFER_HOME": str(self.home)},
                stdout=log,
                stderr=log,
            )
        until(lambda: answers(f"{self.address}/_stcore/health"))

    def stop(self, how: signal.Signals) -> None:
        self._process.send_signal(how)
        self._process.wait(60)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_stopped_or_killed_it_goes_on_with_one_press(browser: Any, tmp_path: Path) -> None:
    server = Server(tmp_path)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE)
    try:
        page = context.new_page()
        page.goto(server.address)
        page.locator(".st-key-start button").wait_for()
        for press in ["Home", *["ArrowRight"] * 14]:  # so many epochs that the fastest machine does not finish
            page.locator(".st-key-epochs input[type=range]").press(press)
            page.wait_for_timeout(60)
        page.wait_for_timeout(700)
        page.locator(".st-key-start button").click()
        page.wait_for_url(re.compile(r"run="))
        run = tmp_path / "runs" / page.url.split("run=")[1]
        far = 1
        for how in (signal.SIGTERM, signal.SIGKILL):
            until(lambda far=far: epochs(run) > far + 1, PATIENCE / 1000)  # type: ignore[misc]
            server.stop(how)
            server.start()
            page.goto(f"{server.address}/?run={run.name}")
            far = epochs(run)
            page.get_by_text("Stopped after").wait_for()
            page.locator(".st-key-compare").wait_for()
            page.locator(".st-key-continue button").click()
            page.locator(".st-key-stop button").wait_for()
        until(lambda: epochs(run) > far + 1, PATIENCE / 1000)
        page.locator(".st-key-stop button").click()
        page.get_by_text("Stopped after").wait_for()
        page.locator(".st-key-compare").wait_for()
        assert rows(run) == list(range(1, epochs(run) + 1))
        with Image.open(run / "result.png") as picture:
            picture.load()
    finally:
        context.close()
        server.stop(signal.SIGTERM)


def rows(run: Path) -> list[int]:
    with (run / "losses.csv").open(newline="") as lines:
        return [int(row["epoch"]) for row in csv.DictReader(lines)]


def epochs(run: Path) -> int:
    return rows(run)[-1] if (run / "losses.csv").exists() and rows(run) else 0
