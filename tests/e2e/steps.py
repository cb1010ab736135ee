"""What a person does on the page, and waits for there."""

import io
import time
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageDraw

PATIENCE = 240_000
"""Milliseconds that a painting is waited for: a busy machine may take its time."""
PREVIEW = ".st-key-live_image img[alt*='painted up to']"


def picture(color: str, size: tuple[int, int]) -> bytes:
    image = Image.new("RGB", size, color)
    draw = ImageDraw.Draw(image)
    for x in range(0, size[0], 16):
        draw.ellipse((x, 20, x + 12, size[1] - x % 40), fill=(x % 255, 80, 200 - x % 200), outline="white")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def set_slider(page: Any, key: str, *keys: str) -> None:
    """Move a slider with the keyboard, and wait until the page has taken that in."""
    slider = page.locator(f".st-key-{key} input[type=range]")
    slider.focus()
    for each in keys:
        slider.press(each)
        page.wait_for_timeout(60)
    page.wait_for_timeout(300)  # a slider tells the server only after it has rested for a fifth of a second
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(state="attached")


def make_small(page: Any, *more_epochs: str) -> None:
    """128 pixels on the long side, 5 epochs and then the slider's keys `more_epochs`: "End" for a run to be stopped."""
    set_slider(page, "resolution", "Home")
    set_slider(page, "epochs", "Home", *more_epochs)


def start(page: Any) -> str:
    """Press Start and give the run's id."""
    before = page.url
    page.locator(".st-key-start button").click()
    page.wait_for_url(lambda now: "run=" in now and now != before)
    return str(page.url.split("run=")[1])


def finished(page: Any) -> None:
    page.locator(".st-key-compare").wait_for(timeout=PATIENCE)


def epoch(page: Any) -> int:
    return int(page.locator(".st-key-progress .bar").get_attribute("aria-valuetext").split()[1])


def until(condition: Callable[[], bool], seconds: float = PATIENCE / 1000) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
