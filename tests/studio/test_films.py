"""Films as the page uses them: dropped, painted frame by frame while nothing else is, and whole whatever happens."""

import gc
import io
import os
import shutil
import signal
import zipfile
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import cast

import av
import pytest
from run_inputs import given
from studio_standin import StandinQueue
from watching import picture, until, wait_for

from styletransfer.errors import StyleTransferError
from styletransfer.inputs import Inputs
from styletransfer.settings import Settings
from styletransfer.studio.film_file import FilmFile, FilmPart, read_film, still
from styletransfer.studio.films import DROPS, Films, FilmView
from styletransfer.studio.pictures import PictureFile
from styletransfer.studio.server.gallery_routes import entries
from styletransfer.studio.server.zip_stream import zip_stream
from styletransfer.studio.storage.run_folder import Run
from styletransfer.studio.studio import State, Studio
from styletransfer.studio.worker.film_painting import paint_film
from styletransfer.studio.worker.run_queue import RunQueue
from styletransfer.support.paths import sample_paintings
from styletransfer.texts import say
from styletransfer.video.frame_store import folder_of
from styletransfer.video.progress import Progress
from styletransfer.video.request import FilmRequest
from tests.video.sample_films import scene, write_film

FRAMES = 8
SETTINGS = Settings(size=64, epochs=3)
PART = FilmPart(epochs=2)
ENGINE = "tests.studio.small_engine:stylize"
FILM_ENGINE = "tests.studio.small_engine:paint_film"
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("film") / "a.mp4", list(scene("city", "cat", (96, 64), FRAMES)))


def opened(home: Path) -> Studio:
    return Studio(home, engine=ENGINE, film_engine=FILM_ENGINE).start()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def studio(home: Path) -> Iterator[Studio]:
    with closing(opened(home)) as studio:
        yield studio


@pytest.fixture
def films(tmp_path: Path) -> Films:
    """Those of a studio that paints nothing."""
    return Films(tmp_path, cast("RunQueue", StandinQueue()), "test")


def inputs(film: FilmFile) -> Inputs[PictureFile]:
    painting = sample_paintings()[0]
    return given(still(film.path, film.name).data, [("wave.jpg", painting.read_bytes())], photo_name=film.name)


def begin(studio: Studio, path: Path, part: FilmPart = PART) -> str:
    film = studio.films.drop(path.read_bytes(), "holiday.mp4")
    return studio.films.submit(inputs(film), film, part, SETTINGS)


def look(studio: Studio, run_id: str) -> FilmView:
    view = studio.films.view(run_id)
    assert view is not None
    return view


def over(studio: Studio, run_id: str) -> Callable[[], bool]:
    return lambda: look(studio, run_id).progress is None


def painted(studio: Studio, run_id: str, frames: int) -> Callable[[], bool]:
    return lambda: look(studio, run_id).painted >= frames


def count(path: Path) -> int:
    with av.open(str(path)) as container:
        assert container.streams.audio
        return sum(1 for _frame in container.decode(video=0))


def test_a_killed_film_goes_on_and_is_the_same_bytes_as_an_unbroken_one(
    path: Path, home: Path, request: pytest.FixtureRequest
) -> None:
    with closing(opened(home)) as first:
        run_id = begin(first, path)
        until(painted(first, run_id, 3))
        os.kill(first.worker_pid or 0, KILL)
        until(over(first, run_id))
        killed = look(first, run_id)
        assert killed.fault is not None
        assert 3 <= killed.painted < FRAMES
    studio: Studio = request.getfixturevalue("studio")  # another server, on what the first has left
    before = look(studio, run_id)
    assert (before.progress, before.whole, before.painted) == (None, False, killed.painted)
    assert studio.snapshot(run_id).state is State.STOPPED  # type: ignore[union-attr]
    studio.films.carry_on(run_id)
    unbroken = begin(studio, path)
    until(over(studio, unbroken))
    view, other = look(studio, run_id), look(studio, unbroken)
    assert (view.whole, view.painted, view.frames, view.fault) == (True, FRAMES, FRAMES, None)
    assert list(view.previews) == list(range(1, FRAMES + 1))
    assert view.result is not None
    assert other.result is not None
    assert view.result.read_bytes() == other.result.read_bytes()
    assert count(view.result) == FRAMES
    assert not (home / run_id / "painted.mp4.frames").exists()


