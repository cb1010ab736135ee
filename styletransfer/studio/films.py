"""All films of a data folder, as the page uses them. Knows nothing of Streamlit or torch."""

import secrets
import time
import weakref
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import open_image
from styletransfer.inputs import Inputs
from styletransfer.settings import Settings
from styletransfer.studio.film_file import FilmFile, FilmPart, check_part, film_ending, read_film
from styletransfer.studio.lengthy_work import LengthyWork
from styletransfer.studio.pictures import PictureFile
from styletransfer.studio.storage.film_folder import Film
from styletransfer.studio.storage.run_files import cannot_save
from styletransfer.studio.storage.run_folder import Run, Submission
from styletransfer.studio.worker.cell_queue import Fault, Progress
from styletransfer.studio.worker.protocol import PaintFilm
from styletransfer.support.paths import automatic_network
from styletransfer.video.request import check_disk, sized

DROPS = ".drops"
"""Folder, in that of the runs, of the films that were dropped on the page and are not painted yet."""
FORGOTTEN = 24 * 3600.0
"""Age in seconds of one that a server which was killed has left behind."""


@dataclass(frozen=True, kw_only=True)
class FilmView:
    """A film as it stands. Frames are numbered from 1.

    Attributes:
        run_id: The film's id, as it stands in the URL.
        name: File name as the user knows it.
        painting_names: File name of each painting as the user knows it.
        inputs: The pictures; the photo is a still.
        source: The film as it was uploaded, or None if it is gone or damaged.
        part: What of it is painted.
        settings: How the first frame of each shot is painted.
        scale: (height, width) of the painted frames, or None before the first.
        painted: Frames that are painted.
        frames: Frames in all, as far as the film tells.
        previews: Some of those that are painted, small, JPEG files by number.
        result: The painted film, or None. Unless `whole`, it ends where it was when that was asked for.
        whole: Whether it is painted to its end.
        progress: How it is painted, or None if it is not.
        fault: Why it is not, if something went wrong.
        seconds: Seconds of painting so far.
    """

    run_id: str
    name: str
    painting_names: tuple[str, ...]
    inputs: Inputs[Path]
    source: FilmFile | None
    part: FilmPart
    settings: Settings
    scale: tuple[int, int] | None
    painted: int
    frames: int
    previews: dict[int, Path]
    result: Path | None
    whole: bool
    progress: Progress | None
    fault: Fault | None
    seconds: float


class Films(LengthyWork):
    """The films among the runs of a data folder. Thread-safe."""

    kind = PaintFilm

    def drop(self, data: bytes, name: str) -> FilmFile:
        """Take in a file that was dropped on the page: it is kept on disk as long as what this gives is.

        Raises:
            StyleTransferError: It is no film that can be painted, or cannot be written.
        """
        folder = self._home / DROPS
        path = folder / f"{secrets.token_hex(8)}{film_ending(name)}"
        try:
            folder.mkdir(exist_ok=True)
            path.write_bytes(data)
            film = read_film(path, name)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise cannot_save(folder, error) from error
        except StyleTransferError:
            path.unlink(missing_ok=True)
            raise
        weakref.finalize(film, path.unlink, missing_ok=True)
        return film

    def clear_drops(self) -> None:
        """Take away what a server that was killed has left behind."""
        for path in (self._home / DROPS).glob("*"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > FORGOTTEN:
                    path.unlink()

    def check_disk(self, film: FilmFile, part: FilmPart, settings: Settings) -> None:
        """Make sure that the painted frames will fit on the disk, as far as can be told. Raises StyleTransferError."""
        height, width = film.size
        size, _settings = sized((width, height), settings)
        check_disk(size, film.count(part), self._home)

    def submit(self, inputs: Inputs[PictureFile], film: FilmFile, part: FilmPart, settings: Settings) -> str:
        """Queue a film and return its id. It is painted while no run is.

        Args:
            inputs: The paintings, and a still of the film. Masks and another picture to begin from are left out: they
                are those of one photo.
            film: The film.
            part: What of it to paint.
            settings: How to paint the first frame of each shot.

        Raises:
            StyleTransferError: A painting or the film cannot be used, there is no frame in that part of it, or nothing
                can be written to disk.
        """
        settings.check_roles(len(inputs.paintings), 0)
        shared = Inputs(photo=PictureFile(film.name, inputs.photo.data), paintings=inputs.paintings)
        for file in shared:
            open_image(file.data, name=file.name)
        check_part(film.path, film.name, part)
        self.check_disk(film, part, settings)
        # All frames are to be painted alike, also once another network is there.
        network = automatic_network() if settings.network == "auto" else settings.network
        wanted = Submission(
            inputs=shared,
            settings=settings,
            film=film.path,
            part=part,
            frames=film.count(part),
            network=network,
        )
        run = Run.create(self._home, wanted, server=self._server)
        self._paint(run)
        return run.run_id

    def carry_on(self, run_id: str) -> None:
        """Paint what is missing. No effect on an unknown id, nor on what is being painted.

        Where another server is at work on it, this one's worker says so, and it is a fault.
        """
        film = Film.find(self._home, run_id)
        if film is not None and run_id not in self.active():
            self._paint(film.run)

    def stop(self, run_id: str) -> None:
        """Put together what is painted so far; it may be gone on with. No effect where nothing is, or all."""
        film = Film.find(self._home, run_id)
        self.pause(run_id)
        if film is not None and film.store.painted:
            self._paint(film.run, whole=False)

    def view(self, run_id: str) -> FilmView | None:
        """The film as it stands; None for an id that is unknown, damaged, a run's or no id at all."""
        film = Film.find(self._home, run_id)
        if film is None:
            return None
        progress, fault = self._queue.sheet(run_id)
        try:
            record, whole = film.record, film.result.is_file()
            now = None if progress is None else progress.film
            painted = now.painted if now else record.epochs if whole else film.store.painted
            return FilmView(
                run_id=run_id,
                name=record.photo_name,
                painting_names=record.painting_names,
                inputs=film.run.inputs(),
                source=_source(film.source, record.photo_name),
                part=record.part,
                settings=film.run.settings(),
                scale=record.scale,
                painted=painted,
                frames=now.frames if now else record.epochs,
                previews=dict(film.run.timeline()),
                result=film.shown,
                whole=whole,
                progress=progress,
                fault=fault,
                seconds=record.seconds,
            )
        except StyleTransferError:
            return None

    def result(self, run_id: str) -> Path | None:
        """The painted film, or what was put together of it, or None."""
        film = Film.find(self._home, run_id)
        return None if film is None else film.shown

    def _paint(self, run: Run, *, whole: bool = True) -> None:
        self._queue.add_cells([PaintFilm(run.run_id, str(run.folder), whole=whole)])


@lru_cache(maxsize=32)
def _source(path: Path, name: str) -> FilmFile | None:
    try:
        return read_film(path, name)
    except StyleTransferError:
        return None
