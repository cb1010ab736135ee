"""A film on disk: a run's folder that has a film, and the frames painted so far.

    20261123-134455-ab12cd/
        settings.json, state.json, photo.jpg, painting.png    as in a run; the photo is a still
        film.mp4              the film as it was uploaded
        painted.mp4.frames/   the painted frames, by their number from 1, as long as it is not whole (`frame_store`)
        frames/               some of the same, small, evenly thinned: 000123.jpg
        part.mp4              what they make, if that was asked for
        painted.mp4           the result

What is painted is told by the files, so that a film that was broken off can be gone on with at any time. The worker
alone writes in the folder while it has a lock on it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from styletransfer.errors import StyleTransferError
from styletransfer.settings import Settings
from styletransfer.studio.storage.run_folder import Run
from styletransfer.studio.storage.run_record import Record
from styletransfer.video.frame_store import FrameStore, folder_of
from styletransfer.video.request import FilmRequest


@dataclass(frozen=True)
class Film:
    """A film's folder."""

    run: Run

    @classmethod
    def find(cls, runs: Path, run_id: str) -> Self | None:
        """The film of that id, or None if there is none; `run_id` may come from anywhere."""
        run = Run.find(runs, run_id)
        try:
            return cls(run) if run is not None and run.read().film else None
        except StyleTransferError:
            return None

    @property
    def record(self) -> Record:
        """Where it stands. Raises StyleTransferError if the folder is damaged."""
        return self.run.read()

    @property
    def source(self) -> Path:
        """The film as it was uploaded. Raises StyleTransferError if the folder is damaged."""
        return self.run.folder / self.record.film

    @property
    def result(self) -> Path:
        """The painted film; there once it is whole."""
        return self.run.folder / "painted.mp4"

    @property
    def part(self) -> Path:
        """What is painted of it so far, if that was put together before it was whole."""
        return self.run.folder / "part.mp4"

    @property
    def shown(self) -> Path | None:
        """The result, or what was put together of it before it was whole, or None."""
        return next((path for path in (self.result, self.part) if path.is_file()), None)

    @property
    def store(self) -> FrameStore:
        """The painted frames, as long as it is not whole."""
        return FrameStore(folder_of(self.result))

    def request(self) -> FilmRequest:
        """What is to be painted. Raises StyleTransferError if the folder is damaged."""
        record, settings = self.record, self.run.settings()
        return FilmRequest(
            film=self.run.folder / record.film,
            paintings=self.run.inputs().paintings,
            out=self.result,
            settings=Settings.from_dict({**settings.to_dict(), "network": record.network}),
            epochs=record.part.epochs,
            begin=record.part.begin,
            end=record.part.end,
            every=record.part.every,
        )
