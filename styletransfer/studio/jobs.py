"""The queue of runs: one paints, the others wait. Supervises the worker; knows nothing of Streamlit or torch."""

from pathlib import Path
from typing import Self

from styletransfer.settings import Settings
from styletransfer.studio.fetch import Download
from styletransfer.studio.snapshot import LossHistory, Snapshot, State

__all__ = ["Download", "LossHistory", "Snapshot", "State", "Studio"]


class Studio:
    """All runs of one data folder and the process that paints them. One per server; every method is thread-safe.

    >>> studio = Studio().start()                       # once, at the server's start (st.cache_resource)
    >>> run_id = studio.submit(photo, painting, Settings(), photo_name="a.jpg", painting_name="b.jpg")
    >>> studio.snapshot(run_id).state                   # as often as one likes: a few microseconds
    """

    def __init__(self, home: Path | None = None, *, engine: str = "styletransfer.engine:stylize") -> None:
        """Prepare the studio; nothing is started or written yet.

        Args:
            home: Folder of the runs and logs; the user's data folder when None.
            engine: Dotted name "module:function" of what paints, resolved in the worker.
        """
        raise NotImplementedError

    def start(self) -> Self:
        """Start the worker in the background; returns at once. Raises StyleTransferError if `home` is not writable."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop what is being painted (what is painted is kept) and end the worker. Also called at exit."""
        raise NotImplementedError

    @property
    def worker_ready(self) -> bool:
        """Whether the worker has its weights loaded and is warm. Runs may be submitted before."""
        raise NotImplementedError

    def submit(
        self, photo: bytes, painting: bytes, settings: Settings, *, photo_name: str = "", painting_name: str = ""
    ) -> str:
        """Queue a run and return its id. The two are picture files as uploaded.

        Raises:
            StyleTransferError: A picture cannot be used, or the run cannot be written to disk.
        """
        raise NotImplementedError

    def pause(self, run_id: str) -> None:
        """Pause the run after its present step. No effect on a run that is not being painted or is unknown."""
        raise NotImplementedError

    def resume(self, run_id: str) -> None:
        """Go on with a paused run. No effect on any other."""
        raise NotImplementedError

    def stop(self, run_id: str) -> None:
        """End the run after its present step and keep what is painted; take it out of the queue if it waits there."""
        raise NotImplementedError

    def snapshot(self, run_id: str) -> Snapshot | None:
        """The run as it stands, also of earlier servers; None for an id that is unknown or is no id at all."""
        raise NotImplementedError

    def active(self) -> list[str]:
        """Ids of the run that is being painted, then of those that wait, in their order."""
        raise NotImplementedError

    def recent(self, limit: int = 20) -> list[str]:
        """Ids of runs on disk, the newest first, whatever their state."""
        raise NotImplementedError

    def settings(self, run_id: str) -> Settings | None:
        """What the run was painted with, or None for an unknown run."""
        raise NotImplementedError

    def photo_path(self, run_id: str) -> Path | None:
        """The run's photo as it was uploaded, or None for an unknown run."""
        raise NotImplementedError

    def painting_path(self, run_id: str) -> Path | None:
        """The run's painting as it was uploaded, or None for an unknown run."""
        raise NotImplementedError

    def result_path(self, run_id: str) -> Path | None:
        """The picture at full resolution (PNG, alpha kept), or None while there is none.

        Complete once the run is over; during a run it is a few seconds old. Of a run whose worker died before the
        first full picture was written it is the last preview (JPEG).
        """
        raise NotImplementedError

    def losses_csv(self, run_id: str) -> bytes | None:
        """Every epoch's losses as CSV: epoch,seconds,height,width,content,style,tv,total. None for an unknown run."""
        raise NotImplementedError

    def timeline(self, run_id: str) -> list[tuple[int, Path]]:
        """(epoch, JPEG) of the previews kept on disk, oldest first, evenly thinned to at most 200."""
        raise NotImplementedError

    def fetch_vgg19(self) -> None:
        """Begin to download VGG-19 in a process of its own. No effect while a download runs or the file is there."""
        raise NotImplementedError

    def cancel_fetch(self) -> None:
        """Stop the download; what was downloaded of it is removed. No effect without one."""
        raise NotImplementedError

    def fetching(self) -> Download | None:
        """How the last download stands; None if none was begun since the server's start."""
        raise NotImplementedError
