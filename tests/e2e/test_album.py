"""An album in a real browser, with real weights: dropped, painted, paused, looked at and taken home."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from steps import PATIENCE, make_small, picture, start

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]


def test_an_album_is_dropped_painted_paused_and_taken_home(visit: Visit) -> None:
    page = visit()
    make_small(page)
    files = [
        ("red.png", picture("red", (96, 64))),
        ("notes.png", b"no picture"),
        ("sea.png", picture("navy", (64, 96))),
    ]
    page.locator(".st-key-photo input[type=file]").set_input_files(
        [{"name": name, "mimeType": "image/png", "buffer": data} for name, data in files]
    )
    page.locator(".st-key-start button", has_text="Paint an album of 3 photos").wait_for()
    run_id = start(page)
    page.locator(".st-key-album_pause button").click()
    page.locator(".st-key-album_go_on button").click()
    page.get_by_text("1 photo could not be painted").wait_for(timeout=PATIENCE)
    page.locator(".st-key-album_grid li:not(.unpainted)").nth(1).wait_for()
    assert page.locator(".st-key-album_grid li").nth(1).inner_text().count("notes.png is not a picture") == 1
    with page.expect_download() as download:
        page.get_by_text("Download as ZIP").click()
    packed = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert packed.namelist() == ["Red.png", "Red.json", "Sea.png", "Sea.json"]

    page.locator(".st-key-album_grid li a").first.click()
    page.wait_for_url(lambda now: "photo=1" in now)
    page.locator(".st-key-album_large img").first.wait_for()
    page.locator(".st-key-album_back button").click()
    page.locator(".st-key-wall_open button").click()
    card = page.locator(".st-key-wall_hanging li", has_text="3 photos, after Wave")
    card.locator("a").click()
    page.wait_for_url(lambda now: f"run={run_id}" in now and "view" not in now)
    page.locator(".st-key-album_grid li").nth(2).wait_for()

    page.locator(".st-key-wall_open button").click()
    card.hover()
    card.get_by_text("Repeat").click()
    page.get_by_text("An album of 3 photos", exact=True).wait_for()
