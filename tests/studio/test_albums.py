"""Albums as the page uses them: one setting, many photos, painted at full size while nothing else is painted."""

import io
import os
import signal
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image
from run_inputs import given
from watching import FAKE, picture, posix, until, wait_for

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.recipe import read_recipe, sha256_of
from styletransfer.settings import Settings
from styletransfer.studio.albums import MOST_PHOTOS, AlbumView
from styletransfer.studio.pictures import PictureFile
from styletransfer.studio.server.gallery_routes import entries
from styletransfer.studio.server.zip_stream import zip_stream
from styletransfer.studio.studio import State, Studio
from styletransfer.studio.variation_plan import Plan
from styletransfer.texts import say

PHOTOS = [PictureFile(f"{color}.png", picture(color)) for color in ("red", "navy", "olive")]
SETTINGS = Settings(size=96, epochs=20)
LONG = Settings(size=96, epochs=300)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with closing(Studio(tmp_path, engine=FAKE).start()) as studio:
        until(lambda: studio.worker_ready)
        yield studio


def begin(studio: Studio, photos: list[PictureFile] = PHOTOS, settings: Settings = SETTINGS) -> str:
    inputs = given(PHOTOS[0].data, [("wave.png", picture("white"))], photo_name="red.png")
    return studio.albums.submit(inputs, photos, settings)


def look(studio: Studio, run_id: str) -> AlbumView:
    view = studio.albums.view(run_id)
    assert view is not None
    return view


def over(studio: Studio, run_id: str) -> Callable[[], bool]:
    return lambda: look(studio, run_id).progress is None


def test_every_photo_is_painted_at_full_size_with_its_own_recipe(studio: Studio) -> None:
    run_id = begin(studio)
    until(over(studio, run_id))
    view = look(studio, run_id)
    assert (list(view.painted), view.failed, view.fault) == ([1, 2, 3], {}, None)
    for number, path in view.painted.items():
        with Image.open(path) as opened:
            assert opened.size == (96, 64)
        recipe = read_recipe(path)
        assert recipe is not None
        assert recipe.inputs.photo == sha256_of(PHOTOS[number - 1].data)
        assert recipe.settings.epochs == SETTINGS.epochs


def test_it_is_one_card_on_the_wall_that_counts_photos_and_goes_home_as_one_zip(studio: Studio) -> None:
    run_id = begin(studio)
    until(over(studio, run_id))
    assert studio.gallery.ids() == [run_id]
    piece = studio.gallery.piece(run_id)
    assert piece is not None
    assert piece.record is not None
    assert piece.title == "3 photos, after Wave"
    assert (piece.record.state, piece.record.epoch, piece.record.epochs) == (State.FINISHED, 3, 3)
    packed = io.BytesIO(b"".join(zip_stream(entries(studio.gallery, [run_id]))))
    assert zipfile.ZipFile(packed).namelist() == [
        f"{name}.{kind}" for name in ("Red", "Navy", "Olive") for kind in ("png", "json")
    ]
    studio.gallery.delete(run_id)
    assert studio.albums.view(run_id) is None


def test_a_file_that_is_no_picture_is_one_line_and_the_others_are_painted(studio: Studio) -> None:
    run_id = begin(studio, [PHOTOS[0], PictureFile("notes.txt", b"no picture"), PHOTOS[1]])
    until(over(studio, run_id))
    view = look(studio, run_id)
    assert list(view.painted) == [1, 3]
    assert "notes.txt is not a picture" in say(view.failed[2])
    assert view.done == 3
    studio.albums.carry_on(run_id)
    until(over(studio, run_id))
    assert list(look(studio, run_id).failed) == [2]


def test_a_paused_album_goes_on_in_the_middle_of_a_picture(studio: Studio, tmp_path: Path) -> None:
    run_id = begin(studio, settings=LONG)
    until(lambda: (progress := look(studio, run_id).progress) is not None and progress.draft is not None)
    assert studio.snapshot(run_id).state is State.PAINTING  # type: ignore[union-attr]
    with pytest.raises(StyleTransferError, match="stop it first"):
        studio.gallery.delete(run_id)
    studio.albums.pause(run_id)
    checkpoint = tmp_path / run_id / "checkpoint-000001.safetensors"
    until(checkpoint.is_file)
    assert look(studio, run_id).progress is None
    assert studio.snapshot(run_id).state is State.STOPPED  # type: ignore[union-attr]
    reached = int(checkpoint.read_text())
    assert reached > 0
    studio.albums.carry_on(run_id)
    until(lambda: bool(look(studio, run_id).painted))
    until(lambda: not checkpoint.exists())
    studio.albums.pause(run_id)


@posix
def test_a_photo_that_workers_die_under_is_left_out_at_the_second_death(studio: Studio) -> None:
    run_id = begin(studio, settings=Settings(size=96, epochs=100))
    for number in (1, 1, 3):
        until(lambda number=number: (now := look(studio, run_id).progress) is not None and now.cell == number)
        pid = studio.worker_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        until(lambda pid=pid: studio.worker_pid != pid)
    until(over(studio, run_id))
    view = look(studio, run_id)
    assert (list(view.painted), view.fault) == ([2, 3], None)
    assert "memory was used up" in say(view.failed[1])


def test_the_photos_of_an_album_can_be_had_again(studio: Studio) -> None:
    run_id = begin(studio)
    assert studio.albums.photos(run_id) == PHOTOS
    assert studio.albums.photos("20990101-000000-abcdef") == []
    studio.albums.pause(run_id)


def test_an_album_outlives_its_server(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, engine=FAKE).start()) as first:
        run_id = begin(first, settings=Settings(size=96, epochs=100))
        until(lambda: len(look(first, run_id).painted) == 1)
    with closing(Studio(tmp_path, engine=FAKE).start()) as second:
        view = look(second, run_id)
        assert view.progress is None
        assert 1 <= len(view.painted) < 3
        second.albums.carry_on(run_id)
        until(over(second, run_id))
        assert list(look(second, run_id).painted) == [1, 2, 3]


def test_a_run_and_a_sheet_come_before_an_album(studio: Studio) -> None:
    run_id = begin(studio, settings=LONG)
    until(lambda: (progress := look(studio, run_id).progress) is not None and progress.cell is not None)
    photo = given(picture(), [("", picture("blue"))])
    wait_for(studio, studio.submit(photo, SETTINGS), State.FINISHED)
    sheet_id = studio.sheets.submit(photo, SETTINGS, Plan("style_weight", "stroke_size", (50.0,), (1.0,)))
    until(lambda: (view := studio.sheets.view(sheet_id)) is not None and len(view.cells) == 1)
    assert len(look(studio, run_id).painted) < 3
    assert look(studio, run_id).progress is not None
    studio.albums.pause(run_id)


def test_too_many_photos_are_a_sentence(studio: Studio) -> None:
    with pytest.raises(StyleTransferError, match="at most 200 photos"):
        begin(studio, PHOTOS[:1] * (MOST_PHOTOS + 1))
    assert studio.gallery.ids() == []


@pytest.mark.parametrize("run_id", ["", "..", "20990101-000000-abcdef", "\x00"])
def test_an_id_of_no_album_is_none(studio: Studio, run_id: str) -> None:
    assert studio.albums.view(run_id) is None
    assert studio.albums.picture(run_id, 1) is None
    studio.albums.pause(run_id)
    studio.albums.carry_on(run_id)
