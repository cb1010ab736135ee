"""A film file as its frames: checked, decoded, set upright, scaled, and in the colours that a picture has.

Reads what is in the file and nothing else: neither playlists nor addresses. Knows nothing of torch.
"""

import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation
from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import LARGEST_ASPECT, LARGEST_PIXELS, SHORTEST_SIDE

MOST_FRAMES = 200_000
"""Frames that are painted at most, two hours of them: more is days of work and a full disk, and hardly meant."""

_READABLE = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,mxf,h264,hevc,dv,gif"
_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": _READABLE}
"""A playlist would make the library fetch what it names."""
_HIGH_RANGE = (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)
"""PQ and HLG (BT.2100)."""
_HIGH_DEFINITION = 720
"""Rows from which on a film that does not name its matrix is taken for BT.709, as players do; below, for BT.601."""
_TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}


class TooLongError(StyleTransferError):
    """A film has more frames than are painted at once; a part of it may do."""


@dataclass(frozen=True)
class Colors:
    """What a film's numbers mean, as the codes of H.273; what it does not name is what players take it for.

    Attributes:
        primaries, transfer, matrix, range: As there.
        high_range: Whether the film has a high dynamic range; these are then what it is brought to, BT.709.
    """

    primaries: int
    transfer: int
    matrix: int
    range: int
    high_range: bool = False

    @classmethod
    def of(cls, frame: av.VideoFrame) -> "Colors":
        """Those of a decoded frame."""
        full = frame.format.name.startswith("yuvj") or frame.color_range == ColorRange.JPEG
        if frame.color_trc in _HIGH_RANGE:
            return cls(ColorPrimaries.BT709, ColorTrc.BT709, Colorspace.ITU709, ColorRange.MPEG, high_range=True)
        matrix = int(frame.colorspace)
        if matrix not in {int(known) for known in Colorspace}:
            matrix = Colorspace.ITU709 if frame.height >= _HIGH_DEFINITION else Colorspace.ITU601
        return cls(
            int(frame.color_primaries), int(frame.color_trc), int(matrix), ColorRange.JPEG if full else ColorRange.MPEG
        )


@dataclass(frozen=True)
class SourceFrame:
    """One frame of a film.

    Attributes:
        time: When it is shown, in units of the film's time base from the beginning of what is painted.
        duration: How long, in the same units; 0 if that is not known.
    """

    time: int
    duration: int
    _decoded: av.VideoFrame = field(repr=False)
    _film: "SourceFilm" = field(repr=False)

    def image(self, size: tuple[int, int]) -> Image.Image:
        """It upright, RGB, at (width, height)."""
        turned = self._film.rotation in (90, 270)
        width, height = reversed(size) if turned else size
        colors = self._film.colors
        converted = self._decoded.reformat(
            width,
            height,
            "rgb24",
            src_colorspace=None if colors.high_range else colors.matrix,
            src_color_range=None if colors.high_range else colors.range,
            dst_color_range=ColorRange.JPEG,
            dst_color_trc=ColorTrc.BT709 if colors.high_range else None,
            dst_color_primaries=ColorPrimaries.BT709 if colors.high_range else None,
            interpolation=Interpolation.AREA if width < self._decoded.width else Interpolation.BICUBIC,
            threads=1,
        )
        image = Image.fromarray(np.ascontiguousarray(converted.to_ndarray()))
        turn = _TURNS.get(self._film.rotation)
        return image if turn is None else image.transpose(turn)