def test_it_hangs_on_the_wall_goes_home_and_is_stopped_on_its_way(studio: Studio, path: Path, home: Path) -> None:
    run_id = begin(studio, path)
    until(painted(studio, run_id, 1))
    assert studio.films.active() == [run_id]
    with pytest.raises(StyleTransferError, match="stop it first"):
        studio.gallery.delete(run_id)
    run = studio.submit(given(picture(), [("", sample_paintings()[0].read_bytes())]), Settings(size=64, epochs=2))
    wait_for(studio, run, State.FINISHED)  # a run comes before a film
    studio.films.stop(run_id)
    until(over(studio, run_id))
    view = look(studio, run_id)
    assert not view.whole
    assert view.result is not None
    assert 1 <= count(view.result) == view.painted < FRAMES
    packed = io.BytesIO(b"".join(zip_stream(entries(studio.gallery, [run_id]))))
    assert zipfile.ZipFile(packed).namelist() == ["Holiday, after Wave.mp4", "Holiday, after Wave.json"]
    studio.films.carry_on(run_id)
    until(over(studio, run_id))
    assert count(look(studio, run_id).result or Path()) == FRAMES
    run_folder = Run(home / run_id)
    run_folder.write(replace(run_folder.read(), state=State.STOPPED, epoch=1))  # as if killed in the last moment
    studio.films.carry_on(run_id)
    until(over(studio, run_id))
    assert len(look(studio, run_id).previews) == FRAMES
    piece = studio.gallery.piece(run_id)
    assert piece is not None
    assert piece.record is not None
    assert (piece.record.state, piece.record.epoch, piece.record.epochs) == (State.FINISHED, FRAMES, FRAMES)
    studio.gallery.delete(run_id)
    assert studio.films.view(run_id) is None


def test_a_part_and_every_second_frame(studio: Studio, path: Path) -> None:
    run_id = begin(studio, path, FilmPart(begin=0.08, end=0.32, every=2, epochs=1))
    until(over(studio, run_id))
    view = look(studio, run_id)
    assert (view.whole, view.painted) == (True, 3)


def test_a_damaged_frame_is_a_sentence_and_then_painted_anew(studio: Studio, path: Path, home: Path) -> None:
    run_id = begin(studio, path)
    until(painted(studio, run_id, 2))
    studio.films.pause(run_id)
    until(lambda: not (home / ".servers" / f"{run_id}.lock").exists())
    last = max((home / run_id / "painted.mp4.frames").glob("0*.png"))
    last.write_bytes(b"rubbish")
    studio.films.carry_on(run_id)
    until(over(studio, run_id))
    assert "was damaged" in say(look(studio, run_id).fault.error)  # type: ignore[union-attr]
    studio.films.carry_on(run_id)
    until(over(studio, run_id))
    assert look(studio, run_id).whole


def test_what_was_dropped_goes_with_whoever_keeps_it(films: Films, path: Path, tmp_path: Path) -> None:
    film = films.drop(path.read_bytes(), "../../holiday.MP4")
    kept = film.path
    assert kept.parent == tmp_path / DROPS
    assert kept.read_bytes() == path.read_bytes()
    assert (film.size, film.seconds, film.rate, film.sound, film.frames) == ((64, 96), 0.32, 25.0, True, FRAMES)
    del film
    gc.collect()
    assert not kept.exists()
    left = tmp_path / DROPS / "left.mp4"
    left.write_bytes(b"")
    films.clear_drops()
    assert left.exists()
    os.utime(left, (0, 0))
    films.clear_drops()
    assert not left.exists()


