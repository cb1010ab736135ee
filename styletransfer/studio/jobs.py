"""The queue of runs: one paints, the others wait. Supervises the worker; knows nothing of Streamlit or torch."""

import atexit
import logging
import threading
from pathlib import Path
from typing import Self

from styletransfer.errors import StyleTransferError
from styletransfer.images import open_image
from styletransfer.locations import runs_dir
from styletransfer.settings import Settings
from styletransfer.studio.faults import CLOSED, NO_WORKER, SEE_LOG, WAITED, explain_death
from styletransfer.studio.fetch import Download, Fetch
from styletransfer.studio.job import Job
from styletransfer.studio.messages import (
    Command,
    Ended,
    Event,
    Held,
    Paint,
    Painted,
    Pause,
    Preview,
    Ready,
    Resume,
    Stop,
)
from styletransfer.studio.process import Worker
from styletransfer.studio.shelf import Shelf
from styletransfer.studio.snapshot import LossHistory, Request, Snapshot, State

__all__ = ["Download", "LossHistory", "Request", "Snapshot", "State", "Studio"]

logger = logging.getLogger(__name__)

PATIENCE = 8.0
"""Seconds that a worker is given to save and end by itself; a little more than it gives itself."""
FALSE_STARTS = 2
"""Workers in a row that may die before they are warm; after that, only the next run starts another."""


