"""An album on the page, without a browser: how it is chosen, begun, paused and what it says."""

from collections.abc import Callable
from dataclasses import replace

from streamlit.testing.v1 import AppTest
from studio_standin import Standin
from visits import address, looked_at, picture, started, text

from styletransfer.studio.albums import MOST_PHOTOS
from styletransfer.studio.storage.run_folder import Run
from styletransfer.studio.worker.cell_queue import Fault, Progress
from styletransfer.support import units

Visit = Callable[..., AppTest]


def dropped(page: AppTest, *names: str, data: bytes | None = None) -> AppTest:
    files = [(name, data or picture(), "image/png") for name in names]
    return looked_at(page.file_uploader(key="photo").set_value(files).run())


def paint(studio: Standin, run_id: str, *numbers: int) -> None:
    folder = studio.home / "runs" / run_id
    (folder / "painted").mkdir(exist_ok=True)
    for number in numbers:
        (folder / "painted" / f"{number:06d}.png").write_bytes(picture())
        (folder / "frames" / f"{number:06d}.jpg").write_bytes(picture(fmt="JPEG"))


def test_several_photos_are_one_album(studio: Standin, visit: Visit) -> None:
    page = dropped(visit(), "dog.png", "cat.png", "notes.png")
    assert page.button(key="start").label == "Paint an album of 3 photos"
    assert "An album of 3 photos" in text(page)
    run_id = started(page)
    view = studio.albums.view(run_id)
    assert view is not None
    assert view.names == ("dog.png", "cat.png", "notes.png")
    assert studio.run_queue.asked == [("paint", run_id)]
    assert not studio.runs
    assert "3 photos, after Wave" in text(page)


def test_one_photo_dropped_later_takes_the_place_of_an_album_and_of_one_photo(studio: Standin, visit: Visit) -> None:
    page = dropped(visit(), "dog.png", "cat.png")
    for name in ("bird.png", "fish.png"):
        looked_at(page.file_uploader(key="photo").upload(name, picture(), "image/png").run())
        assert page.button(key="start").label == "Start painting"
    assert studio.runs[started(page)].photo_name == "fish.png"


def test_the_time_of_an_album_is_that_of_all_its_photos(visit: Visit) -> None:
    page = visit()
    one = text(dropped(page, "dog.png"))
    many = text(dropped(page, *(f"{number}.png" for number in range(30))))
    said = [part.split("About ")[1].split(" and ")[0] for part in (one, many)]
    assert said[0] != said[1]


def test_too_many_photos_are_a_sentence_and_the_choice_stays(visit: Visit) -> None:
    page = dropped(visit(), *(f"{number}.png" for number in range(MOST_PHOTOS + 1)))
    assert "at most 200 photos" in page.error[0].value
    assert page.button(key="start").label == "Start painting"


def test_files_none_of_which_is_a_picture_are_a_sentence(visit: Visit) -> None:
    page = dropped(visit(), "a.png", "b.png", data=b"nothing")
    assert "a.png is not a picture" in page.error[0].value


def test_an_album_fills_is_paused_and_goes_on(studio: Standin, visit: Visit) -> None:
    page = dropped(visit(), "dog.png", "cat.png")
    run_id = started(page)
    paint(studio, run_id, 1)
    studio.run_queue.progress[run_id] = Progress(2, picture(fmt="JPEG"))
    assert "1 of 2" in text(looked_at(page.run()))
    looked_at(page.button(key="album_pause").click().run())
    assert studio.run_queue.asked[-1] == ("cancel", run_id)
    assert "1 of 2 are painted" in text(page)
    looked_at(page.button(key="album_go_on").click().run())
    assert studio.run_queue.asked[-1] == ("paint", run_id)
    paint(studio, run_id, 2)
    studio.run_queue.progress.clear()
    page = looked_at(page.run())
    assert "Finished: 2 pictures" in text(page)
    assert f"wall/paintings.zip?runs={run_id}" in text(page)


def test_the_time_left_is_learnt_from_what_is_painted(studio: Standin, visit: Visit) -> None:
    run_id = started(dropped(visit(), "dog.png", "cat.png", "bird.png"))
    paint(studio, run_id, 1)
    run = Run(studio.home / "runs" / run_id)
    run.write(replace(run.read(), seconds=1000.0))
    studio.run_queue.progress[run_id] = Progress(2, share=0.75)
    assert f"about {units.duration(1250)} left" in text(visit(run_id))


def test_a_picture_of_an_album_is_seen_large_and_the_others_are_beside_it(studio: Standin, visit: Visit) -> None:
    run_id = started(dropped(visit(), "dog.png", "cat.png"))
    paint(studio, run_id, 1, 2)
    studio.run_queue.progress.clear()
    page = visit(run_id)
    page.query_params["photo"] = "1"
    looked_at(page.run())
    assert f"runs/{run_id}/painted/1.png" in text(page)
    assert page.button(key="album_before").disabled
    looked_at(page.button(key="album_next").click().run())
    assert f"runs/{run_id}/painted/2.png" in text(page)
    looked_at(page.button(key="album_back").click().run())
    assert "3 photos" not in text(page)
    assert "2 photos, after Wave" in text(page)


def test_an_album_that_failed_says_why(studio: Standin, visit: Visit) -> None:
    run_id = started(dropped(visit(), "dog.png", "cat.png"))
    studio.run_queue.progress.clear()
    studio.run_queue.faults[run_id] = Fault("There was not enough memory.", "Close other programs.")
    page = visit(run_id)
    assert "There was not enough memory. Close other programs." in text(page)
    assert page.button(key="album_go_on")


def test_an_address_of_no_picture_shows_the_album(studio: Standin, visit: Visit) -> None:
    run_id = started(dropped(visit(), "dog.png", "cat.png"))
    paint(studio, run_id, 1)
    for number in ("2", "../1", "x" * 3000):
        page = visit(run_id)
        page.query_params["photo"] = number
        assert "2 photos, after Wave" in text(looked_at(page.run()))
        assert address(page) == run_id
