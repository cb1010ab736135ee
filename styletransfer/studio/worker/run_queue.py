"""The queue: the run that is being painted, those that wait for it, and the worker, which may die at any time."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import UnionType

from styletransfer.machine.speed_store import SpeedStore
from styletransfer.settings import Weighting
from styletransfer.studio.failure_text import CLOSED, NO_WORKER, SEE_LOG, WAITED, explain_death, explain_hang
from styletransfer.studio.snapshot import Ended, Request, Snapshot, State
from styletransfer.studio.storage.run_store import RunStore
from styletransfer.studio.worker.cell_queue import CellQueue, Fault, Progress
from styletransfer.studio.worker.engine_interface import Engines
from styletransfer.studio.worker.process import Worker
from styletransfer.studio.worker.protocol import (
    CellPainted,
    Event,
    FilmPainted,
    Lengthy,
    Paint,
    PaintCell,
    Pause,
    Ready,
    Resume,
    Steer,
    Stop,
)
from styletransfer.studio.worker.running_job import RunningJob
from styletransfer.texts import Text

logger = logging.getLogger(__name__)

_COMMANDS: dict[Request, type[Pause | Resume | Stop]] = {"pause": Pause, "resume": Resume, "stop": Stop}

LONGEST_STEP = 30 * 60.0
"""Seconds that a worker at work may say nothing: many times what the largest picture takes on the slowest machine."""
LOOK_EVERY = 5.0
"""Seconds between two looks at that."""
FALSE_STARTS = 2
"""Workers in a row that may die before they are warm; after that, only the next run starts another."""


class RunQueue:
    """The queue and its worker, which is hired on creation. Thread-safe.

    Args:
        engines: Dotted names of what paints.
        log: File that takes what the worker prints.
        run_store: Takes the runs that are over.
        speeds: Takes what is learnt of the machine's speed.
        when_over: Called whenever a run is over; must return at once.
    """

    def __init__(
        self,
        engines: Engines,
        log: Path,
        run_store: RunStore,
        speeds: SpeedStore,
        *,
        when_over: Callable[[], None] = lambda: None,
    ) -> None:
        self._engines = engines
        self._log = log
        self._store = run_store
        self._speeds = speeds
        self._when_over = when_over
        self._lock = threading.Lock()
        self._queue: dict[str, RunningJob] = {}  # the first is the one whose turn it is
        self._cells = CellQueue()
        self._worker: Worker | None = None
        self._ready = False
        self._false_starts = 0
        self._silent = 0.0  # seconds for which a worker at work has said nothing
        self._unsettled: list[Snapshot] = []
        self._closing = threading.Event()
        with self._changing():
            self._hire()
        threading.Thread(target=self._watch, name="watch", daemon=True).start()

    def close(self) -> None:
        """End the run that is being painted and the worker; what is painted is kept."""
        self._closing.set()
        with self._changing():
            worker, self._ready = self._worker, False
            for job in [job for job in self._queue.values() if not job.at_work]:
                self._end_here(job, State.STOPPED, message=WAITED)
        if worker is not None:
            worker.close()

    @property
    def ready(self) -> bool:
        """Whether the worker is warm."""
        return self._ready

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id, or None while there is none."""
        with self._lock:
            return None if self._worker is None else self._worker.pid

    def add(self, job: RunningJob) -> None:
        """Put a run at the end of the queue."""
        with self._changing():
            self._queue[job.run.run_id] = job
            self._hire()
            self._next()

    def ask(self, run_id: str, request: Request) -> None:
        """Pass a wish on to the worker if the run is there and the wish makes a difference."""
        with self._changing():
            job = self._queue.get(run_id)
            if job is None:
                return
            if job.at_work and self._worker is not None:
                if job.request(request):
                    self._worker.tell(_COMMANDS[request](run_id))
            elif request == "stop":
                self._end_here(job, State.STOPPED, message=Text("This was taken out of the queue."))
                self._next()

    def steer(self, run_id: str, weighting: Weighting) -> None:
        """Give the run other weights, from its next step or, while it waits, from its first."""
        with self._lock:
            job = self._queue.get(run_id)
            if job is None:
                return
            if job.at_work and self._worker is not None:
                self._worker.tell(Steer(run_id, weighting))
            else:
                job.weighting = weighting

    def snapshot(self, run_id: str) -> Snapshot | None:
        """The run as it stands, or None if it is not in the queue."""
        with self._lock:
            job = self._queue.get(run_id)
            return None if job is None else job.snapshot(list(self._queue).index(run_id))

    def active(self) -> list[str]:
        """Ids of the queue's runs in their order."""
        with self._lock:
            return list(self._queue)

    def add_cells(self, cells: Sequence[PaintCell]) -> None:
        """Paint a sheet's cells, an album's photos or a film, whenever there is no run to be painted."""
        with self._changing():
            self._cells.add(list(cells))
            at_work = self._cells.at_work
            if isinstance(at_work, Lengthy) and not isinstance(cells[0], Lengthy) and self._worker is not None:
                self._worker.tell(Stop(at_work.run_id))  # a sheet is small; the rest is gone on with afterwards
            self._hire()
            self._next()

    def cancel_sheet(self, sheet_id: str) -> None:
        """Leave the rest of a sheet, album or film unpainted."""
        with self._lock:
            if self._cells.drop(sheet_id) and self._worker is not None:
                self._worker.tell(Stop(sheet_id))

    def lengthy(self, kind: type[PaintCell] | UnionType = Lengthy) -> list[str]:
        """Ids of the albums and films, or those of one kind, that are being painted or wait, in their order."""
        with self._lock:
            return self._cells.lengthy(kind)

    def sheet(self, sheet_id: str) -> tuple[Progress | None, Fault | None]:
        """How far a sheet, album or film is, or None if none of it is to be painted; and its fault, if any."""
        with self._lock:
            return self._cells.progress(sheet_id), self._cells.fault(sheet_id)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold the lock; what ends meanwhile is brought to disk after it, as pages need it and disks are slow."""
        with self._lock:
            yield
            unsettled, self._unsettled = self._unsettled, []
        for last in unsettled:
            self._store.settle(last)
            self._when_over()

    def _watch(self) -> None:
        """End a worker that is stuck in a step. Counts only time in which this process runs, not a laptop's sleep."""
        while not self._closing.wait(LOOK_EVERY):
            with self._lock:
                self._silent = self._silent + LOOK_EVERY if self._at_work else 0.0
                if self._silent > LONGEST_STEP and self._worker is not None:
                    logger.error("the worker has said nothing for %s seconds and is ended", self._silent)
                    self._worker.kill()

    @property
    def _at_work(self) -> bool:
        """Whether the worker ought to say something some time."""
        job = next(iter(self._queue.values()), None)
        painting = job is not None and job.at_work and job.state is not State.PAUSED
        return painting or self._cells.at_work is not None or not self._ready

    def _hire(self) -> None:
        """Start a worker if there is none."""
        if self._worker is None and not self._closing.is_set():
            self._ready, self._silent = False, 0.0
            try:
                self._worker = Worker(self._engines, self._log, self._on_event, self._on_end)
            except OSError:
                logger.exception("no worker could be started")
                self._give_up()

    def _next(self) -> None:
        """Give the first in the queue to the worker if that is free; a sheet's cell makes room for it."""
        job = next(iter(self._queue.values()), None)
        if job is None:
            self._next_cell()
            return
        if job.at_work:
            return
        job.start()
        if self._cells.at_work is not None and self._worker is not None:
            self._worker.tell(Stop(self._cells.at_work.run_id))
        elif self._ready and self._worker is not None:
            job.at_work = True
            self._worker.tell(Paint(job.run.run_id, str(job.run.folder), job.resume))
            if job.weighting is not None:
                self._worker.tell(Steer(job.run.run_id, job.weighting))

    def _next_cell(self) -> None:
        if self._ready and self._worker is not None:
            cell = self._cells.begin()
            if cell is not None:
                self._worker.tell(cell)

    def _on_event(self, worker: Worker, event: Event) -> None:
        with self._changing():
            if worker is not self._worker:
                return
            self._silent = 0.0
            if isinstance(event, Ready):
                self._ready, self._false_starts = True, 0
                if event.speed is not None:
                    self._speeds.learn(event.speed, rough=True, automatic=True)
                self._next()
                return
            at_work = self._cells.at_work
            if (
                isinstance(event, CellPainted | FilmPainted | Ended)
                and at_work is not None
                and at_work.run_id == event.run_id
            ):
                self._cells.take(event)
                self._next()
                return
            job = self._queue.get(event.run_id)
            if job is None or isinstance(event, CellPainted | FilmPainted):
                return
            if not isinstance(event, Ended):
                job.take(event)
                return
            if job.speed is not None:
                self._speeds.learn(job.speed)
            self._end(job, event)
            self._next()

    def _on_end(self, worker: Worker, code: int) -> None:
        """The worker is dead: its run with it, unless the studio is closing."""
        with self._changing():
            if worker is not self._worker:
                return
            closing = self._closing.is_set()
            if not closing:
                logger.warning("the worker ended with code %s", code)
            stillborn, self._ready, self._worker = not self._ready, False, None
            error, remedy = explain_hang(LONGEST_STEP) if self._silent > LONGEST_STEP else explain_death(code)
            idle = self._cells.at_work is None and not any(job.at_work for job in self._queue.values())
            self._cells.lose(error, remedy, all_sheets=False)
            for job in [job for job in self._queue.values() if job.at_work]:
                if closing:
                    self._end_here(job, State.STOPPED, message=CLOSED)
                else:
                    self._end_here(job, State.FAILED, error=error, remedy=remedy)
            if closing or (idle and not stillborn):  # the next run or sheet starts another, so that none dies for ever
                return
            self._false_starts = self._false_starts + 1 if stillborn else 0
            if self._false_starts >= FALSE_STARTS:
                self._give_up()
            else:
                self._hire()
                self._next()

    def _give_up(self) -> None:
        """No worker can be had: no run can go on, and no sheet."""
        self._cells.lose(NO_WORKER, SEE_LOG, all_sheets=True)
        for job in list(self._queue.values()):
            self._end_here(job, State.FAILED, error=NO_WORKER, remedy=SEE_LOG)

    def _end_here(
        self,
        job: RunningJob,
        state: State,
        *,
        message: str | None = None,
        error: str | None = None,
        remedy: str | None = None,
    ) -> None:
        """End a run that no worker has, or has any more."""
        self._end(job, Ended(run_id=job.run.run_id, state=state, message=message, error=error, remedy=remedy))

    def _end(self, job: RunningJob, ended: Ended) -> None:
        job.ended(ended)
        del self._queue[job.run.run_id]
        self._store.remember(job.snapshot())
        self._unsettled.append(job.snapshot())
