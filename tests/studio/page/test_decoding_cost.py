"""How often a click has a picture opened: large photos take a second each time."""

import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image, ImageFile
from streamlit.testing.v1 import AppTest
from visits import APP, looked_at, started
from watching import FAKE, wait_for

from styletransfer.studio.server import lifespan
from styletransfer.studio.studio import State, Studio

SIZE = (901, 601)
"""Of the photo, so that no other picture is taken for it."""


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows whenever the photo is decoded."""
    load, times = ImageFile.ImageFile.load, list[int]()

    def counted(image: ImageFile.ImageFile) -> object:
        if image.tile and image.size == SIZE:
            times.append(1)
        return load(image)

    monkeypatch.setattr(ImageFile.ImageFile, "load", counted)
    return times


@pytest.fixture
def real_studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    with closing(Studio(tmp_path, engine=FAKE).start()) as studio:
        monkeypatch.setattr(lifespan, "studio", lambda: studio)
        yield studio


def test_the_photo_is_decoded_once_when_it_comes_and_twice_at_start(real_studio: Studio, opened: list[int]) -> None:
    photo = io.BytesIO()
    Image.effect_noise(SIZE, 80).convert("RGB").save(photo, "JPEG")
    page = looked_at(AppTest.from_file(str(APP), default_timeout=60).run())

    def decoded(page: AppTest) -> int:
        before = len(opened)
        looked_at(page.run())
        return len(opened) - before

    page.file_uploader(key="photo").upload("dog.jpg", photo.getvalue(), "image/jpeg")
    assert decoded(page) == 1
    assert decoded(page) == 0
    page.select_slider(key="epochs").set_value(20)
    assert decoded(page) == 0
    before = len(opened)
    run_id = started(page)
    assert len(opened) - before <= 2  # it is checked once more, and shown on the stage
    assert wait_for(real_studio, run_id, State.FINISHED)
    assert decoded(page) == 0
