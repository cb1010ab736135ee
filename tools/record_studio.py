"""Record the studio while it paints the pair it opens with, as the README shows it.

    python -m tools.record_studio [--folder docs]

Needs Chromium. Starts the real server on a data folder of its own and presses Start, then writes an animation of the
window while the picture is painted, and a picture of the finished painting in the dark.
"""

import argparse
import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from styletransfer.film import export

ROOT = Path(__file__).parents[1]
WINDOW = (1280, 800)


def main() -> None:
    """Record into the folder."""
    parser = argparse.ArgumentParser(description="Record the studio while it paints.")
    parser.add_argument("--folder", type=Path, default=Path("docs"))
    folder = parser.parse_args().folder
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, server(Path(home)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = visit(browser, address, WINDOW, "light")
        page.wait_for_timeout(15_000)  # until the brushes are warm
        export(list(painting(page)), folder / "studio.webp", fmt="webp", seconds=10, hold=3)
        dark = visit(browser, page.url, WINDOW, "dark")
        dark.wait_for_timeout(3_000)
        Image.open(io.BytesIO(dark.screenshot())).convert("RGB").save(folder / "studio-dark.jpg", quality=88)
        browser.close()


@contextmanager
def server(home: Path) -> Iterator[str]:
    """Run the studio and give its address."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "STYLETRANSFER_HOME": str(home)})  # noqa: S603
    try:
        time.sleep(6)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(30)


def visit(browser: Browser, address: str, size: tuple[int, int], scheme: str) -> Page:
    """Open the page as a visitor whose system is light or dark."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.goto(address)
    page.locator(".st-key-start button").wait_for(timeout=60_000)
    return page


def painting(page: Page) -> Iterator[bytes]:
    """Press Start and take a picture of the window twice a second until the painting is finished."""
    yield page.screenshot()
    page.locator(".st-key-start button").click()
    finished = page.locator(".st-key-compare")
    until = time.monotonic() + 600
    while not finished.count() and time.monotonic() < until:
        page.wait_for_timeout(500)
        yield page.screenshot()
    page.wait_for_timeout(2_000)
    yield page.screenshot()


if __name__ == "__main__":
    main()