def test_what_is_no_film_is_a_sentence_with_its_name_and_nothing_is_left(
    films: Films, tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    low = write_film(tmp_path / "low.mp4", list(scene("city", None, (160, 8), 2)), sound=False)
    for data, said in [
        (b"nothing", "holiday.mp4 is not a film"),
        (path.read_bytes()[:2000], "holiday.mp4 is not a film"),
        (low.read_bytes(), "holiday.mp4 has 160 x 8 pixels, too few"),
    ]:
        with pytest.raises(StyleTransferError, match=said):
            films.drop(data, "holiday.mp4")
    monkeypatch.setattr("styletransfer.video.source.MOST_FRAMES", 5)
    with pytest.raises(StyleTransferError, match=r"holiday\.mp4 has more than the"):
        films.drop(path.read_bytes(), "holiday.mp4")
    assert not list((tmp_path / DROPS).iterdir())


def test_a_phone_film_stands_upright(tmp_path: Path) -> None:
    path = write_film(tmp_path / "a.mov", list(scene("city", None, (96, 64), 2)), rotation=90, sound=False)
    film = read_film(path, "a.mov")
    assert film.size == (96, 64)
    assert still(path, "a.mov").size == (96, 64)


def test_a_film_that_is_gone_a_part_without_frames_and_a_full_disk_are_sentences(
    films: Films, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Path(shutil.copy(path, tmp_path / "b.mp4"))
    film = read_film(copy, "b.mp4")
    shown = inputs(film)
    monkeypatch.setattr("styletransfer.video.request._BYTES_PER_PIXEL", 1e12)
    with pytest.raises(StyleTransferError, match="free some space"):
        films.submit(shown, film, PART, SETTINGS)
    monkeypatch.undo()
    for begin, end in ((0.1, 0.1), (0.13, 0.15)):  # the slider's ends at one place; between two frames
        with pytest.raises(StyleTransferError, match="no frame in this part"):
            films.submit(shown, film, FilmPart(begin=begin, end=end), SETTINGS)
    copy.unlink()
    with pytest.raises(StyleTransferError, match="no file"):
        films.submit(shown, film, PART, SETTINGS)
    assert not list(tmp_path.glob("2*"))


def test_what_is_written_in_a_films_folder_stays_in_it(films: Films, path: Path, tmp_path: Path) -> None:
    film = read_film(path, "a.mp4")
    folder = tmp_path / films.submit(inputs(film), film, PART, SETTINGS)
    precious, elsewhere = tmp_path / "precious.mp4", tmp_path / "elsewhere"
    precious.write_bytes(b"precious")
    elsewhere.mkdir()
    for name, target in {"painted.mp4": precious, "part.mp4": precious, "painted.mp4.frames": elsewhere}.items():
        (folder / name).symlink_to(target)

    def paint(request: FilmRequest, *, part: Path | None = None) -> Generator[Progress, None, None]:
        assert part is None
        folder_of(request.out).mkdir()
        request.out.write_bytes(b"painted")
        yield Progress(1, 1, 1.0, 0.0, 1)

    assert paint_film(paint, folder, lambda: True, lambda _: None) is State.FINISHED
    assert precious.read_bytes() == b"precious"
    assert elsewhere.is_dir()
    assert not any(path.is_symlink() for path in folder.iterdir())
    assert films.result(folder.name) == folder / "painted.mp4"


@pytest.mark.parametrize("run_id", ["", "..", "20990101-000000-abcdef", "\x00"])
def test_an_id_of_no_film_is_none(films: Films, run_id: str) -> None:
    assert films.view(run_id) is None
    assert films.result(run_id) is None
    films.pause(run_id)
    films.stop(run_id)
    films.carry_on(run_id)
