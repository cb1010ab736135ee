"""A run on disk: one folder with everything that is needed to look at it, repeat it or export it.

    20261123-134455-ab12cd/
        settings.json    what it is painted with
        state.json       where it stands (`Record`)
        photo.jpg        the inputs, byte for byte as they were uploaded
        painting.png    the first painting; the second is painting-2.jpg, and so on
        start.png       what it begins from, unless that is the photo or noise
        mask.png mask-2.png    where each painting applies, if not everywhere
        keep.png        what stays as it is in the photo, if anything
        losses.csv       every epoch
        frames/          previews by epoch, 000123.jpg, evenly thinned
        result.png       the newest picture at full resolution
        checkpoint.safetensors    all that a run that is not finished can be gone on with
        photos/ painted/    of an album only (`album_folder`)
        film.mp4 painted.mp4    of a film only (`film_folder`)
        label.json       what the user has made of it: title, pin (`run_label`)
        thumbnail.jpg    its small picture in the gallery

Every file is written whole or not at all, except losses.csv, which only grows. While a run is being painted the
worker alone writes in its folder, but for the label; before and after, the page's process alone does.
"""

import json
import re
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Self

from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import READABLE
from styletransfer.inputs import Inputs
from styletransfer.settings import Settings
from styletransfer.studio.film_file import WHOLE, FilmPart, film_ending
from styletransfer.studio.pictures import PictureFile
from styletransfer.studio.snapshot import State
from styletransfer.studio.storage.run_files import cannot_save, write_new, write_whole
from styletransfer.studio.storage.run_record import OtherVersionError, Record
from styletransfer.support.files import link_or_copy, settle_folder

