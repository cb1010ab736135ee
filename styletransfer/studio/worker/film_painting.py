"""The worker's part in a film: paint it frame by frame, go on with it where it was left, and put it together."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.studio.snapshot import State
from styletransfer.studio.storage.film_folder import Film
from styletransfer.studio.storage.run_files import unlink_link
from styletransfer.studio.storage.run_folder import Run
from styletransfer.studio.storage.server_lock import writing
from styletransfer.studio.worker.engine_interface import FilmEngine
from styletransfer.studio.worker.preview_keeper import PreviewKeeper
from styletransfer.studio.worker.protocol import FilmPainted
from styletransfer.studio.worker.recorder import encode_preview
from styletransfer.studio.worker.stopwatch import Stopwatch
from styletransfer.support.throttle import Throttle
from styletransfer.video.progress import Progress

_WINDOW = 30.0
"""Seconds of painting that count as the present."""


def paint_film(
    paint: FilmEngine,
    folder: Path,
    go_on: Callable[[], bool],
    tell: Callable[[FilmPainted], None],
    *,
    whole: bool = True,
) -> State:
    """Paint a film to its end; what is painted until `go_on`, asked after every frame, says no, is gone on with.

    Args:
        paint: What paints films.
        folder: The film's.
        go_on: Whether to paint on; may raise Gone.
        tell: Takes how far it is, and now and then the newest picture.
        whole: Whether to paint what is missing; else what is painted is put together, and may be gone on with.

    Returns:
        FINISHED once that is done, STOPPED if `go_on` has said no before.

    Raises:
        StyleTransferError: The film is damaged, or nothing can be written in its folder.
        Gone: As `go_on` does.
    """
    with writing(folder):
        film = Film(Run(folder))
        film.run.clear_temporaries()
        for path in (film.result, film.part):
            unlink_link(path)
        unlink_link(film.store.folder)
        recorder = _FilmRecorder(film, tell)
        if not film.result.is_file():  # else it was killed in its very last moment
            film.part.unlink(missing_ok=True)
            with closing(paint(film.request(), part=None if whole else film.part)) as steps, recorder:
                for progress in steps:
                    recorder.add(progress)
                    if not go_on():
                        return State.STOPPED
        recorder.finish(State.FINISHED if film.result.is_file() else State.STOPPED)
        if film.result.is_file():
            rmtree(film.store.folder, ignore_errors=True)
    return State.FINISHED


class _FilmRecorder:
    """Keeps a film's folder up to date while it is painted, but for its frames, and tells how far it is.

    However its block is left, how far the film is stands on disk, if anything can be written there.
    """

    def __init__(self, film: Film, tell: Callable[[FilmPainted], None]) -> None:
        self._film, self._tell = film, tell
        self._record = film.record
        self._before, self._watch, self._speed = self._record.seconds, Stopwatch(), _Speed()
        self._previews = PreviewKeeper(film.run)
        self._painted = self._last_seen() if film.result.is_file() else film.store.painted
        self._previews.begin(self._painted + 1)
        self._show, self._save = Throttle(share=0.03, least=0.4), Throttle(share=0.01, least=5.0)
        self._frames = self._record.epochs
        self._last: Image.Image | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        with suppress(StyleTransferError):
            self.finish(State.STOPPED)

    def add(self, progress: Progress) -> None:
        """Take in how far it is. Raises StyleTransferError if that cannot be written."""
        done = progress.painted > self._painted
        self._painted, self._frames = progress.painted, progress.frames
        jpeg = None
        if progress.image is not None:
            self._record = replace(self._record, scale=(progress.image.height, progress.image.width))
            self._last = progress.image if done else None
            jpeg = self._preview(progress.image, done=done)
        left = self._speed.seconds(progress.done, progress.left)
        self._tell(FilmPainted(self._film.run.run_id, progress.painted, progress.frames, left, jpeg))
        if self._save.due():
            with self._save.timed():
                self._write(State.STOPPED)

    def finish(self, state: State) -> None:
        """Write down how it stands now that it is painted no more. Raises StyleTransferError."""
        if self._last is not None:
            self._previews.keep(self._painted, encode_preview(self._last), always=True)
        if state is State.FINISHED:
            self._painted = self._frames = max(1, self._painted, self._record.epoch)
        self._write(state)

    def _last_seen(self) -> int:
        """The number of the last frame of a film that is whole, as its frames are gone."""
        return max([self._record.epoch, *(number for number, _path in self._film.run.timeline())])

    def _preview(self, image: Image.Image, *, done: bool) -> bytes | None:
        """The newest picture as a JPEG, if it is time for one, which is kept if the frame is done."""
        kept = done and self._previews.wants(self._painted)
        if not (kept or self._show.due()):
            return None
        with self._show.timed():
            jpeg = encode_preview(image)
            if kept:
                self._previews.keep(self._painted, jpeg)
        return jpeg

    def _write(self, state: State) -> None:
        seconds = self._before + self._watch.seconds
        record = replace(self._record, state=state, epoch=self._painted, epochs=self._frames, seconds=seconds)
        self._film.run.write(record)


class _Speed:
    """How fast it goes at present."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()

    def seconds(self, done: float, left: float) -> float | None:
        """Seconds that the rest takes; None while too little is known."""
        now = time.monotonic()
        self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[0][0] > _WINDOW:
            self._seen.popleft()
        began, before = self._seen[0]
        return None if done <= before else left * (now - began) / (done - before)
