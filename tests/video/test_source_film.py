"""Film files of all kinds become frames; what cannot is told in a sentence."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from sample_films import scene, write_film

from styletransfer.errors import StyleTransferError
from styletransfer.video import source
from styletransfer.video.source import SourceFilm

SIZE = (96, 64)


def plain(
    count: int = 6, size: tuple[int, int] = SIZE, color: tuple[int, int, int] = (200, 60, 30)
) -> list[np.ndarray]:
    """Frames of one colour whose left third is white."""
    frame = np.full((size[1], size[0], 3), color, np.uint8)
    frame[:, : size[0] // 3] = 255
    return [frame] * count


def test_frames_come_at_the_size_that_is_asked_for(tmp_path: Path) -> None:
    film = SourceFilm(write_film(tmp_path / "a.mp4", list(scene("city", None, SIZE, 5))))
    assert (film.size, film.count, film.rate) == (SIZE, 5, 25)
    frames = list(film.frames())
    assert [frame.time * film.time_base for frame in frames] == [Fraction(n, 25) for n in range(5)]
    assert frames[0].image((48, 32)).size == (48, 32)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_phone_film_is_upright(tmp_path: Path, rotation: int) -> None:
    film = SourceFilm(write_film(tmp_path / "a.mov", plain(), rotation=rotation))
    assert film.size == (SIZE if rotation == 180 else SIZE[::-1])
    image = np.asarray(next(film.frames()).image(film.size), int)
    turned = np.rot90(plain()[0], rotation // 90).astype(int)
    assert np.abs(image - turned).mean() < 6


@pytest.mark.parametrize("tags", [(1, 1, 1, 1), (5, 6, 5, 1), (1, 1, 1, 2), (9, 14, 9, 1)])
def test_colors_are_what_they_were(tmp_path: Path, tags: tuple[int, int, int, int]) -> None:
    film = SourceFilm(write_film(tmp_path / "a.mp4", plain(), tags=tags))
    image = np.asarray(next(film.frames()).image(SIZE), int)
    assert np.abs(image[:, 60:] - (200, 60, 30)).max() < 6
    assert (film.colors.primaries, film.colors.transfer, film.colors.matrix, film.colors.range) == tags


@pytest.mark.parametrize("transfer", [16, 18])
def test_a_high_dynamic_range_is_brought_to_the_usual_one(tmp_path: Path, transfer: int) -> None:
    frames = plain(color=(120, 90, 90))
    path = write_film(tmp_path / "a.mp4", frames, pix_fmt="yuv420p10le", tags=(9, transfer, 9, 1))
    film = SourceFilm(path)
    assert film.colors.high_range
    assert (film.colors.primaries, film.colors.transfer, film.colors.matrix) == (1, 1, 1)
    image = np.asarray(next(film.frames()).image(SIZE), int)
    assert image[:, :20].min() > 230  # white stays white
    assert image[10, 80, 0] > image[10, 80, 1] > 60


def test_odd_times_are_kept(tmp_path: Path) -> None:
    times = [0, 40, 100, 140, 300, 350]
    film = SourceFilm(write_film(tmp_path / "a.mp4", plain(), times=times))
    assert [round(1000 * frame.time * film.time_base) for frame in film.frames()] == times


def test_a_part_and_every_second_frame(tmp_path: Path) -> None:
    path = write_film(tmp_path / "a.mp4", plain(40))
    film = SourceFilm(path, begin=0.4, end=1.2, every=2)
    times = [frame.time * film.time_base for frame in film.frames()]
    assert times == [Fraction(n, 25) for n in range(0, 20, 2)]
    assert (film.count, film.rate) == (10, Fraction(25, 2))


def test_the_cover_of_a_song_is_no_film(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.m4a"), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=44100, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(StyleTransferError, match="no pictures, only sound"):
        SourceFilm(tmp_path / "a.m4a")


@pytest.mark.parametrize(
    "content", [b"", b"not a film", b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n"]
)
@pytest.mark.parametrize("name", ["a.mp4", "a.txt", "a.m3u8"])
def test_what_is_no_film_is_told_so(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(StyleTransferError, match="is not a film that can be read"):
        SourceFilm(tmp_path / name)


def test_neither_is_a_picture_a_folder_or_nothing(tmp_path: Path) -> None:
    from styletransfer.support.paths import sample_photos

    with pytest.raises(StyleTransferError, match="is not a film"):
        SourceFilm(sample_photos()[0])
    with pytest.raises(StyleTransferError, match="folder"):
        SourceFilm(tmp_path)
    with pytest.raises(StyleTransferError, match="no file"):
        SourceFilm(tmp_path / "none.mp4")


def test_a_name_is_no_address_and_no_pattern(tmp_path: Path) -> None:
    path = write_film(tmp_path / "a%03d?x:y.mp4", plain())
    assert SourceFilm(path).count == 6


@pytest.mark.parametrize(("size", "said"), [((8, 8), "too few"), ((8, 160), "too few"), ((320, 16), "narrow")])
def test_a_film_of_a_few_pixels_is_refused(tmp_path: Path, size: tuple[int, int], said: str) -> None:
    with pytest.raises(StyleTransferError, match=said):
        SourceFilm(write_film(tmp_path / "a.mp4", plain(size=size), sound=False))


def test_a_film_of_ten_hours_is_refused_but_a_part_of_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MOST_FRAMES", 20)
    path = write_film(tmp_path / "a.mp4", plain(60))
    with pytest.raises(StyleTransferError, match="choose a part with --from and --to"):
        SourceFilm(path)
    assert SourceFilm(path, end=0.5).count == 13


def test_a_film_that_breaks_off_gives_what_there_is(tmp_path: Path) -> None:
    path = write_film(tmp_path / "a.mkv", list(scene("city", None, (160, 96), 30)), options={"g": "5"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    assert 8 < len(list(SourceFilm(path).frames())) < 30


def test_a_film_that_nothing_here_decodes_is_a_sentence(tmp_path: Path) -> None:
    path = write_film(tmp_path / "a.mp4", plain())
    path.write_bytes(path.read_bytes().replace(b"avc1", b"encv"))  # as a copy-protected one says
    with pytest.raises(StyleTransferError, match=r"holiday\.m4v cannot be decoded \(Decoder not found\)"):
        SourceFilm(path, name="holiday.m4v")


def test_a_part_between_two_frames_is_refused(tmp_path: Path) -> None:
    film = SourceFilm(write_film(tmp_path / "a.mp4", plain()), begin=0.09, end=0.11)
    with pytest.raises(StyleTransferError, match="no frame in this part"):
        list(film.frames())


def test_a_part_beyond_the_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StyleTransferError, match="begin before that"):
        SourceFilm(write_film(tmp_path / "a.mp4", plain()), begin=5)
