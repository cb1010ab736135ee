"""Files of every kind, dropped on the page in a real browser."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from PIL import Image

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]


def picture(mode: str = "RGB", size: tuple[int, int] = (120, 80), fmt: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(buffer, fmt, **options)
    return buffer.getvalue()


def one_color(size: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("1", size).save(buffer, "PNG")
    return buffer.getvalue()


def heic() -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(Image.linear_gradient("L").resize((120, 80)).convert("RGB")).save(buffer)
    return buffer.getvalue()


def drop(page: Any, kind: str, name: str, data: bytes) -> None:
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    page.locator(f".st-key-{kind} input[type=file]").set_input_files(file)


def settings(page: Any) -> list[str]:
    """Where every slider stands, and which tiles are chosen."""
    page.locator(".st-key-epochs input[type=range]").wait_for(state="attached")
    sliders = page.locator(".st-key-panel input[type=range]").all()
    return [slider.get_attribute("aria-valuetext") for slider in sliders] + [
        page.locator(f".st-key-{kind}_gallery input:checked").get_attribute("value") for kind in ("photo", "painting")
    ]


BAD = {
    "notes.jpg": (b"This is no picture.", "notes.jpg is not a picture that can be read"),
    "nothing.png": (b"", "nothing.png is empty"),
    "half.png": (picture(size=(400, 300))[:300], "half.png is damaged or incomplete"),
    "huge.png": (one_color((20_000, 20_000)), "huge.png"),
    "tiny.png": (picture(size=(8, 8)), "tiny.png"),
}


@pytest.mark.parametrize("kind", ["photo", "painting"])
def test_a_file_that_cannot_be_used_is_a_sentence_under_its_picker_and_nothing_is_lost(visit: Visit, kind: str) -> None:
    page = visit()
    for key, arrow in (("style_weight", "ArrowRight"), ("epochs", "ArrowLeft")):
        page.locator(f".st-key-{key} input[type=range]").press(arrow)
        page.wait_for_timeout(700)
    before = settings(page)
    for name, (data, sentence) in BAD.items():
        drop(page, kind, name, data)
        alert = page.locator(".st-key-panel [data-testid=stAlert]", has_text=sentence)
        alert.wait_for()
        assert page.locator("[data-testid=stAlert]").count() == 1
        assert page.locator("[data-testid=stException]").count() == 0
        picker = page.locator(f".st-key-{kind} [data-testid=stFileUploader]").bounding_box()
        assert 0 < alert.bounding_box()["y"] - picker["y"] < 160  # under its own picker
        assert settings(page) == before
        assert page.locator(".st-key-start button").is_enabled()


GOOD = {
    "moving.gif": picture("P", fmt="GIF", save_all=True, append_images=[Image.new("P", (120, 80))]),
    "print.jpg": picture("CMYK", fmt="JPEG"),
    "phone.heic": heic(),
    "glass.png": picture("LA"),
}


def test_unusual_pictures_just_work_and_both_may_be_the_same(visit: Visit) -> None:
    page = visit()
    for name, data in GOOD.items():
        drop(page, "photo", name, data)
        title = name.partition(".")[0].capitalize()
        page.locator(f"img[alt='Your photo: {title}']").first.wait_for()
        page.locator(f"img[alt='Photo: {title}']").wait_for()
        assert page.locator("[data-testid=stAlert]").count() == 0
    drop(page, "painting", "glass.png", GOOD["glass.png"])
    page.locator("h1", has_text="Glass, after Glass").wait_for()
    assert page.locator(".st-key-start button").is_enabled()


def test_a_file_that_is_too_large_is_said_before_it_is_sent(visit: Visit, tmp_path: Path) -> None:
    page = visit()
    before = settings(page)
    large = tmp_path / "scan.tiff"
    with large.open("wb") as file:
        file.truncate(201 * 2**20)
    page.locator(".st-key-painting input[type=file]").set_input_files(large)
    page.locator(".st-key-painting [role=alert]", has_text="200").wait_for(state="attached")
    said = "document.querySelector('.st-key-painting [data-testid=stFileUploader]')"
    assert "up to 200 MB" in page.evaluate(f"getComputedStyle({said}, '::after').content")
    assert settings(page) == before
    assert page.locator(".st-key-start button").is_enabled()
