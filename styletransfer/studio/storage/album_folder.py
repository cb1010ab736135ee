"""An album on disk: a run's folder that has many photos, one setting for all of them, and a picture for each.

    20261123-134455-ab12cd/
        settings.json, state.json, photo.jpg, painting.png    as in a run; the photo is the first that can be read
        photos/          all photos by their number, from 1, byte for byte as they were uploaded: 000003
        painted/         the pictures at full resolution, each with its recipe, 000003.png
        frames/          the same small, 000003.jpg
        checkpoint-000003.safetensors    what the picture at hand is gone on with

What is painted is told by the files, so that an album that was broken off can be gone on with at any time. The worker
alone writes in the folder while it has a lock on it.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from styletransfer.errors import StyleTransferError
from styletransfer.inputs import Inputs
from styletransfer.studio.snapshot import State
from styletransfer.studio.storage.run_files import write_whole
from styletransfer.studio.storage.run_folder import Run
from styletransfer.studio.storage.run_record import Record


@dataclass(frozen=True)
class Album:
    """An album's folder. Photos are numbered from 1."""

    run: Run

    @classmethod
    def find(cls, runs: Path, run_id: str) -> Self | None:
        """The album of that id, or None if there is none; `run_id` may come from anywhere."""
        run = Run.find(runs, run_id)
        try:
            return cls(run) if run is not None and run.read().album else None
        except StyleTransferError:
            return None

    @property
    def record(self) -> Record:
        """Where it stands. Raises StyleTransferError if the folder is damaged."""
        return self.run.read()

    def picture(self, number: int) -> Path:
        """Where a painted picture is kept."""
        return self.run.folder / "painted" / f"{number:06d}.png"

    def checkpoint(self, number: int) -> Path:
        """All that the rest of a picture depends on, while it is being painted."""
        return self.run.folder / f"checkpoint-{number:06d}.safetensors"

    def inputs(self, number: int) -> Inputs[Path]:
        """What a picture is painted from. Raises StyleTransferError if the folder is damaged."""
        return replace(self.run.inputs(), photo=self.run.album_photo(number))

    def painted(self) -> dict[int, Path]:
        """The pictures by number, as far as they are painted. Raises StyleTransferError if the folder is damaged."""
        pictures = (self.run.folder / "painted").glob("*.png")
        found = sorted((int(path.stem), path) for path in pictures if path.stem.isdecimal())
        return {number: path for number, path in found if 1 <= number <= len(self.record.album)}

    def missing(self) -> list[int]:
        """What is not painted: what was not tried yet; if everything was, what has failed."""
        record, painted = self.record, self.painted()
        left = [number for number in range(1, len(record.album) + 1) if number not in painted]
        return [number for number in left if number not in dict(record.failed)] or left

    def keep(self, number: int, png: bytes, preview: bytes, *, seconds: float, last: Record) -> None:
        """Keep a picture.

        Args:
            number: The photo's.
            png: The picture, with its recipe.
            preview: It small, a JPEG.
            seconds: What it took.
            last: The record as it is to be, but for what is counted.

        Raises:
            StyleTransferError: It cannot be written.
        """
        path = self.picture(number)
        path.parent.mkdir(exist_ok=True)
        write_whole(self.run.preview_path(number), preview)
        write_whole(path, png, settled=True)
        failed = tuple(each for each in last.failed if each[0] != number)
        self._write(replace(last, failed=failed, seconds=last.seconds + seconds))

    def fail(self, number: int, reason: str) -> None:
        """Keep why a photo could not be painted. Raises StyleTransferError if that cannot be written."""
        record = self.record
        self._write(replace(record, failed=tuple(sorted({**dict(record.failed), number: reason}.items()))))

    def _write(self, record: Record) -> None:
        done = len(self.painted().keys() | dict(record.failed).keys())
        state = State.FINISHED if done >= len(record.album) else State.STOPPED
        self.run.write(replace(record, epoch=done, epochs=len(record.album), state=state))
