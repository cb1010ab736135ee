"""The studio as it really runs, a server and a browser: for tests in the browser, benchmarks and recordings."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # who does without a browser does without this
    from playwright.sync_api import Browser, Playwright

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0
"""Seconds that the server is given to come up, and to end."""


class StudioServer:
    """`streamlit run app.py` on a data folder of its own. It can be stopped and started again at the same address.

    Args:
        home: The data folder; the server's log is written there, too.

    Attributes:
        address: Where the page is.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        with socket.socket() as free:
            free.bind(("localhost", 0))
            self._port = free.getsockname()[1]
        self.address = f"http://localhost:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The server's process id, the last one if it was stopped. Raises RuntimeError before the first start."""
        if self._process is None:
            raise RuntimeError("the server was not started")
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers. Raises RuntimeError if it does not come up."""
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
        environment = {**os.environ, "STYLETRANSFER_HOME": str(self._home)}
        with (self._home / "server.log").open("a") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [*command, f"--server.port={self._port}"], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        end = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise RuntimeError((self._home / "server.log").read_text("utf-8", errors="replace"))
            time.sleep(0.1)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it with a signal and wait until it has ended. No effect on one that is not running."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=1) as answer:  # noqa: S310 - our own
                return bool(answer.status == 200)
        except OSError:
            return False


@contextmanager
def serving(home: Path) -> Iterator[StudioServer]:
    """A server that runs as long as the block; what was painted is saved when it ends."""
    server = StudioServer(home)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def chromium(playwright: "Playwright") -> "Browser":
    """This machine's own Chromium, or the one that the variable CHROMIUM names, without a graphics card."""
    return playwright.chromium.launch(
        executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser"),
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    )
