"""A film from its first frame to its last: shots are found, frames painted and kept, those that are there passed by."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from PIL import Image

from styletransfer.engine.frame_painter import FramePainter, Held
from styletransfer.engine.frames import LossName
from styletransfer.settings import Settings
from styletransfer.video.defaults import EPOCHS, TEMPORAL_WEIGHT
from styletransfer.video.encoding import Picture, write_film
from styletransfer.video.flow import OpticalFlow
from styletransfer.video.frame_store import FrameStore
from styletransfer.video.held import flicker, start_picture
from styletransfer.video.progress import Progress
from styletransfer.video.request import frame_work
from styletransfer.video.shots import is_cut
from styletransfer.video.source import SourceFilm, SourceFrame


class FilmPainting:
    """Paints one film.

    Args:
        film: What to paint.
        size: (width, height) of the painted frames, both even; `settings` give the same.
        settings: How a shot's first frame is painted.
        painter: Paints the frames, with these settings.
        store: Keeps them.
        weight: See `TEMPORAL_WEIGHT`.
        epochs: Of each later frame.
        paintings: How many there are, for the time that it takes.
    """

    def __init__(
        self,
        film: SourceFilm,
        size: tuple[int, int],
        settings: Settings,
        painter: FramePainter,
        store: FrameStore,
        *,
        weight: float = TEMPORAL_WEIGHT,
        epochs: int = EPOCHS,
        paintings: int = 1,
    ) -> None:
        self._film, self._size, self._painter, self._store, self._weight = film, size, painter, store, weight
        self._flow = OpticalFlow()
        self._times: list[tuple[int, int]] = []
        self._first_work, self._later_work = frame_work(size, settings, epochs, paintings)
        self._done, self._shots = 0.0, 0

    @property
    def frames(self) -> int:
        """How many frames have been met so far."""
        return len(self._times)

    def run(self) -> Iterator[Progress]:
        """Paint every frame that is not there yet; tells how far it is after each, and after each epoch of a first one.

        Closing the generator stops it; what is painted is kept.

        Raises:
            StyleTransferError: The film cannot be read to its end, or a frame cannot be painted or kept.
        """
        self._times.clear()
        last: SourceFrame | None = None
        for index, frame in enumerate(self._film.frames()):
            self._times.append((frame.time, frame.duration))
            if not self._store.has(index):
                yield from self._frame(index, frame, last)
            last = frame

    def gather(self) -> bool:
        """Instead of `run`: take what is painted, up to the first frame that is not, for the whole film.

        Returns:
            Whether there is anything.

        Raises:
            StyleTransferError: The film cannot be read that far.
        """
        self._times.clear()
        for index, frame in enumerate(self._film.frames()):
            if not self._store.has(index):
                self._film.end = self._film.begin + float(frame.time * self._film.time_base)
                break
            self._times.append((frame.time, frame.duration))
        return bool(self._times)

    def save(self, path: Path) -> None:
        """Put the film together, once all of it is painted or gathered. Raises StyleTransferError."""
        write_film(path, self._pictures(), self._film, self._size)

    def _pictures(self) -> Iterator[Picture]:
        for index, (time, duration) in enumerate(self._times):
            yield time, duration, _loader(self._store, index)

    def _frame(self, index: int, frame: SourceFrame, last: SourceFrame | None) -> Iterator[Progress]:
        photo = frame.image(self._size)
        held = None if last is None else self._held(index, photo, last.image(self._size))
        if held is None:
            yield from self._shot(index, photo)
            return
        what, differs = held
        painted = self._painter.later(photo, what)
        self._store.save(index, painted.image)
        self._done += self._later_work
        yield self._progress(index + 1, painted.losses, painted.image, differs=differs(painted.image))

    def _held(
        self, index: int, photo: Image.Image, before: Image.Image
    ) -> tuple[Held, Callable[[Image.Image], float]] | None:
        """What the frame is held to, and what tells how much it differs from that; None if it begins a shot."""
        motion = self._flow.between(before, photo)
        if is_cut(motion, before, photo):
            return None
        moved = motion.moved(self._store.load(index - 1))
        held = Held(start_picture(moved, photo, motion), moved, motion.sure, self._weight)
        return held, lambda painted: flicker(painted, moved, motion)

    def _shot(self, index: int, photo: Image.Image) -> Iterator[Progress]:
        """Paint the first frame of a shot."""
        self._shots += 1
        done = self._done
        newest = None
        for newest in self._painter.first(photo):
            self._done = done + self._first_work * newest.epoch / newest.epochs
            if newest.epoch < newest.epochs:
                rest = done + self._first_work - self._done
                yield self._progress(index, newest.losses, newest.image, rest=rest)
        assert newest is not None and newest.image is not None  # noqa: S101, PT018 - the last one has its picture
        self._store.save(index, newest.image)
        yield self._progress(index + 1, newest.losses, newest.image)

    def _progress(
        self,
        painted: int,
        losses: Mapping[LossName, float],
        image: Image.Image | None,
        *,
        differs: float | None = None,
        rest: float = 0.0,
    ) -> Progress:
        """How far it is, with `rest` to be done of the frame after those that are painted."""
        frames = max(painted + (rest > 0), self._film.count)
        left = rest + (frames - painted - (rest > 0)) * self._later_work
        return Progress(painted, frames, self._done, left, self._shots, losses, differs, image)


def _loader(store: FrameStore, index: int) -> Callable[[], Image.Image]:
    return lambda: store.load(index)
