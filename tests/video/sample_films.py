"""Films that the tests and the benchmark make on the spot: a camera that moves over a photo, and somebody in front."""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from styletransfer.imaging.images import fit, open_image
from styletransfer.support.paths import assets_dir

RATE = 25
Frame = NDArray[np.uint8]


def photo(name: str, size: int) -> Frame:
    """One of the sample photos, its long side `size`; (h, w, 3)."""
    return np.asarray(fit(open_image(assets_dir() / "photos" / f"{name}.jpg"), size).convert("RGB"))


def scene(
    background: str, somebody: str | None, size: tuple[int, int], count: int, *, speed: float = 1.0
) -> Iterator[Frame]:
    """A slow pan with a zoom over one photo, and a disc cut out of another that crosses it the other way.

    Args:
        background: The name of a sample photo.
        somebody: That of another, or None.
        size: (width, height).
        count: Frames.
        speed: Pixels that the camera moves each frame, for every 360 of the width.
    """
    width, height = size
    ground = photo(background, round(1.6 * max(size)))
    step = speed * width / 360
    disc = None if somebody is None else _disc(somebody, round(0.5 * height))
    for index in range(count):
        zoom = 1 + 0.001 * index
        left, top = 0.05 * width + index * step, 0.05 * height + 0.3 * index * step
        matrix = np.array([[zoom, 0, -left], [0, zoom, -top]])
        frame = cv2.warpAffine(
            ground, matrix, size, flags=cv2.INTER_AREA | cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
        )
        if disc is not None:
            x = 0.1 * width + 1.7 * index * step
            y = 0.35 * height + 0.06 * height * math.sin(index / 9)
            place = np.array([[1, 0, x], [0, 1, y]])
            front = cv2.warpAffine(disc, place, size, flags=cv2.INTER_LINEAR)
            alpha = front[..., 3:].astype(np.float32) / 255
            frame = np.rint(alpha * front[..., :3] + (1 - alpha) * frame).astype(np.uint8)
        yield frame


def _disc(name: str, size: int) -> Frame:
    """A round piece of a photo, (size, size, 4)."""
    image = photo(name, 4 * size)
    top, left = (image.shape[0] - size) // 2, (image.shape[1] - size) // 2
    piece = cv2.resize(
        image[top - size // 2 : top + 3 * size // 2, left - size // 2 : left + 3 * size // 2], (size,) * 2
    )
    y, x = np.indices((size, size)) - (size - 1) / 2
    alpha = np.clip(size / 2 - 1 - np.hypot(x, y), 0, 1) * 255
    return np.dstack([piece, alpha.astype(np.uint8)])


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
            frame = frame.reformat(format=pix_fmt, dst_colorspace=None if tags is None else tags[2])
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
