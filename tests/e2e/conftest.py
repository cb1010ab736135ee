"""A real server with the real engine, and a real browser that fails a test on any error or any foreign request."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A busy machine can starve a browser for longer than any patience: such a test gets two more tries."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=2))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright_api = pytest.importorskip("playwright.sync_api") if "CI" not in os.environ else None
    if playwright_api is None:
        import playwright.sync_api as playwright_api  # a missing browser is a failure in CI, not a skip
    with playwright_api.sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM")
                or shutil.which("chromium")
                or shutil.which("chromium-browser"),
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
        except playwright_api.Error as error:
            if "CI" in os.environ:
                raise
            pytest.skip(f"There is no Chromium here: {str(error).splitlines()[0]}")
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of `streamlit run app.py` on a data folder of its own."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "STYLETRANSFER_HOME": str(home)}, stdout=log, stderr=log
        )
        address = f"http://localhost:{port}"
        until(lambda: answers(f"{address}/_stcore/health"))
        yield address
        process.terminate()
        process.wait(30)


@pytest.fixture
def visit(browser: Any, server: str) -> Iterator[Callable[..., Any]]:
    """Opens the page in a fresh browser profile; afterwards all of them must have been free of errors."""
    contexts, complaints = [], []

    def open_page(query: str = "", *, width: int = 1440, height: int = 900, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(90_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if re.match(rf"{server}/|data:|blob:", request.url)
                else complaints.append(f"a request to {request.url}")
            ),
        )
        page.goto(server + query)
        page.locator(".st-key-start button, .st-key-wall").locator("visible=true").first.wait_for()
        return page

    yield open_page
    for context in contexts:
        for page in context.pages:
            stop = page.locator(".st-key-stop button")
            if stop.count() and stop.is_enabled():  # after a failure: the next test is not to wait for this one's run
                stop.click()
                page.wait_for_timeout(500)
        context.close()
    assert complaints == []


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as response:  # noqa: S310 - our own server
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)