RUN_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}", re.ASCII)
CHECKPOINT = "checkpoint.safetensors"
_EXTENSIONS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "HEIF": "heic", "AVIF": "avif",
               "TIFF": "tif", "BMP": "bmp"}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What the user wants painted.

    Attributes:
        inputs: What to paint from.
        settings: How to paint.
        parent: (run id, epoch) that this branches from, or None.
        album: The photos, if it is an album that is painted instead of the one among `inputs`.
        film: The film, if it is one that is painted, of which the photo among `inputs` is a still.
        part: What of it is painted.
        frames: About how many frames that are.
        network: What it is painted with, if that must not change on the way.
    """

    inputs: Inputs[PictureFile]
    settings: Settings
    parent: tuple[str, int] | None = None
    album: tuple[PictureFile, ...] = ()
    film: Path | None = None
    part: FilmPart = WHOLE
    frames: int = 0
    network: str = ""

    @property
    def steps(self) -> int:
        """What its progress is counted in: photos, frames, or epochs."""
        return len(self.album) or self.frames or self.settings.epochs


@dataclass(frozen=True)
class Run:
    """A run's folder, named by the run's id."""

    folder: Path

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.folder.name

    @property
    def losses(self) -> Path:
        """The losses of every epoch."""
        return self.folder / "losses.csv"

    @property
    def frames(self) -> Path:
        """Folder of the previews."""
        return self.folder / "frames"

    @property
    def result(self) -> Path:
        """The newest picture at full resolution; may not exist yet."""
        return self.folder / "result.png"

    @property
    def checkpoint(self) -> Path:
        """All that the rest of the painting depends on; there only while it is not finished, if at all."""
        return self.folder / CHECKPOINT

    @property
    def written(self) -> int:
        """A number that changes whenever state.json is written; 0 without one."""
        try:
            return (self.folder / "state.json").stat().st_mtime_ns
        except OSError:
            return 0

    def album_photo(self, number: int) -> Path:
        """Where the album's photo of that number, from 1, is kept: as it was uploaded, whatever it is."""
        return self.folder / "photos" / f"{number:06d}"

    def preview_path(self, epoch: int) -> Path:
        """Where the preview of that epoch is kept."""
        return self.frames / f"{epoch:06d}.jpg"

    @classmethod
    def create(cls, runs: Path, wanted: Submission, *, server: str) -> Self:
        """Write a new queued run under `runs`; it appears there whole or not at all, and survives a power cut.

        Raises:
            StyleTransferError: The disk is full or the folder cannot be written.
        """
        now = time.time()
        run_id = _new_id(now)
        names = wanted.inputs.slots().map(lambda slot: f"{slot[0]}.{_extension(slot[1].data)}")
        record = Record(
            # What is left of an album or a film never waits on disk.
            state=State.STOPPED if wanted.album or wanted.film else State.QUEUED,
            epochs=wanted.steps,
            created=now,
            server=server,
            inputs=names,
            photo_name=wanted.inputs.photo.name,
            painting_names=tuple(painting.name for painting in wanted.inputs.paintings),
            parent=wanted.parent,
            album=tuple(photo.name for photo in wanted.album),
            film="" if wanted.film is None else f"film{film_ending(wanted.film.name)}",
            part=wanted.part,
            network=wanted.network,
        )
        building = cls(runs / f".{run_id}.new")
        try:
            building.frames.mkdir(parents=True)
            for name, file in zip(names, wanted.inputs, strict=True):
                write_new(building.folder / name, file.data)
            for number, photo in enumerate(wanted.album, 1):
                path = building.album_photo(number)
                path.parent.mkdir(exist_ok=True)
                write_new(path, photo.data)
            if wanted.album:
                settle_folder(building.album_photo(1).parent)
            if wanted.film is not None:
                link_or_copy(wanted.film, building.folder / record.film)
            write_new(building.folder / "settings.json", _json(wanted.settings.to_dict()))
            write_new(building.folder / "state.json", record.to_json())
            settle_folder(building.folder)
            building.folder.replace(runs / run_id)
            settle_folder(runs)
        except OSError as error:
            for folder in (building.folder, runs / run_id):
                shutil.rmtree(folder, ignore_errors=True)
            raise cannot_save(runs, error) from error
        return cls(runs / run_id)

    @classmethod
    def find(cls, runs: Path, run_id: str) -> Self | None:
        """The run of that id, or None if there is none or `run_id`, which may come from anywhere, is no id."""
        if not RUN_ID.fullmatch(run_id):
            return None
        run = cls(runs / run_id)
        return run if run.folder.is_dir() else None

    def read(self) -> Record:
        """Where the run stands.

        Raises:
            StyleTransferError: The folder is damaged or was written by another version.
        """
        values = self._read_json("state.json")
        try:
            return Record.from_values(values)
        except OtherVersionError as error:
            raise StyleTransferError(
                "Run {run_id} was made by another version of the program.", run_id=self.run_id
            ) from error
        except (KeyError, TypeError, ValueError) as error:
            raise self._damaged() from error

    def write(self, record: Record) -> None:
        """Replace state.json, which survives a power cut. Raises StyleTransferError if it cannot be written."""
        write_whole(self.folder / "state.json", record.to_json(), settled=True)

    def settings(self) -> Settings:
        """What the run is painted with.

        Raises:
            StyleTransferError: The folder is damaged.
        """
        try:
            return Settings.from_dict(self._read_json("settings.json"))
        except (ArithmeticError, RecursionError) as error:
            raise self._damaged() from error

    def inputs(self) -> Inputs[Path]:
        """The run's pictures as they were uploaded.

        Raises:
            StyleTransferError: The folder is damaged.
        """
        return self.read().inputs.map(self.folder.joinpath)

    def timeline(self) -> list[tuple[int, Path]]:
        """(epoch, JPEG) of the previews kept, oldest first."""
        return sorted((int(path.stem), path) for path in self.frames.glob("*.jpg") if path.stem.isdecimal())

    def clear_temporaries(self, *, age: float = 0.0) -> None:
        """Remove what a process that died in the middle of writing has left behind at least `age` seconds ago."""
        for path in self.folder.rglob(".*.part*"):
            with suppress(OSError):  # it is gone, or another program has it open and it goes the next time
                if time.time() - path.stat().st_mtime >= age:
                    path.unlink()

    def _read_json(self, name: str) -> dict[str, Any]:
        try:
            values = json.loads((self.folder / name).read_text("utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise self._damaged() from error
        if not isinstance(values, dict):
            raise self._damaged()
        return values

    def _damaged(self) -> StyleTransferError:
        return StyleTransferError(
            "The folder of run {run_id} is damaged; its files are in {folder}.", run_id=self.run_id, folder=self.folder
        )


def _new_id(now: float) -> str:
    """Date, time, milliseconds in hexadecimal and three random digits: unique, and in the order of creation."""
    milliseconds = int(now % 1 * 1000)
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now))}-{milliseconds:03x}{secrets.token_hex(2)[:3]}"


def _json(values: dict[str, Any]) -> bytes:
    return json.dumps(values, indent=1).encode()


def _extension(data: bytes) -> str:
    with Image.open(BytesIO(data), formats=READABLE) as image:  # reads the header only
        return _EXTENSIONS.get(image.format or "", "img")
