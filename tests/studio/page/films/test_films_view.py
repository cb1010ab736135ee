"""A film on the page, without a browser: how it is chosen, begun, paused and what it says."""

from collections.abc import Callable
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from studio_standin import Standin
from visits import address, looked_at, picture, started, text

from styletransfer.studio.film_file import FilmPart
from styletransfer.studio.worker.cell_queue import Fault, Progress
from styletransfer.studio.worker.protocol import FilmPainted
from tests.video.sample_films import scene, write_film

Visit = Callable[..., AppTest]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = write_film(tmp_path_factory.mktemp("film") / "a.mp4", list(scene("city", None, (96, 64), 40)))
    return path.read_bytes()


@pytest.fixture(autouse=True)
def runs(studio: Standin) -> Path:
    folder = studio.home / "runs"
    folder.mkdir()
    return folder


def dropped(page: AppTest, data: bytes, *names: str) -> AppTest:
    files = [(name, data, "video/mp4") for name in names or ("holiday.mp4",)]
    return looked_at(page.file_uploader(key="photo").set_value(files).run())


def strip(page: AppTest) -> dict[str, Any]:
    """What the strip is given."""
    import json

    given = [json.loads(element.proto.json or "{}") for element in page.get("bidi_component")]
    return next(data for data in given if "frames" in data and "screen" in data)


def paint(studio: Standin, run_id: str, *numbers: int) -> None:
    folder = studio.home / "runs" / run_id
    (folder / "painted.mp4.frames").mkdir(exist_ok=True)
    for number in numbers:
        (folder / "painted.mp4.frames" / f"{number:06d}.png").write_bytes(picture())
        (folder / "frames" / f"{number:06d}.jpg").write_bytes(picture(fmt="JPEG"))


def test_a_film_is_known_by_its_content_and_says_what_it_is_and_takes(
    studio: Standin, visit: Visit, film: bytes
) -> None:
    page = dropped(visit(), film, "holiday.jpg")
    assert page.button(key="start").label == "Paint the film"
    assert "A film: 1.6 s, 96 × 64 px, 25 frames a second, with sound" in text(page)
    assert "40 frames. About" in text(page)
    assert "a film does without" in text(page)
    run_id = started(page)
    view = studio.films.view(run_id)
    assert view is not None
    assert (view.name, view.part, view.frames) == ("holiday.jpg", FilmPart(), 40)
    assert view.source is not None
    assert view.source.path.read_bytes() == film
    assert studio.run_queue.asked == [("paint", run_id)]
    assert not studio.runs
    assert "Holiday, after Wave" in text(page)


def test_a_part_and_fewer_frames_take_less(studio: Standin, visit: Visit, film: bytes) -> None:
    page = dropped(visit(), film)
    looked_at(page.slider(key="film_span").set_range(time(0, 0, 0, 400_000), time(0, 0, 1, 200_000)).run())
    page.session_state["film_every"] = 2
    assert "10 frames." in text(looked_at(page.run()))
    view = studio.films.view(started(page))
    assert view is not None
    assert view.part == FilmPart(begin=0.4, end=1.2, every=2)


@pytest.mark.parametrize(("end", "cut"), [(86_398, True), (86_399, False)])
def test_a_film_that_is_longer_than_a_clock_tells_is_painted_as_a_whole(
    visit: Visit, tmp_path: Path, end: int, *, cut: bool
) -> None:
    path = write_film(
        tmp_path / "a.mp4", list(scene("city", None, (96, 64), 3)), times=[0, 1000 * end, 1000 * end + 500], sound=False
    )
    page = dropped(visit(), path.read_bytes())
    assert page.button(key="start").label == "Paint the film"
    assert ("film_span" in page.session_state) == cut


def test_a_photo_dropped_later_takes_the_place_of_a_film(visit: Visit, film: bytes) -> None:
    page = dropped(visit(), film)
    looked_at(page.file_uploader(key="photo").upload("dog.png", picture(), "image/png").run())
    assert page.button(key="start").label == "Start painting"
    assert "A film:" not in text(page)


@pytest.mark.parametrize(
    ("name", "cut", "said"),
    [
        ("holiday.mp4", 3000, "holiday.mp4 is not a film that can be read"),
        ("holiday.png", 3000, "holiday.png is not a picture"),
    ],
)
def test_what_is_neither_film_nor_picture_is_a_sentence_and_the_choice_stays(
    visit: Visit, film: bytes, name: str, cut: int, said: str
) -> None:
    page = dropped(visit(), film[:cut], name)
    assert said in page.error[0].value.replace("\\", "")
    assert page.button(key="start").label == "Start painting"


def test_two_films_are_a_sentence(visit: Visit, film: bytes) -> None:
    assert "one film at a time" in dropped(visit(), film, "a.mp4", "b.mp4").error[0].value


def test_a_film_grows_is_paused_and_goes_on_and_is_played(studio: Standin, visit: Visit, film: bytes) -> None:
    page = dropped(visit(), film)
    run_id = started(page)
    assert strip(page)["screen"]["blank"]
    paint(studio, run_id, 1, 2)
    far = FilmPainted(run_id, 2, 40, 125.0, None)
    studio.run_queue.progress[run_id] = Progress(1, picture(fmt="JPEG"), far)
    page = looked_at(page.run())
    assert "2 of 40 frames" in text(page)
    assert "about 2 min 5 s left" in text(page)
    assert [frame["time"] for frame in strip(page)["frames"]] == ["0:00.0", "0:00.0"]
    assert strip(page)["screen"]["newest"].startswith("data:image/jpeg")
    looked_at(page.button(key="film_pause").click().run())
    assert studio.run_queue.asked[-1] == ("cancel", run_id)
    assert "2 of 40 frames are painted" in text(page)
    assert strip(page)["screen"]["newest"] == f"runs/{run_id}/moment/2.jpg"
    looked_at(page.button(key="film_go_on").click().run())
    assert studio.run_queue.asked[-1] == ("paint", run_id)
    studio.run_queue.progress.clear()
    (studio.home / "runs" / run_id / "painted.mp4").write_bytes(film)
    page = looked_at(page.run())
    assert "Finished: 40 frames" in text(page)
    assert strip(page)["screen"]["video"].startswith(f"runs/{run_id}/painted.mp4?v=")
    looked_at(page.button(key="film_delete").click().run())
    assert studio.films.view(run_id) is None
    assert "Holiday, after Wave was deleted" in text(page)


def test_a_film_that_failed_says_why(studio: Standin, visit: Visit, film: bytes) -> None:
    run_id = started(dropped(visit(), film))
    studio.run_queue.progress.clear()
    studio.run_queue.faults[run_id] = Fault("There was not enough memory.", "Close other programs.")
    page = visit(run_id)
    assert "There was not enough memory. Close other programs." in text(page)
    assert page.button(key="film_go_on")
    assert address(page) == run_id
