"""Films that the tests make on the spot, with a tone as their sound."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from tools.moving_scene import Frame, photo, scene

RATE = 25
__all__ = ["RATE", "Frame", "as_image", "photo", "scene", "write_film"]


def write_film(
    path: Path,
    frames: Iterator[Frame] | Sequence[Frame],
    *,
    rate: int = RATE,
    times: Sequence[int] | None = None,
    rotation: int = 0,
    sound: bool = True,
    options: dict[str, str] | None = None,
    pix_fmt: str = "yuv420p",
    tags: tuple[int, int, int, int] | None = None,
) -> Path:
    """Write frames as a film with a tone as its sound.

    Args:
        path: The file; its ending decides on the container.
        frames: (h, w, 3) each.
        rate: Frames a second.
        times: When each frame is shown, in milliseconds; evenly if None.
        rotation: Degrees that a player is to turn it by, counter-clockwise.
        sound: Whether there is a tone.
        options: For x264.
        pix_fmt: How pixels are kept.
        tags: Colour primaries, transfer, matrix and range, as numbers of H.273.
    """
    frames = list(frames)
    height, width = frames[0].shape[:2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": "14", **(options or {})})
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        if tags is not None:
            context = stream.codec_context
            context.color_primaries, context.color_trc, context.colorspace, context.color_range = tags
        if rotation:
            stream.set_display_rotation(rotation)
        tone = container.add_stream("aac", rate=44100, layout="mono") if sound else None
        for index, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            matrix, span = (5, 1) if tags is None else tags[2:]
            frame = frame.reformat(format=pix_fmt, dst_colorspace=matrix, src_color_range=2, dst_color_range=span)
            frame.pts = index if times is None else times[index]
            frame.time_base = Fraction(1, rate if times is None else 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if tone is not None:
            seconds = len(frames) / rate if times is None else times[-1] / 1000
            _write_tone(container, tone, seconds)
    return path


def _write_tone(container: av.container.OutputContainer, stream: av.AudioStream, seconds: float) -> None:
    for begin in range(0, int(44100 * seconds), 1024):
        wave = 0.3 * np.sin(2 * np.pi * 440 * np.arange(begin, begin + 1024, dtype=np.float32) / 44100)
        frame = av.AudioFrame.from_ndarray(wave[None].astype(np.float32), format="fltp", layout="mono")
        frame.rate, frame.pts = 44100, begin
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def as_image(frame: Frame) -> Image.Image:
    return Image.fromarray(frame)
