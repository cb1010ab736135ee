"""All albums of a data folder, as the page uses them. Knows nothing of Streamlit or torch."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import open_image
from styletransfer.inputs import Inputs
from styletransfer.settings import Settings
from styletransfer.studio.lengthy_work import LengthyWork
from styletransfer.studio.pictures import PictureFile
from styletransfer.studio.storage.album_folder import Album
from styletransfer.studio.storage.run_folder import Run, Submission
from styletransfer.studio.worker.cell_queue import Fault, Progress
from styletransfer.studio.worker.protocol import PaintPhoto
from styletransfer.texts import Text

MOST_PHOTOS = 200
"""Photos in an album."""
TOO_MANY = Text("An album takes at most {most} photos.", most=MOST_PHOTOS)


@dataclass(frozen=True, kw_only=True)
class AlbumView:
    """An album as it stands. Photos are numbered from 1.

    Attributes:
        run_id: The album's id, as it stands in the URL.
        names: File name of each photo as the user knows it.
        painting_names: File name of each painting as the user knows it.
        photos: The photos as they were uploaded, in their order.
        settings: What all are painted with.
        painted: The painted pictures, PNG files by number.
        previews: The same small, JPEG files by number.
        failed: Why what could not be painted could not, by number.
        progress: What is being painted, or None if nothing is.
        fault: Why nothing is, if something went wrong with the album as a whole.
        seconds: Seconds of painting so far.
    """

    run_id: str
    names: tuple[str, ...]
    painting_names: tuple[str, ...]
    photos: tuple[Path, ...]
    settings: Settings
    painted: dict[int, Path]
    previews: dict[int, Path]
    failed: dict[int, str]
    progress: Progress | None
    fault: Fault | None
    seconds: float

    @property
    def done(self) -> int:
        """How many photos are painted, or could not be."""
        return len(self.painted.keys() | self.failed.keys())


class Albums(LengthyWork):
    """The albums among the runs of a data folder. Thread-safe."""

    kind = PaintPhoto

    def submit(self, inputs: Inputs[PictureFile], photos: Sequence[PictureFile], settings: Settings) -> str:
        """Queue an album and return its id. Its photos are painted one by one while no run is being painted.

        Args:
            inputs: The paintings, and the photo that stands for the album. Masks and another picture to begin from
                are left out: they are those of one photo.
            photos: The files as uploaded, also those that turn out to be no pictures.
            settings: How to paint each of them.

        Raises:
            StyleTransferError: There are too many, a painting cannot be used, or nothing can be written to disk.
        """
        if len(photos) > MOST_PHOTOS:
            raise StyleTransferError(TOO_MANY)
        settings.check_roles(len(inputs.paintings), 0)
        shared = Inputs(photo=inputs.photo, paintings=inputs.paintings)
        for file in shared:
            open_image(file.data, name=file.name)
        wanted = Submission(inputs=shared, settings=settings, album=tuple(photos))
        album = Album(Run.create(self._home, wanted, server=self._server))
        self._paint(album)
        return album.run.run_id

    def carry_on(self, run_id: str) -> None:
        """Paint what is missing; if all that is left has failed before, try that again. No effect on an unknown id.

        Where another server is at work on it, this one's worker says so, and it is a fault.
        """
        album = Album.find(self._home, run_id)
        if album is None or run_id in self.active():
            return
        self._paint(album)

    def view(self, run_id: str) -> AlbumView | None:
        """The album as it stands; None for an id that is unknown, damaged, a run's or no id at all."""
        album = Album.find(self._home, run_id)
        if album is None:
            return None
        progress, fault = self._queue.sheet(run_id)
        try:
            record = album.record
            return AlbumView(
                run_id=run_id,
                names=record.album,
                painting_names=record.painting_names,
                photos=tuple(map(album.run.album_photo, range(1, len(record.album) + 1))),
                settings=album.run.settings(),
                painted=album.painted(),
                previews=dict(album.run.timeline()),
                failed={number: reason for number, reason in record.failed if not album.picture(number).is_file()},
                progress=progress,
                fault=fault,
                seconds=record.seconds,
            )
        except StyleTransferError:
            return None

    def photos(self, run_id: str) -> list[PictureFile]:
        """An album's photos as they were uploaded, but for those that are lost; none for anything else."""
        album, files = Album.find(self._home, run_id), list[PictureFile]()
        if album is None:
            return files
        for number, name in enumerate(album.record.album, 1):
            with suppress(OSError):
                files.append(PictureFile(name, album.run.album_photo(number).read_bytes()))
        return files

    def photo(self, run_id: str, number: int) -> Path | None:
        """An album's photo as it was uploaded, or None."""
        album = Album.find(self._home, run_id)
        path = None if album is None else album.run.album_photo(number)
        return path if path is not None and path.is_file() else None

    def picture(self, run_id: str, number: int) -> Path | None:
        """A painted picture at full resolution (PNG, recipe inside), or None while there is none."""
        album = Album.find(self._home, run_id)
        path = None if album is None else album.picture(number)
        return path if path is not None and path.is_file() else None

    def _paint(self, album: Album) -> None:
        run_id, folder = album.run.run_id, str(album.run.folder)
        photos = [PaintPhoto(run_id, folder, number) for number in album.missing()]
        if photos:
            self._queue.add_cells(photos)