class SourceFilm:
    """A film file and what is to be painted of it.

    Args:
        path: The file.
        begin, end: Seconds from its beginning between which it is painted; to its end if `end` is None.
        every: Of how many frames one is painted.
        name: What it is called in a sentence; its path if None.

    Attributes:
        path: The file.
        size: (width, height) in pixels as it is shown: upright, with square pixels.
        rotation: Degrees by which its frames are turned to be upright, counter-clockwise.
        rate: Frames a second, on average, of those that are painted.
        time_base: Seconds of one unit of its frames' times.
        colors: What its numbers mean.
        seconds: How long the whole of it is, or None where the file does not tell.
        sound: Whether it has any.
        count: How many frames there will be, as far as the file tells; at least 1.

    Raises:
        StyleTransferError: There is no such file, it is no film, has no pictures, or is damaged; it is too large,
            small, narrow or long; or nothing lies between `begin` and `end`.
    """

    def __init__(
        self, path: Path, *, begin: float = 0.0, end: float | None = None, every: int = 1, name: str | None = None
    ) -> None:
        self.path, self.begin, self.end, self.every = path, begin, end, every
        self._name = path if name is None else name
        with self.opened() as container:
            stream = self._stream(container)
            first = next(self._decoded(container, stream), None)
            if first is None:
                raise StyleTransferError("{path} is damaged or incomplete; save or download it again.", path=self._name)
            self.rotation = first.rotation % 360 // 90 * 90
            self.size = _shown_size(first, stream.sample_aspect_ratio, turned=self.rotation in (90, 270))
            self.colors = Colors.of(first)
            rate = stream.average_rate or stream.guessed_rate or Fraction(25)
            self.rate = rate / every
            self.time_base = Fraction(stream.time_base or 1 / rate)
            self.seconds = seconds = _seconds(container, stream)
            self.sound = bool(container.streams.audio)
        self._check_size()
        if seconds is not None and begin >= seconds:
            raise StyleTransferError(
                "{path} ends after {seconds} seconds; begin before that.", path=self._name, seconds=f"{seconds:.1f}"
            )
        last = end if seconds is None else seconds if end is None else min(end, seconds)
        self.count = 1 if last is None else max(1, math.ceil((last - begin) * self.rate - 1e-3))
        if self.count > MOST_FRAMES:
            raise TooLongError(
                "These are {count} frames, and at most {most} are painted at once; choose a part with --from and --to, "
                "or fewer frames with --every.",
                count=self.count,
                most=MOST_FRAMES,
            )

    @contextmanager
    def opened(self) -> Iterator[av.container.InputContainer]:
        """The file, opened.

        Raises:
            StyleTransferError: There is no such file, or it is no film.
        """
        try:
            container = av.open(f"file:{self.path.absolute()}", options=_OPTIONS, metadata_errors="ignore")
        except FileNotFoundError as error:
            raise StyleTransferError("There is no file {path}; check the name.", path=self._name) from error
        except IsADirectoryError as error:
            raise StyleTransferError("{path} is a folder; give a film in it.", path=self._name) from error
        except OSError as error:
            raise StyleTransferError(
                "{path} cannot be read ({reason}); check the file.", path=self._name, reason=error.strerror or error
            ) from error
        except (av.error.FFmpegError, ValueError) as error:
            raise StyleTransferError(
                "{path} is not a film that can be read; use an MP4, MOV, MKV, WebM, AVI or MPEG file.", path=self._name
            ) from error
        with container:
            yield container

    def frames(self) -> Generator[SourceFrame, None, None]:
        """Every frame that is to be painted, in order.

        Raises:
            StyleTransferError: The file cannot be read, or there is not a single frame.
        """
        with self.opened() as container:
            stream = self._stream(container)
            origin = round((stream.start_time or 0) + self.begin / self.time_base)
            end = math.inf if self.end is None else (self.end - self.begin) / self.time_base
            if self.begin > 0:
                container.seek(max(0, origin), stream=stream)
            usual = max(1, round(1 / (self.rate * self.every * self.time_base)))  # from one frame to the next
            place, latest = 0, -usual
            for frame in self._decoded(container, stream):
                time = latest + usual if frame.pts is None else frame.pts - origin
                if time < 0 or time <= latest:  # before the beginning; or two at once, of which a file holds one
                    continue
                if time >= end:
                    break
                latest = time
                if place % self.every == 0:
                    if frame.rotation % 360 // 90 * 90 != self.rotation:
                        raise StyleTransferError(
                            "{path} is turned on its way; cut it there and paint the parts.", path=self._name
                        )
                    yield SourceFrame(time, self.every * (frame.duration or 0), frame, self)
                place += 1
        if latest < 0:
            raise StyleTransferError("There is no frame in this part of the film; choose a longer one.")

    def _stream(self, container: av.container.InputContainer) -> av.VideoStream:
        streams = [stream for stream in container.streams.video if not stream.disposition & _COVER]
        if not streams:
            raise StyleTransferError("{path} has no pictures, only sound; give a film.", path=self._name)
        stream = streams[0]
        stream.thread_type = "AUTO"
        return stream

    def _decoded(self, container: av.container.InputContainer, stream: av.VideoStream) -> Iterator[av.VideoFrame]:
        """Its frames, without those that are damaged. Raises StyleTransferError if nothing here can decode them."""
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
                frames = [] if packet is None else packet.decode()
            except av.error.InvalidDataError:
                continue
            except av.error.MemoryError:
                raise
            except av.error.FFmpegError as error:  # no decoder, as of a copy-protected film, or none that can do this
                raise StyleTransferError(
                    "{path} cannot be decoded ({reason}); save it as an MP4 with H.264 first.",
                    path=self._name,
                    reason=error.strerror or type(error).__name__,
                ) from error
            if packet is None:
                return
            yield from frames

    def _check_size(self) -> None:
        width, height = self.size
        if min(self.size) < SHORTEST_SIDE:
            raise StyleTransferError(
                "{path} has {width} x {height} pixels, too few to paint from; use a film with a short side of at least "
                "{least} pixels.",
                path=self._name,
                width=width,
                height=height,
                least=SHORTEST_SIDE,
            )
        if max(self.size) > LARGEST_ASPECT * min(self.size):
            raise StyleTransferError(
                "{path} has {width} x {height} pixels and is too long and narrow; crop it first.",
                path=self._name,
                width=width,
                height=height,
            )
        if width * height > LARGEST_PIXELS:
            raise StyleTransferError("{path} has too many pixels; make it smaller first.", path=self._name)


_COVER = av.stream.Disposition.attached_pic


def _shown_size(frame: av.VideoFrame, aspect: Fraction | None, *, turned: bool) -> tuple[int, int]:
    width = round(frame.width * (aspect or 1))
    return (frame.height, width) if turned else (width, frame.height)


def _seconds(container: av.container.InputContainer, stream: av.VideoStream) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return None if container.duration is None else container.duration / av.time_base
