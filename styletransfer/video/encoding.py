"""Painted frames as a film file, with the sound, the times and the colours of the one that they were painted from.

Knows nothing of torch.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.video.reformatter import ColorRange
from PIL import Image

from styletransfer.support.files import replacing
from styletransfer.video.source import SourceFilm

_QUALITY = {"crf": "17", "preset": "medium", "mbtree": "0"}
"""Without x264's macroblock tree the same frames make the same file; with it they do not always where x264 uses
AVX-512: seven in eight were alike, and all with `asm=AVX2`."""
Picture = tuple[int, int, Callable[[], Image.Image]]
"""When a frame is shown and how long, in units of the film's time base, and what gives it, RGB with even sides."""


def write_film(path: Path, pictures: Iterator[Picture], source: SourceFilm, size: tuple[int, int]) -> None:
    """Write a film (H.264 in MP4), whole or not at all.

    Its frames are upright as they stand, so that nothing is left for a player to turn. The sound is copied; what an MP4
    cannot hold becomes AAC.

    Args:
        path: The file; what stands there is replaced when all is done.
        pictures: The frames in order.
        source: What they were painted from.
        size: (width, height) of the frames.

    Raises:
        StyleTransferError: A frame is damaged, or the file cannot be written.
    """
    with replacing(path, settled=True) as temporary:
        try:
            with ExitStack() as stack:
                out = stack.enter_context(av.open(str(temporary), "w", format="mp4", options={"movflags": "faststart"}))
                stream = _video_stream(out, source, size)
                sound = _Sound(stack.enter_context(source.opened()), out, source)
                for time, duration, picture in pictures:
                    frame = _frame(picture(), source)
                    frame.pts, frame.time_base, frame.duration = time, source.time_base, duration
                    out.mux(stream.encode(frame))
                    sound.write(until=time * source.time_base)
                out.mux(stream.encode(None))
                sound.write(until=None)
        except av.error.FFmpegError as error:
            raise OSError(error.errno, error.strerror) from error


def _video_stream(out: av.container.OutputContainer, source: SourceFilm, size: tuple[int, int]) -> av.VideoStream:
    stream = out.add_stream("libx264", rate=source.rate, options=_QUALITY)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.time_base = source.time_base
    context = stream.codec_context
    context.time_base = source.time_base
    colors = source.colors
    context.color_primaries, context.color_trc = colors.primaries, colors.transfer
    context.colorspace, context.color_range = colors.matrix, colors.range
    return stream


def _frame(image: Image.Image, source: SourceFilm) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(np.asarray(image), format="rgb24")
    return frame.reformat(
        format="yuv420p",
        dst_colorspace=source.colors.matrix,
        src_color_range=ColorRange.JPEG,
        dst_color_range=source.colors.range,
    )


class _Sound:
    """The sound of the part that was painted, written along with the frames."""

    def __init__(
        self, container: av.container.InputContainer, out: av.container.OutputContainer, source: SourceFilm
    ) -> None:
        self._out = out
        video = container.streams.video[0]
        start = (video.start_time or 0) * (video.time_base or Fraction(0))
        self._begin = start + Fraction(source.begin)
        self._end = None if source.end is None else start + Fraction(source.end)
        self._tracks = {stream.index: _track(stream, out) for stream in container.streams.audio}
        streams = list(container.streams.audio)
        if source.begin > 0 and streams:
            container.seek(max(0, int(self._begin * av.time_base)))
        self._packets = container.demux(streams) if streams else iter(())
        self._next: Any = next(self._packets, None)

    def write(self, *, until: Fraction | None) -> None:
        """Write what is heard up to a time in seconds from the beginning of the film; the rest if None."""
        while self._next is not None:
            packet = self._next
            if packet.pts is not None and packet.time_base is not None:
                time = packet.pts * packet.time_base
                if until is not None and time - self._begin > until:
                    return
                if time >= self._begin - _LEAD and (self._end is None or time < self._end):
                    self._tracks[packet.stream_index].write(packet, self._begin)
            self._next = next(self._packets, None)
        if until is None:
            for track in self._tracks.values():
                track.finish()


_LEAD = Fraction(1, 10)
"""Seconds of sound before the film's beginning that are kept, as decoders need some to begin with: players skip it."""


class _Copied:
    """A sound track that is copied as it is."""

    def __init__(self, stream: av.AudioStream, out: av.container.OutputContainer) -> None:
        self._out, self._stream = out, out.add_stream_from_template(stream)

    def write(self, packet: "av.Packet[Any]", begin: Fraction) -> None:
        """Write a packet, whose times count from `begin`."""
        assert packet.time_base is not None and packet.pts is not None  # noqa: S101, PT018 - the caller has looked
        shift = round(begin / packet.time_base)
        packet.pts -= shift
        packet.dts = packet.pts
        packet.stream = self._stream
        self._out.mux(packet)

    def finish(self) -> None:
        """Nothing is left to be written."""


class _Encoded:
    """A sound track that is encoded anew."""

    def __init__(self, stream: av.AudioStream, out: av.container.OutputContainer) -> None:
        self._out = out
        layout = "mono" if stream.channels == 1 else "stereo"  # some files do not say what their channels are
        self._stream = out.add_stream("aac", rate=stream.rate, layout=layout)
        self._resampler = av.AudioResampler("fltp", layout, stream.rate)

    def write(self, packet: "av.Packet[Any]", begin: Fraction) -> None:
        """Write a packet, whose times count from `begin`."""
        for frame in cast("list[av.AudioFrame]", packet.decode()):
            for part in self._resampler.resample(frame):
                if part.pts is not None and part.time_base is not None:
                    part.pts -= round(begin / part.time_base)
                self._out.mux(self._stream.encode(part))

    def finish(self) -> None:
        """Write what is left."""
        self._out.mux(self._stream.encode(None))


def _track(stream: av.AudioStream, out: av.container.OutputContainer) -> _Copied | _Encoded:
    if stream.codec_context.name in _FITTING:
        return _Copied(stream, out)
    return _Encoded(stream, out)


_FITTING = frozenset({"aac", "mp3", "mp3float", "ac3", "eac3", "alac", "opus", "libopus", "flac"})
"""Codecs of sound that an MP4 holds and players know."""
