"""A film from its first frame to its last: shots are found, frames painted and kept, those that are there passed by."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path

from PIL import Image

from styletransfer.engine.frame_painter import FramePainter, Held, PaintedFrame
from styletransfer.engine.frames import LossName
from styletransfer.settings import Settings
from styletransfer.video.defaults import EPOCHS, TEMPORAL_WEIGHT
from styletransfer.video.encoding import Picture, write_film
from styletransfer.video.flow import Motion
from styletransfer.video.frame_store import FrameStore
from styletransfer.video.held import flicker, start_picture
from styletransfer.video.progress import Progress
from styletransfer.video.request import frame_work
from styletransfer.video.shots import Unpainted, unpainted
from styletransfer.video.source import SourceFilm, SourceFrame


class FilmWork(ABC):
    """What there is to do of a film, and the film that is put together when it is done, whoever paints.

    Args:
        film: What to paint.
        size: (width, height) of the painted frames, both even; `settings` give the same.
        settings: How a shot's first frame is painted.
        store: Keeps the painted frames.
        epochs: Of each later frame.
        paintings: How many there are, for the time that it takes.

    Attributes:
        first_work, later_work: What a shot's first frame and each later one take, in the unit of `cost.epoch_work`.
    """

    def __init__(
        self,
        film: SourceFilm,
        size: tuple[int, int],
        settings: Settings,
        store: FrameStore,
        *,
        epochs: int = EPOCHS,
        paintings: int = 1,
    ) -> None:
        self._film, self._size, self._store = film, size, store
        self._every_shot = settings.palette == "photo"
        self._times: list[tuple[int, int]] = []
        self.first_work, self.later_work = frame_work(size, settings, epochs, paintings)

    @property
    def frames(self) -> int:
        """How many frames have been met so far."""
        return len(self._times)

    @property
    def count(self) -> int:
        """How many there will be, as far as the film tells."""
        return self._film.count

    @abstractmethod
    def run(self) -> Generator[Progress, None, None]:
        """Paint every frame that is not there yet; tells how far it is now and then.

        Closing the generator stops it; what is painted is kept.

        Raises:
            StyleTransferError: The film cannot be read to its end, or a frame cannot be painted or kept.
        """

    def unpainted(self) -> Iterator[Unpainted]:
        """The frames that are not painted, in their order; all frames are met on the way. Raises StyleTransferError."""
        self._times.clear()
        return unpainted(self._met(), self._size, self._store.has, every_shot=self._every_shot)

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

    def _met(self) -> Iterator[SourceFrame]:
        for frame in self._film.frames():
            self._times.append((frame.time, frame.duration))
            yield frame

    def _pictures(self) -> Iterator[Picture]:
        for index, (time, duration) in enumerate(self._times):
            yield time, duration, _loader(self._store, index)


class FilmPainting(FilmWork):
    """Paints one film, frame by frame.

    Args:
        film, size, settings, store, epochs, paintings: See `FilmWork`.
        painter: Paints the frames, with these settings.
        weight: See `TEMPORAL_WEIGHT`.
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
        super().__init__(film, size, settings, store, epochs=epochs, paintings=paintings)
        self._painter, self._weight = painter, weight
        self._done, self._shots = 0.0, 0

    def run(self) -> Generator[Progress, None, None]:
        """See `FilmWork.run`; tells how far it is after each frame, and after each epoch of a shot's first one."""
        for frame in self.unpainted():
            if frame.motion is None:
                yield from self._first(frame.index, frame.photo)
                continue
            last = self._store.load(frame.index - 1)
            painted, differs = paint_held(self._painter, frame.photo, last, frame.motion, self._weight, frame.shot)
            self._store.save(frame.index, painted.image)
            self._done += self.later_work
            yield self._progress(frame.index + 1, painted.losses, painted.image, differs=differs)

    def _first(self, index: int, photo: Image.Image) -> Iterator[Progress]:
        """Paint the first frame of a shot."""
        self._shots += 1
        done = self._done
        newest = None
        for newest in self._painter.first(photo):
            self._done = done + self.first_work * newest.epoch / newest.epochs
            if newest.epoch < newest.epochs:
                rest = done + self.first_work - self._done
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
        frames = max(painted + (rest > 0), self.count)
        left = rest + (frames - painted - (rest > 0)) * self.later_work
        return Progress(painted, frames, self._done, left, self._shots, losses, differs, image)


def paint_held(
    painter: FramePainter,
    photo: Image.Image,
    last: Image.Image,
    motion: Motion,
    weight: float,
    shot: Image.Image | None,
) -> tuple[PaintedFrame, float]:
    """Paint a frame that goes on from the last one, and tell its flicker.

    Args:
        painter: Paints it.
        photo: The frame.
        last: The last one, painted.
        motion: How things moved since then.
        weight: See `TEMPORAL_WEIGHT`.
        shot: The shot's first frame, if it must be known.
    """
    moved = motion.moved(last)
    painted = painter.later(photo, Held(start_picture(moved, photo, motion), moved, motion.sure, weight), shot)
    return painted, flicker(painted.image, moved, motion)


def _loader(store: FrameStore, index: int) -> Callable[[], Image.Image]:
    return lambda: store.load(index)