class Studio:
    """All runs of one data folder and the process that paints them. One per server; every method is thread-safe.

    >>> studio = Studio().start()                       # once, at the server's start
    >>> run_id = studio.submit(photo, painting, Settings(), photo_name="a.jpg", painting_name="b.jpg")
    >>> studio.snapshot(run_id).state                   # as often as one likes: some microseconds
    """

    def __init__(self, home: Path | None = None, *, engine: str = "styletransfer.engine:stylize") -> None:
        """Prepare the studio; nothing is started or written yet.

        Args:
            home: Folder of the runs; the user's own when None.
            engine: Dotted name "module:function" of what paints, resolved in the worker.
        """
        self._home = runs_dir() if home is None else home
        self._engine = engine
        self._lock = threading.RLock()
        self._queue: dict[str, Job] = {}  # the first is the one whose turn it is
        self._worker: Worker | None = None
        self._ready = False
        self._false_starts = 0
        self._closing = False
        self._fetch: Fetch | None = None
        self._shelf: Shelf | None = None

    # --- life -------------------------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Start the worker in the background; returns at once.

        Raises:
            StyleTransferError: The folder of the runs cannot be written.
        """
        with self._lock:
            if self._shelf is None:
                self._shelf = Shelf(self._home)
                self._closing = False
                atexit.register(self.close)
            self._hire()
        return self

    def close(self) -> None:
        """Stop what is being painted (what is painted is kept) and end the worker. Also called at exit."""
        with self._lock:
            if self._shelf is None:
                return
            self._closing = True
            worker, self._ready = self._worker, False
            for job in [job for job in self._queue.values() if not job.at_work]:
                self._end_here(job, State.STOPPED, message=WAITED)
        if self._fetch is not None:
            self._fetch.cancel()
        if worker is not None:
            worker.close(PATIENCE)
        with self._lock:
            self._shelf.close()
            self._shelf = None
        atexit.unregister(self.close)

    @property
    def worker_ready(self) -> bool:
        """Whether the worker has its weights loaded and is warm. Runs may be submitted before."""
        return self._ready

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id, or None while there is none."""
        with self._lock:
            return None if self._worker is None else self._worker.pid

    # --- what the user does -----------------------------------------------------------------------------------------

    def submit(
        self, photo: bytes, painting: bytes, settings: Settings, *, photo_name: str = "", painting_name: str = ""
    ) -> str:
        """Queue a run and return its id. The two are picture files as uploaded.

        Raises:
            StyleTransferError: A picture cannot be used, or the run cannot be written to disk.
        """
        open_image(photo, name=photo_name or "The photo")
        open_image(painting, name=painting_name or "The painting")
        job = Job(*self._open_shelf().add(photo, painting, settings, (photo_name, painting_name)))
        with self._lock:
            self._queue[job.run.run_id] = job
            self._hire()
            self._next()
        return job.run.run_id

    def pause(self, run_id: str) -> None:
        """Pause the run after its present step. No effect on a run that is not being painted or is unknown."""
        with self._lock:
            self._ask(run_id, "pause", Pause(run_id))

    def resume(self, run_id: str) -> None:
        """Go on with a paused run. No effect on any other."""
        with self._lock:
            self._ask(run_id, "resume", Resume(run_id))

    def stop(self, run_id: str) -> None:
        """End the run after its present step and keep what is painted; take it out of the queue if it waits there."""
        with self._lock:
            job = self._queue.get(run_id)
            if job is None:
                return
            if job.at_work:
                self._ask(run_id, "stop", Stop(run_id))
            else:
                self._end_here(job, State.STOPPED, message="This was taken out of the queue.")
                self._next()

    # --- what the page shows ----------------------------------------------------------------------------------------

    def snapshot(self, run_id: str) -> Snapshot | None:
        """The run as it stands, also of earlier servers; None for an id that is unknown or is no id at all.

        A run whose folder is damaged is `FAILED`, with the damage as its error.
        """
        with self._lock:
            job = self._queue.get(run_id)
            if job is not None:
                return job.snapshot(list(self._queue).index(run_id))
        return self._open_shelf().snapshot(run_id)

    def active(self) -> list[str]:
        """Ids of the run that is being painted, then of those that wait, in their order."""
        with self._lock:
            return list(self._queue)

    def recent(self, limit: int = 20) -> list[str]:
        """Ids of runs on disk, the newest first, whatever their state."""
        return self._open_shelf().recent(limit)

    def settings(self, run_id: str) -> Settings | None:
        """What the run was painted with, or None for an unknown or damaged run."""
        return self._open_shelf().settings(run_id)

    def photo_path(self, run_id: str) -> Path | None:
        """The run's photo as it was uploaded, or None for an unknown run."""
        inputs = self._open_shelf().inputs(run_id)
        return None if inputs is None else inputs[0]

    def painting_path(self, run_id: str) -> Path | None:
        """The run's painting as it was uploaded, or None for an unknown run."""
        inputs = self._open_shelf().inputs(run_id)
        return None if inputs is None else inputs[1]

    def result_path(self, run_id: str) -> Path | None:
        """The picture at full resolution (PNG, alpha kept), or None while there is none.

        Complete once the run is over; during a run it is a few seconds old. Of a run whose worker died before the
        first full picture was written it is the last preview (JPEG).
        """
        return self._open_shelf().result(run_id)

    def losses_csv(self, run_id: str) -> bytes | None:
        """Every epoch's losses as CSV: epoch,seconds,height,width,content,style,tv,total. None for an unknown run."""
        return self._open_shelf().losses_csv(run_id)

    def timeline(self, run_id: str) -> list[tuple[int, Path]]:
        """(epoch, JPEG) of the previews kept on disk, oldest first, evenly thinned to at most about 200."""
        return self._open_shelf().timeline(run_id)

    # --- VGG-19 -----------------------------------------------------------------------------------------------------

    def fetch_vgg19(self) -> None:
        """Begin to download VGG-19 in the background. No effect while a download runs."""
        with self._lock:
            if self._fetch is None or self._fetch.progress.state != "running":
                self._fetch = Fetch()

    def cancel_fetch(self) -> None:
        """Stop the download; the next one goes on from where it is. No effect without one."""
        if self._fetch is not None:
            self._fetch.cancel()

    def fetching(self) -> Download | None:
        """How the last download stands; None if none was begun since the server's start."""
        return None if self._fetch is None else self._fetch.progress

    # --- the worker -------------------------------------------------------------------------------------------------

    def _open_shelf(self) -> Shelf:
        shelf = self._shelf
        if shelf is None:
            raise StyleTransferError("The studio is closed; start it again.")
        return shelf

    def _ask(self, run_id: str, request: Request, command: Command) -> None:
        """Pass a wish on to the worker if the run is there and the wish makes a difference."""
        job = self._queue.get(run_id)
        if job is not None and job.at_work and self._worker is not None and job.request(request):
            self._worker.tell(command)

    def _hire(self) -> None:
        """Start a worker if there is none."""
        if self._worker is None and not self._closing:
            self._ready = False
            try:
                self._worker = Worker(self._engine, self._home / "worker.log", self._on_event, self._on_end)
            except OSError:
                logger.exception("no worker could be started")
                self._give_up()

    def _next(self) -> None:
        """Give the first in the queue to the worker if that is free."""
        job = next(iter(self._queue.values()), None)
        if job is None or job.at_work:
            return
        job.start()
        if self._ready and self._worker is not None:
            job.at_work = True
            self._worker.tell(Paint(job.run.run_id, str(job.run.folder)))

    def _on_event(self, worker: Worker, event: Event) -> None:
        with self._lock:
            if worker is not self._worker:
                return
            if isinstance(event, Ready):
                self._ready, self._false_starts = True, 0
                self._next()
                return
            job = self._queue.get(event.run_id)
            if job is None:
                return
            match event:
                case Painted():
                    job.painted(event)
                case Preview():
                    job.previewed(event)
                case Held():
                    job.held(event)
                case Ended():
                    self._end(job, event)
                    self._next()

    def _on_end(self, worker: Worker, code: int) -> None:
        """The worker is dead: its run with it, unless the studio is closing."""
        with self._lock:
            if worker is not self._worker:
                return
            if not self._closing:
                logger.warning("the worker ended with code %s", code)
            stillborn, self._ready, self._worker = not self._ready, False, None
            for job in [job for job in self._queue.values() if job.at_work]:
                if self._closing:
                    self._end_here(job, State.STOPPED, message=CLOSED)
                else:
                    error, remedy = explain_death(code)
                    self._end_here(job, State.FAILED, error=error, remedy=remedy)
            if self._closing:
                return
            self._false_starts = self._false_starts + 1 if stillborn else 0
            if self._false_starts >= FALSE_STARTS:
                self._give_up()
            else:
                self._hire()
                self._next()

    def _give_up(self) -> None:
        """No worker can be had: no run can go on."""
        for job in list(self._queue.values()):
            self._end_here(job, State.FAILED, error=NO_WORKER, remedy=SEE_LOG)

    def _end_here(
        self, job: Job, state: State, *, message: str | None = None, error: str | None = None, remedy: str | None = None
    ) -> None:
        """End a run that no worker has, or has any more."""
        self._end(job, Ended(run_id=job.run.run_id, state=state, message=message, error=error, remedy=remedy))

    def _end(self, job: Job, ended: Ended) -> None:
        shelf = self._open_shelf()
        job.ended(shelf.settle(job.snapshot(), ended))
        del self._queue[job.run.run_id]
        shelf.remember(job.snapshot())
