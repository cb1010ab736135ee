"""The runs on disk, of this server and of all before it, as the page sees them."""

import logging
import shutil
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from styletransfer.errors import StyleTransferError
from styletransfer.inputs import Inputs
from styletransfer.settings import Settings
from styletransfer.studio.failure_text import ELSEWHERE, LEFT, TAKEN, WAITED
from styletransfer.studio.snapshot import Snapshot, State
from styletransfer.studio.storage.loss_history import read_losses
from styletransfer.studio.storage.run_files import cannot_save, write_whole
from styletransfer.studio.storage.run_folder import RUN_ID, Run, Submission
from styletransfer.studio.storage.run_record import Record
from styletransfer.studio.storage.server_lock import ServerLock, alone

logger = logging.getLogger(__name__)

REMEMBERED = 16
"""Snapshots of runs on disk that are kept in memory."""
PATIENCE = 10.0
"""Seconds that a run's end is waited for until it stands on disk."""
ABANDONED = 600.0
"""Seconds after which a run that was never written to its end is cleared away."""


class RunStore:
    """The folder of the runs. Thread-safe.

    Raises:
        StyleTransferError: On creation: the folder cannot be written.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._settled = threading.Condition(self._lock)
        self._at_work = set[str]()
        self._remembered: OrderedDict[str, tuple[int, Snapshot]] = OrderedDict()
        try:
            home.mkdir(parents=True, exist_ok=True)
            self._server_lock = ServerLock(home)
            for folder in (*home.glob(".*.new"), *home.glob("sheets/.*.new")):
                if time.time() - folder.stat().st_mtime > ABANDONED:
                    shutil.rmtree(folder, ignore_errors=True)
        except OSError as error:
            raise cannot_save(home, error) from error

    def close(self) -> None:
        """Let other servers know that this one is gone."""
        self._server_lock.close()

    def alive(self, name: str) -> bool:
        """Whether another server of that name lives, or a worker writes in the run of that id."""
        return name != self.server and self._server_lock.alive(name)

    def at_work(self) -> list[str]:
        """Ids of the runs that this server is at work on or has waiting."""
        with self._lock:
            return list(self._at_work)

    @property
    def server(self) -> str:
        """This server's name."""
        return self._server_lock.name

    def add(self, wanted: Submission) -> tuple[Run, Record]:
        """Write a new queued run, which is this server's until it is settled. Raises StyleTransferError."""
        run = Run.create(self._home, wanted, server=self.server)
        with self._lock:
            self._at_work.add(run.run_id)
        return run, run.read()

    def can_carry_on(self, snapshot: Snapshot) -> bool:
        """Whether a run was interrupted and all that it needs to go on is there."""
        interrupted = snapshot.state in (State.STOPPED, State.FAILED) and snapshot.epoch < snapshot.epochs
        run = Run.find(self._home, snapshot.run_id)
        return interrupted and run is not None and run.checkpoint.is_file()

    def reopen(self, run_id: str) -> tuple[Run, Record]:
        """Mark an interrupted run as queued again and as this server's; of several servers that try, one succeeds.

        Raises:
            StyleTransferError: Another has taken it, or nothing can be written.
        """
        run = Run(self._home / run_id)
        with self._settled:  # it may have ended a moment ago
            self._settled.wait_for(lambda: run_id not in self._at_work, PATIENCE)
        try:
            with alone(self._home):
                record = run.read()
                if record.state is State.FINISHED or self._owned(run_id, record):
                    raise StyleTransferError(TAKEN)
                run.clear_temporaries()
                record = replace(record, state=State.QUEUED, server=self.server, message=None)
                run.write(replace(record, error=None, remedy=None))
                with self._lock:
                    self._at_work.add(run_id)
        except OSError as error:
            raise cannot_save(self._home, error) from error
        return run, record

    def recent(self, limit: int) -> list[str]:
        """Ids of the newest runs, the newest first."""
        ids = sorted((path.name for path in self._home.iterdir() if RUN_ID.fullmatch(path.name)), reverse=True)
        return ids[:limit]

    def settings(self, run_id: str) -> Settings | None:
        """What the run was painted with, or None for an unknown or damaged run."""
        run = Run.find(self._home, run_id)
        with suppress(StyleTransferError):
            return None if run is None else run.settings()
        return None

    def inputs(self, run_id: str) -> Inputs[Path] | None:
        """The run's pictures as they were uploaded, or None for an unknown or damaged run."""
        run = Run.find(self._home, run_id)
        with suppress(StyleTransferError):
            return None if run is None else run.inputs()
        return None

    def result(self, run_id: str) -> Path | None:
        """The newest picture at full resolution; the last preview if there is none; None without either."""
        run = Run.find(self._home, run_id)
        if run is None:
            return None
        if run.result.is_file():
            return run.result
        previews = run.timeline()
        return previews[-1][1] if previews else None

    def losses_csv(self, run_id: str) -> bytes | None:
        """The losses of every epoch, or None for an unknown run."""
        run = Run.find(self._home, run_id)
        if run is None:
            return None
        with suppress(FileNotFoundError):
            return run.losses.read_bytes()
        return b""

    def timeline(self, run_id: str) -> list[tuple[int, Path]]:
        """(epoch, JPEG) of the previews kept, oldest first; empty for an unknown run."""
        run = Run.find(self._home, run_id)
        return [] if run is None else run.timeline()

    def snapshot(self, run_id: str) -> Snapshot | None:
        """The run as it lies on disk; None for an unknown one; `FAILED` for a damaged one."""
        run = Run.find(self._home, run_id)
        if run is None:
            return None
        written = run.written
        with self._lock:
            known = self._remembered.get(run_id)
        if known is not None and known[0] == written and known[1].state.over:
            return known[1]
        try:
            now = self._load(run)
        except StyleTransferError as error:
            now = Snapshot(run_id=run_id, state=State.FAILED, epochs=0, error=error.text)
        self._remember(written, now)
        return now

    def remember(self, snapshot: Snapshot) -> None:
        """Take over the last snapshot of a run that is over, until `settle` has brought its end to disk."""
        self._remember(Run(self._home / snapshot.run_id).written, snapshot)

    def settle(self, last: Snapshot) -> None:
        """See to it that a run's end stands on disk; from then on it is nobody's.

        Args:
            last: The run as it ended, which is written down unless its worker has written its end itself.
        """
        self._bring_to_disk(last)
        with self._settled:
            self._at_work.discard(last.run_id)
            self._settled.notify_all()

    def _bring_to_disk(self, last: Snapshot) -> None:
        run = Run(self._home / last.run_id)
        try:
            record = run.read()
            if record.state.over:
                self._remember(
                    run.written,
                    replace(last, state=record.state, message=record.message, error=record.error, remedy=record.remedy),
                )
                return
            run.clear_temporaries()
            previews = run.timeline()
            if last.preview is not None and (not previews or previews[-1][0] < last.preview_epoch):
                write_whole(run.preview_path(last.preview_epoch), last.preview)
            run.write(
                replace(
                    record,
                    state=last.state,
                    epoch=max(record.epoch, last.epoch),
                    scale=last.scale or record.scale,
                    seconds=max(record.seconds, last.seconds),
                    steered=last.steered or record.steered,
                    clipped=last.clipped or record.clipped,
                    network=last.network or record.network,
                    message=last.message or record.message,
                    error=last.error,
                    remedy=last.remedy,
                )
            )
        except (StyleTransferError, OSError):
            logger.exception("run %s could not be brought to an end on disk", last.run_id)

    def _load(self, run: Run) -> Snapshot:
        record = run.read()
        if not record.state.over and not self._owned(run.run_id, record):
            record = self._bring_to_an_end(run)
        if not record.state.over:
            record = replace(record, message=ELSEWHERE)
        previews = run.timeline()
        preview: bytes | None = None
        with suppress(OSError):  # thinned away a moment ago by another server's worker
            preview = previews[-1][1].read_bytes() if previews else None
        return Snapshot(
            run_id=run.run_id,
            state=record.state,
            epoch=record.epoch,
            epochs=record.epochs,
            scale=record.scale,
            seconds=record.seconds,
            losses=read_losses(run.losses),
            clipped=record.clipped,
            preview=preview,
            preview_epoch=previews[-1][0] if previews else 0,
            previews_seen=len(previews),
            steered=record.steered,
            network=record.network,
            photo_name=record.photo_name,
            painting_names=record.painting_names,
            parent=record.parent,
            created=record.created,
            message=record.message,
            error=record.error,
            remedy=record.remedy,
        )

    def _bring_to_an_end(self, run: Run) -> Record:
        """What stands in a run that a dead server has left behind, unless another has just gone on with it."""
        try:
            with alone(self._home):
                record = run.read()
                if record.state.over or self._owned(run.run_id, record):
                    return record
                message = WAITED if record.state is State.QUEUED else LEFT
                stopped = Snapshot(run_id=run.run_id, state=State.STOPPED, epochs=record.epochs, message=message)
                self._bring_to_disk(stopped)
        except OSError:
            logger.exception("run %s could not be brought to an end on disk", run.run_id)
        return replace(run.read(), state=State.STOPPED)  # also where the disk is full or read-only

    def _owned(self, run_id: str, record: Record) -> bool:
        """Whether a server is at work on the run or has it waiting, or a worker still writes in it."""
        if self._server_lock.alive(run_id):
            return True
        if record.server == self.server:  # what could not be settled, as on a full disk, is nobody's
            return run_id in self.at_work()
        return not record.state.over and self._server_lock.alive(record.server)

    def _remember(self, written: int, snapshot: Snapshot) -> None:
        with self._lock:
            self._remembered[snapshot.run_id] = (written, snapshot)
            self._remembered.move_to_end(snapshot.run_id)
            while len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
