"""Films as a player sees them: every test decodes what was written."""

import resource
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from styletransfer.errors import StyleTransferError
from styletransfer.imaging import film
from styletransfer.imaging.film import FRAME_RATE, FilmFormat, Pace, export
from styletransfer.imaging.images import encode

FORMATS: tuple[FilmFormat, ...] = ("mp4", "webp", "gif")


def moments(count: int, size: tuple[int, int] = (96, 64)) -> list[Image.Image]:
    """From blue to orange, with a soft shape in it."""
    shape = Image.radial_gradient("L").resize(size)
    start, end = (
        Image.composite(Image.new("RGB", size, c), Image.new("RGB", size, "white"), shape)
        for c in ("steelblue", "darkorange")
    )
    return [Image.blend(start, end, i / max(1, count - 1)) for i in range(count)]


def decode(path: Path) -> tuple[list[Image.Image], float]:
    """All frames, and the length in seconds."""
    if path.suffix == ".mp4":
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            return [frame.to_image() for frame in container.decode(stream)], float(stream.duration * stream.time_base)
    frames, length = [], 0
    with Image.open(path) as opened:
        for frame in ImageSequence.Iterator(opened):
            frame.load()
            length += frame.info["duration"]
            frames.append(frame.convert("RGBA" if frame.has_transparency_data else "RGB"))
    return frames, length / 1000


