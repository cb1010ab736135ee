"""The making of a painting as a film: MP4, animated WebP or GIF."""

import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import fit, open_image
from styletransfer.support.files import replacing

FilmFormat = Literal["mp4", "webp", "gif"]
Pace = Literal["even", "slow start"]
Moment = Image.Image | Path | bytes

FRAME_RATE = 25
"""Frames per second at most: smooth, and a GIF can count it, in hundredths of a second."""
LONGEST_FILM = 600.0
"""Seconds."""
LARGEST_SIDE: dict[FilmFormat, int] = {"mp4": 1920, "webp": 960, "gif": 480}
"""Long side in pixels: what players decode fluently and what stays small enough to send."""
MOST_MOMENTS: dict[FilmFormat, int] = {"mp4": round(LONGEST_FILM) * FRAME_RATE, "webp": 120, "gif": 120}
"""Moments shown at most: a WebP and a GIF are put together in memory, about 300 MB of it."""

_PALETTE_SAMPLE = 96


def export(
    moments: Sequence[Moment],
    path: str | Path,
    *,
    fmt: FilmFormat,
    seconds: float,
    hold: float,
    pace: Pace = "even",
) -> None:
    """Writes a film of the moments of a painting and rests on the last one.

    Moments of any size are scaled to the size of the last. If there are more than `FRAME_RATE` and
    `MOST_MOMENTS` allow, an even selection is shown, the first and the last always among it. An MP4 is written with
    only one moment in memory. MP4 and GIF show transparency on white; an MP4's odd row or column of
    pixels is cut off, since its colours are stored for blocks of two by two.

    Args:
        moments: Pictures in order, or the files they are in, which are opened when their turn comes.
        path: Where the film goes; what stands there is replaced only when all is done.
        fmt: Kind of film, whatever the ending of `path`.
        seconds: From the first moment to the last, more than 0.
        hold: Seconds that the last moment stays after that, at least 0.
        pace: "even", or "slow start", which lingers on the first moments, in which most happens: a quarter of them
            take half of the time, and the last ones pass twice as fast as evenly.

    Raises:
        StyleTransferError: There is no moment, the length is out of range, a moment is damaged, or `path` cannot be
            written.
    """
    if not moments:
        raise StyleTransferError("There is nothing to show yet; paint for a few seconds first.")
    if not (math.isfinite(seconds) and math.isfinite(hold) and seconds > 0 and 0 <= hold <= LONGEST_FILM - seconds):
        raise StyleTransferError(
            "A film must last more than 0 and, with its end, at most {longest} seconds.",
            longest=LONGEST_FILM,
        )
    ticks = _ticks(len(moments), MOST_MOMENTS[fmt], seconds, hold, pace)
    size = _film_size(moments[-1], fmt)
    shots = _shots(moments, list(ticks), size, keep_alpha=fmt == "webp")
    with replacing(path) as temporary:
        if fmt == "mp4":
            _write_mp4(shots, list(ticks.values()), size, temporary)
        elif fmt == "webp":
            temporary.write_bytes(_webp(shots, list(ticks.values())))
        else:
            temporary.write_bytes(_gif(shots, list(ticks.values())))


def _ticks(count: int, most: int, seconds: float, hold: float, pace: Pace) -> dict[int, int]:
    """Index of each moment that is shown, in order, to how many ticks of the frame rate it stays, at least 1."""
    length = max(1, round(seconds * FRAME_RATE))
    shown = min(count, most, length if pace == "even" else max(1, length // 2))
    if shown == 1:
        return {count - 1: length + round(hold * FRAME_RATE)}
    indices = [round(i * (count - 1) / (shown - 1)) for i in range(shown)]
    if pace == "even":
        starts = [round(i * length / shown) for i in range(shown)]
    else:
        starts = [int(length * math.sqrt(i / shown)) for i in range(shown)]  # at least one tick apart, as shown is half
    starts.append(length + round(hold * FRAME_RATE))
    return {index: end - start for index, start, end in zip(indices, starts, starts[1:], strict=False)}


def _film_size(last: Moment, fmt: FilmFormat) -> tuple[int, int]:
    """(width, height) in pixels."""
    image = _opened(last)
    if max(image.size) > LARGEST_SIDE[fmt]:
        image = fit(image, LARGEST_SIDE[fmt])
    return image.size


def _shots(
    moments: Sequence[Moment], indices: list[int], size: tuple[int, int], *, keep_alpha: bool
) -> Iterator[Image.Image]:
    for index in indices:
        image = _opened(moments[index])
        if image.size != size:
            image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        if image.mode == "RGBA" and not keep_alpha:
            image = Image.alpha_composite(Image.new("RGBA", size, "white"), image).convert("RGB")
        yield image


def _opened(moment: Moment) -> Image.Image:
    return moment if isinstance(moment, Image.Image) else open_image(moment, painted=True)


def _write_mp4(shots: Iterator[Image.Image], ticks: list[int], size: tuple[int, int], path: Path) -> None:
    width, height = (side // 2 * 2 for side in size)
    # faststart: the index comes first, so that a browser can play while it loads.
    try:
        with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
            stream = container.add_stream("libx264", rate=FRAME_RATE, options={"crf": "18", "preset": "veryfast"})
            stream.width, stream.height = width, height
            stream.pix_fmt = "yuv420p"
            context = stream.codec_context
            context.colorspace = Colorspace.ITU709
            context.color_range = ColorRange.MPEG
            context.color_primaries = ColorPrimaries.BT709
            context.color_trc = ColorTrc.IEC61966_2_1
            time = 0
            for shot, duration in zip(shots, ticks, strict=True):
                image = shot.crop((0, 0, width, height))
                frame = av.VideoFrame.from_ndarray(np.asarray(image), format="rgb24").reformat(
                    format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
                )
                for _ in range(duration):
                    frame.pts = time
                    time += 1
                    container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except av.error.FFmpegError as error:
        raise OSError(error.errno, error.strerror) from error


def _webp(shots: Iterator[Image.Image], ticks: list[int]) -> bytes:
    first, *others = shots
    buffer = io.BytesIO()
    # method 2 takes half the time of the default, for 3 % more bytes
    duration = _milliseconds(ticks)
    first.save(buffer, "WEBP", save_all=True, append_images=others, duration=duration, loop=0, quality=85, method=2)
    return buffer.getvalue()


def _gif(shots: Iterator[Image.Image], ticks: list[int]) -> bytes:
    images = list(shots)
    palette = _common_palette(images)
    first, *others = (image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG) for image in images)
    buffer = io.BytesIO()
    first.save(
        buffer, "GIF", save_all=True, append_images=others, duration=_milliseconds(ticks), loop=0, optimize=False
    )
    return buffer.getvalue()


def _common_palette(images: list[Image.Image]) -> Image.Image:
    """256 colours for the whole film: with a palette for each picture, still areas would flicker."""
    chosen = [images[0], images[len(images) // 2], images[-1], images[-1]]  # the last is looked at longest
    sample = Image.new("RGB", (_PALETTE_SAMPLE * len(chosen), _PALETTE_SAMPLE))
    for place, image in enumerate(chosen):
        tile = image.resize((_PALETTE_SAMPLE, _PALETTE_SAMPLE), Image.Resampling.NEAREST)
        sample.paste(tile, (place * _PALETTE_SAMPLE, 0))
    return sample.quantize(256, kmeans=1)


def _milliseconds(ticks: list[int]) -> list[int]:
    return [count * 1000 // FRAME_RATE for count in ticks]
