"""Films in stretches: which frames go on from which, in memory that is bounded."""

from collections.abc import Callable, Collection
from pathlib import Path

import pytest
from PIL import Image
from sample_films import scene, write_film

from styletransfer.video.shots import unpainted
from styletransfer.video.source import SourceFilm
from styletransfer.video.stretches import Stretch, stretches

SIZE = (96, 64)
BYTES = 3 * SIZE[0] * SIZE[1]


@pytest.fixture
def found(tmp_path: Path) -> Callable[..., list[Stretch]]:
    """Gives the stretches of a film with two shots of six frames."""
    frames = [*scene("mountains", "cat", SIZE, 6), *scene("city", None, SIZE, 6)]
    film = SourceFilm(write_film(tmp_path / "film.mp4", frames, sound=False))

    def find(painted: Collection[int] = (), most: int = 100, *, every_shot: bool = False) -> list[Stretch]:
        coming = unpainted(film.frames(), SIZE, painted.__contains__, every_shot=every_shot)
        return [stretch for stretch in stretches(coming, most * BYTES) if stretch is not None]

    return find


def spans(parts: list[Stretch]) -> list[tuple[int, int, bool]]:
    return [(part.first, part.end, part.before is None) for part in parts]


def test_each_shot_is_one(found: Callable[..., list[Stretch]]) -> None:
    assert spans(found()) == [(0, 6, True), (6, 12, True)]


def test_a_long_shot_is_cut_and_goes_on_from_the_frame_before(found: Callable[..., list[Stretch]]) -> None:
    parts = found(most=4)
    assert spans(parts) == [(0, 4, True), (4, 6, False), (6, 10, True), (10, 12, False)]
    assert parts[1].before == parts[0].photos[-1]


def test_what_is_painted_is_left_out(found: Callable[..., list[Stretch]]) -> None:
    assert spans(found(painted=(0, 1, 2, 6, 9))) == [(3, 6, False), (7, 9, False), (10, 12, False)]
    assert not found(painted=range(12))


def test_the_shot_that_a_frame_is_of_is_known_on_wish(found: Callable[..., list[Stretch]]) -> None:
    whole = found()
    gone_on = found(painted=(0, 1, 6), every_shot=True)
    assert [part.shot for part in gone_on] == [part.photos[0] for part in whole]


def test_what_is_left_of_one_goes_on_from_what_is_painted(found: Callable[..., list[Stretch]]) -> None:
    whole = found()[0]
    assert whole.rest(0) is whole
    rest = whole.rest(4)
    assert spans([rest]) == [(4, 6, False)]
    assert rest.before == whole.photos[3]
    assert isinstance(rest.photos[0], Image.Image)
