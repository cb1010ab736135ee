"""A painted film has the sound, the times and the colours of the one that it was painted from."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image
from sample_films import Frame, scene, write_film

from styletransfer.errors import StyleTransferError
from styletransfer.video.encoding import Picture
from styletransfer.video.encoding import write_film as encode
from styletransfer.video.source import SourceFilm

SIZE = (96, 64)


def frames(count: int = 25) -> list[Frame]:
    return list(scene("city", None, SIZE, count))


def repainted(film: SourceFilm, out: Path) -> Path:
    def pictures() -> Iterator[Picture]:
        for frame in film.frames():
            yield frame.time, frame.duration, lambda frame=frame: frame.image(SIZE)  # type: ignore[misc]

    encode(out, pictures(), film, SIZE)
    return out


def sound(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


def facts(path: Path) -> dict[str, Any]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        decoded = list(container.decode(stream))
        first = decoded[0]
        return {
            "times": [round(1000 * frame.time) for frame in decoded],
            "rate": stream.average_rate,
            "colors": (first.color_primaries, first.color_trc, first.colorspace, first.color_range),
            "size": (first.width, first.height),
            "seconds": container.duration / 1e6,
            "mean": np.asarray(first.to_image()).mean((0, 1)),
        }


def test_sound_is_copied_and_the_rest_is_as_it_was(tmp_path: Path) -> None:
    path = write_film(tmp_path / "a.mp4", frames(), tags=(1, 1, 1, 1))
    out = repainted(SourceFilm(path), tmp_path / "out.mp4")
    assert sound(out) == sound(path)
    before, after = facts(path), facts(out)
    assert after.pop("mean") == pytest.approx(before.pop("mean"), abs=1.5)
    assert after.pop("seconds") == pytest.approx(before.pop("seconds"), abs=0.05)
    assert after == before


def test_odd_times_and_other_containers(tmp_path: Path) -> None:
    times = [0, 40, 100, 140, 300, 350]
    path = write_film(tmp_path / "a.mkv", frames(6), times=times)
    assert facts(repainted(SourceFilm(path), tmp_path / "out.mp4"))["times"] == times


def test_a_part_has_its_part_of_the_sound(tmp_path: Path) -> None:
    path = write_film(tmp_path / "a.mp4", frames(50))
    out = repainted(SourceFilm(path, begin=0.8, end=1.4), tmp_path / "out.mp4")
    assert facts(out)["times"] == list(range(0, 600, 40))
    with av.open(str(out)) as container:
        track = container.streams.audio[0]
        assert float(track.duration * track.time_base) == pytest.approx(0.6, abs=0.15)
    assert set(sound(out)) <= set(sound(path))


def test_sound_that_no_mp4_holds_is_encoded_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.avi"
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=25)
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        audio = container.add_stream("pcm_s16le", rate=22050, layout="stereo")
        for pixels in frames(10):
            container.mux(video.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(video.encode(None))
        tone = av.AudioFrame.from_ndarray(np.zeros((1, 2 * 8820), np.int16), format="s16", layout="stereo")
        tone.rate = 22050
        container.mux(audio.encode(tone))
        container.mux(audio.encode(None))
    with av.open(str(repainted(SourceFilm(path), tmp_path / "out.mp4"))) as container:
        track = container.streams.audio[0]
        assert track.codec_context.name == "aac"
        assert float(track.duration * track.time_base) == pytest.approx(0.4, abs=0.1)


def test_a_silent_film_stays_silent(tmp_path: Path) -> None:
    path = write_film(tmp_path / "a.mp4", frames(5), sound=False)
    with av.open(str(repainted(SourceFilm(path), tmp_path / "out.mp4"))) as container:
        assert not container.streams.audio


def test_what_stood_there_stays_if_a_frame_is_damaged(tmp_path: Path) -> None:
    film, out = SourceFilm(write_film(tmp_path / "a.mp4", frames(3))), tmp_path / "out.mp4"
    out.write_bytes(b"an older film")

    def damaged() -> Image.Image:
        raise StyleTransferError("Damaged.")

    with pytest.raises(StyleTransferError, match="Damaged"):
        encode(out, iter([(0, 1, damaged)]), film, SIZE)
    assert out.read_bytes() == b"an older film"
    assert {path.name for path in tmp_path.iterdir()} == {"a.mp4", "out.mp4"}
