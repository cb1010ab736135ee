"""Albums and films, as far as they are alike: hours of work, done while no run is painted. No Streamlit, no torch."""

from pathlib import Path
from types import UnionType
from typing import ClassVar

from styletransfer.errors import StyleTransferError
from styletransfer.studio.snapshot import Snapshot, State
from styletransfer.studio.storage.run_folder import Run
from styletransfer.studio.worker.protocol import Lengthy, PaintCell
from styletransfer.studio.worker.run_queue import RunQueue


class LengthyWork:
    """The albums and films among the runs in the folder `home`. Thread-safe.

    Args:
        home: Folder of the runs.
        run_queue: Paints them while it has no run to paint.
        server: This server's name.
    """

    kind: ClassVar[type[PaintCell] | UnionType] = Lengthy
    """What the worker is told of those that are meant."""

    def __init__(self, home: Path, run_queue: RunQueue, server: str) -> None:
        self._home = home
        self._queue = run_queue
        self._server = server

    def active(self) -> list[str]:
        """Ids of those that are being painted or wait for it, in their order."""
        return self._queue.lengthy(self.kind)

    def pause(self, run_id: str) -> None:
        """Paint no more of it for now. The picture at hand is gone on with later. No effect if nothing is painted."""
        self._queue.cancel_sheet(run_id)

    def snapshot(self, run_id: str) -> Snapshot | None:
        """One of `active` as it stands, or None for anything else."""
        run = Run.find(self._home, run_id)
        progress, _fault = self._queue.sheet(run_id)
        if run is None or progress is None or run_id not in self.active():
            return None
        try:
            record = run.read()
        except StyleTransferError:
            return None
        film = progress.film
        return Snapshot(
            run_id=run_id,
            state=State.QUEUED if progress.cell is None else State.PAINTING,
            epoch=film.painted if film else record.epoch,
            epochs=film.frames if film else record.epochs,
            scale=record.scale,
            seconds=record.seconds,
            seconds_left=film.seconds_left if film else None,
            network=record.network,
            photo_name=record.photo_name,
            painting_names=record.painting_names,
            created=record.created,
        )