def distance(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of a channel, 0 to 255."""
    return float(np.abs(np.asarray(one.convert("RGB"), float) - np.asarray(other.convert("RGB"), float)).mean())


@pytest.mark.parametrize("fmt", FORMATS)
class TestEveryFormat:
    def test_shows_all_moments_at_an_even_pace_and_rests(self, tmp_path: Path, fmt: FilmFormat) -> None:
        path = tmp_path / f"film.{fmt}"
        export(moments(10), path, fmt=fmt, seconds=2, hold=1)
        frames, length = decode(path)
        assert length == pytest.approx(3, abs=0.05)
        assert len(frames) == (3 * FRAME_RATE if fmt == "mp4" else 10)
        assert {frame.size for frame in frames} == {(96, 64)}
        assert distance(frames[0], moments(10)[0]) < 6
        assert distance(frames[-1], moments(10)[-1]) < 6
        if fmt == "mp4":
            assert distance(frames[FRAME_RATE], moments(10)[5]) < 6
            assert distance(frames[2 * FRAME_RATE], moments(10)[-1]) < 6

    def test_more_moments_than_frames(self, tmp_path: Path, fmt: FilmFormat) -> None:
        path = tmp_path / f"film.{fmt}"
        export(moments(200), path, fmt=fmt, seconds=0.4, hold=0)
        frames, length = decode(path)
        assert len(frames) == 10
        assert length == pytest.approx(0.4, abs=0.05)
        assert distance(frames[0], moments(200)[0]) < 6
        assert distance(frames[-1], moments(200)[-1]) < 6

    def test_a_single_moment(self, tmp_path: Path, fmt: FilmFormat) -> None:
        path = tmp_path / f"film.{fmt}"
        export(moments(1), path, fmt=fmt, seconds=1, hold=1)
        with Image.open(path) if fmt != "mp4" else av.open(str(path)):
            pass
        if fmt == "mp4":
            assert decode(path)[1] == pytest.approx(2)

    def test_small_early_moments_grow_to_the_last(self, tmp_path: Path, fmt: FilmFormat) -> None:
        path = tmp_path / f"film.{fmt}"
        export([moments(1, (48, 32))[0], *moments(2)], path, fmt=fmt, seconds=1, hold=0)
        frames, _ = decode(path)
        assert {frame.size for frame in frames} == {(96, 64)}
        assert distance(frames[0], moments(1)[0]) < 8

    def test_files_are_opened_when_their_turn_comes(self, tmp_path: Path, fmt: FilmFormat) -> None:
        files = [tmp_path / f"{i}.png" for i in range(3)]
        for file, moment in zip(files, moments(3), strict=True):
            file.write_bytes(encode(moment, "png"))
        path = tmp_path / f"film.{fmt}"
        export([*files[:2], files[2].read_bytes()], path, fmt=fmt, seconds=1, hold=0)
        assert distance(decode(path)[0][-1], moments(3)[-1]) < 6

    def test_a_large_painting_is_made_smaller(
        self, tmp_path: Path, fmt: FilmFormat, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(film.LARGEST_SIDE, fmt, 48)
        path = tmp_path / f"film.{fmt}"
        export(moments(2), path, fmt=fmt, seconds=1, hold=0)
        assert decode(path)[0][0].size == (48, 32)

    @pytest.mark.parametrize(
        ("seconds", "hold"), [(0, 1), (-1, 1), (1, -1), (float("nan"), 1), (1, float("inf")), (599, 2)]
    )
    def test_impossible_length(self, tmp_path: Path, fmt: FilmFormat, seconds: float, hold: float) -> None:
        with pytest.raises(StyleTransferError, match="seconds"):
            export(moments(2), tmp_path / "film", fmt=fmt, seconds=seconds, hold=hold)

    def test_no_moment(self, tmp_path: Path, fmt: FilmFormat) -> None:
        with pytest.raises(StyleTransferError, match="nothing to show"):
            export([], tmp_path / "film", fmt=fmt, seconds=1, hold=1)

    def test_a_damaged_moment_leaves_the_old_film(self, tmp_path: Path, fmt: FilmFormat) -> None:
        path = tmp_path / f"film.{fmt}"
        path.write_text("precious")
        (tmp_path / "1.png").write_bytes(encode(moments(1)[0], "png")[:200])
        good = moments(30)
        with pytest.raises(StyleTransferError, match=r"1\.png"):
            export([*good, tmp_path / "1.png", *good], path, fmt=fmt, seconds=9, hold=1)
        assert path.read_text() == "precious"
        assert len(list(tmp_path.iterdir())) == 2

    def test_an_interruption_leaves_nothing(
        self, tmp_path: Path, fmt: FilmFormat, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, asked = film._opened, []

        def interrupted(moment: film.Moment) -> Image.Image:
            asked.append(moment)
            if len(asked) > 5:
                raise KeyboardInterrupt
            return real(moment)

        monkeypatch.setattr(film, "_opened", interrupted)
        with pytest.raises(KeyboardInterrupt):
            export(moments(10), tmp_path / "film", fmt=fmt, seconds=1, hold=1)
        assert list(tmp_path.iterdir()) == []

    def test_a_full_disk_is_one_sentence(self, tmp_path: Path, fmt: FilmFormat) -> None:
        noise = np.random.default_rng(0).integers(0, 256, (12, 128, 128, 3), dtype=np.uint8)
        with pytest.raises(StyleTransferError, match="cannot be written"), small_disk():
            export([Image.fromarray(one) for one in noise], tmp_path / "film", fmt=fmt, seconds=1, hold=1)
        assert list(tmp_path.iterdir()) == []

    def test_a_missing_folder(self, tmp_path: Path, fmt: FilmFormat) -> None:
        with pytest.raises(StyleTransferError, match="no folder"):
            export(moments(2), tmp_path / "missing" / "film", fmt=fmt, seconds=1, hold=1)


@contextmanager
def small_disk() -> Iterator[None]:
    """No file may grow beyond 10 kB; not for a whole test, as its outcome may be written into a file as well."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class TestMp4:
    @pytest.mark.parametrize("size", [(97, 65), (96, 65), (97, 64), (17, 130)])
    def test_odd_sizes_lose_a_row_or_column(self, tmp_path: Path, size: tuple[int, int]) -> None:
        path = tmp_path / "film.mp4"
        export(moments(3, size), path, fmt="mp4", seconds=0.5, hold=0)
        last = decode(path)[0][-1]
        assert last.size == (size[0] // 2 * 2, size[1] // 2 * 2)
        assert distance(last, moments(3, size)[-1].crop((0, 0, *last.size))) < 6

    def test_plays_everywhere(self, tmp_path: Path) -> None:
        path = tmp_path / "film.mp4"
        export(moments(3), path, fmt="mp4", seconds=1, hold=0)
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            assert stream.codec_context.name == "h264"
            assert stream.codec_context.pix_fmt == "yuv420p"
            assert stream.average_rate == FRAME_RATE
        data = path.read_bytes()
        assert data.index(b"moov") < data.index(b"mdat")

    @pytest.mark.parametrize("color", [(220, 30, 40), (30, 200, 60), (40, 50, 230), (255, 255, 255), (0, 0, 0)])
    def test_colors_are_right(self, tmp_path: Path, color: tuple[int, int, int]) -> None:
        path = tmp_path / "film.mp4"
        export([Image.new("RGB", (64, 64), color)], path, fmt="mp4", seconds=0.2, hold=0)
        with av.open(str(path)) as container:
            frame = next(container.decode(video=0))
            assert (frame.colorspace, frame.color_range) == (1, 1)  # BT.709, limited, as players expect
            shown = frame.to_ndarray(format="rgb24")[32, 32]
        assert np.abs(shown.astype(int) - color).max() <= 4

    def test_transparency_is_shown_on_white(self, tmp_path: Path) -> None:
        path = tmp_path / "film.mp4"
        export([Image.new("RGBA", (64, 64), (200, 0, 0, 0))], path, fmt="mp4", seconds=0.2, hold=0)
        assert distance(decode(path)[0][0], Image.new("RGB", (64, 64), "white")) < 3

    def test_one_moment_in_memory(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        handed_out: list[weakref.ref[Image.Image]] = []
        most = 0

        def opened(moment: Callable[[], Image.Image]) -> Image.Image:
            nonlocal most
            image = moment()
            handed_out.append(weakref.ref(image))
            most = max(most, sum(reference() is not None for reference in handed_out))
            return image

        monkeypatch.setattr(film, "_opened", opened)
        export([lambda: moments(1)[0]] * 40, tmp_path / "film.mp4", fmt="mp4", seconds=2, hold=0)
        assert len(handed_out) > 40
        assert most <= 3


class TestAnimations:
    @pytest.mark.parametrize("fmt", ["webp", "gif"])
    def test_plays_again_and_again(self, tmp_path: Path, fmt: FilmFormat) -> None:
        export(moments(3), tmp_path / "film", fmt=fmt, seconds=1, hold=0)
        with Image.open(tmp_path / "film") as opened:
            assert opened.info["loop"] == 0

    @pytest.mark.parametrize("fmt", ["webp", "gif"])
    def test_memory_is_bounded_by_a_selection(self, tmp_path: Path, fmt: FilmFormat) -> None:
        export(moments(300, (32, 20)), tmp_path / f"film.{fmt}", fmt=fmt, seconds=20, hold=1)
        frames, length = decode(tmp_path / f"film.{fmt}")
        assert len(frames) <= film.MOST_MOMENTS[fmt]  # WebP makes one of moments that look the same
        assert length == pytest.approx(21, abs=0.05)

    def test_webp_keeps_transparency(self, tmp_path: Path) -> None:
        clear = moments(3)
        for moment in clear:
            moment.putalpha(Image.linear_gradient("L").resize(moment.size))
        export(clear, tmp_path / "film.webp", fmt="webp", seconds=1, hold=0)
        frame = decode(tmp_path / "film.webp")[0][-1]
        assert frame.mode == "RGBA"
        assert distance(frame.getchannel("A"), clear[-1].getchannel("A")) < 3

    def test_gif_has_one_palette(self, tmp_path: Path) -> None:
        export(moments(5), tmp_path / "film.gif", fmt="gif", seconds=1, hold=0)
        data = (tmp_path / "film.gif").read_bytes()
        assert data[10] & 0x80  # a palette for the whole film
        assert len(data) < 5 * 96 * 64


@given(
    st.integers(1, 3000), st.integers(1, 500), st.floats(0.01, 300), st.floats(0, 300), st.sampled_from(get_args(Pace))
)
def test_timing(count: int, most: int, seconds: float, hold: float, pace: Pace) -> None:
    ticks = film._ticks(count, most, seconds, hold, pace)
    indices = list(ticks)
    assert indices == sorted(set(indices))
    assert len(indices) <= min(count, most)
    assert indices[-1] == count - 1
    assert len(indices) == 1 or indices[0] == 0
    assert min(ticks.values()) >= 1
    # the film, its turn and its hold are each rounded
    assert sum(ticks.values()) == pytest.approx((seconds + hold) * FRAME_RATE, abs=1.51)
    paces = list(ticks.values())[:-1]
    assert not paces or pace != "even" or max(paces) - min(paces) <= 1


def test_a_slow_start_gives_half_the_time_to_the_first_quarter() -> None:
    ticks = film._ticks(100, 500, 20, 0, "slow start")
    assert len(ticks) == 100
    assert sum(list(ticks.values())[:25]) == 20 * FRAME_RATE / 2
