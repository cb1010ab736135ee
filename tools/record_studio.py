"""Record the studio at work on the pair it opens with, as the README shows it.

    python -m tools.record_studio [--folder docs]

Needs Chromium. Starts the real server on a data folder of its own and writes: an animation of the window while the
picture is painted, a picture of the finished painting in the dark, an animation of a painting that is steered and
whose timeline is then walked through, and a picture of a sheet of variations.
"""

import argparse
import io
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from styletransfer.imaging.film import export
from tools.real_studio import chromium, serving

WINDOW = (1280, 800)
PATIENCE = 600
"""Seconds that a painting or a sheet of variations may take."""


def main() -> None:
    """Record into the folder."""
    parser = argparse.ArgumentParser(description="Record the studio while it paints.")
    parser.add_argument("--folder", type=Path, default=Path("docs"))
    folder = parser.parse_args().folder
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, serving(Path(home)) as server, sync_playwright() as playwright:
        browser, address = chromium(playwright), server.address
        page = visit(browser, address, WINDOW, "light")
        page.wait_for_timeout(15_000)  # until the brushes are warm
        export(list(painting(page)), folder / "studio.webp", fmt="webp", seconds=10, hold=3)
        dark = visit(browser, page.url, WINDOW, "dark")
        dark.wait_for_timeout(3_000)
        save(dark, folder / "studio-dark.jpg")
        page = visit(browser, address, WINDOW, "light")
        export([*steered(page), *walked(page)], folder / "steering.webp", fmt="webp", seconds=14, hold=2)
        save(sheet(visit(browser, address, WINDOW, "light")), folder / "contact-sheet.jpg")
        browser.close()


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
    yield from until_finished(page)


def until_finished(page: Page) -> Iterator[bytes]:
    """Take a picture of the window twice a second until the painting is finished."""
    finished = page.locator(".st-key-compare")
    until = time.monotonic() + PATIENCE
    while not finished.count() and time.monotonic() < until:
        page.wait_for_timeout(500)
        yield page.screenshot()
    page.wait_for_timeout(2_000)
    yield page.screenshot()


def steered(page: Page) -> Iterator[bytes]:
    """Paint, and move the style weight down and the TV weight up on the way."""
    page.locator(".st-key-start button").click()
    page.locator(".st-key-live_image img").wait_for(timeout=PATIENCE * 1000)
    for key, presses in (("style_weight", ["ArrowLeft"] * 6), ("tv_weight", ["ArrowRight"] * 4)):
        for _ in range(8):
            page.wait_for_timeout(500)
            yield page.screenshot()
        slider = page.locator(f".st-key-{key} input[type=range]")
        slider.scroll_into_view_if_needed()
        slider.focus()
        for press in presses:
            page.keyboard.press(press)
            yield page.screenshot()
    yield from until_finished(page)


def walked(page: Page) -> Iterator[bytes]:
    """Walk back to the beginning of the finished run, and to its end again."""
    moments = page.locator(".st-key-compare input.moment")
    moments.scroll_into_view_if_needed()
    moments.focus()
    for press in ["ArrowLeft"] * 30 + ["ArrowRight"] * 30:
        page.keyboard.press(press)
        page.wait_for_timeout(120)
        yield page.screenshot()


def sheet(page: Page) -> Page:
    """Paint a sheet of variations to its end."""
    page.locator(".st-key-variations button").click()
    page.locator(".st-key-variation_grid label.painted").nth(8).wait_for(timeout=PATIENCE * 1000)
    page.wait_for_timeout(1_500)
    return page


def save(page: Page, path: Path) -> None:
    """Write a picture of the window."""
    Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(path, quality=88)


if __name__ == "__main__":
    main()
