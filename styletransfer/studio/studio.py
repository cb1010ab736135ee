"""The studio as the page uses it: submit runs, watch them, pause and stop them. Knows nothing of Streamlit or torch."""

import atexit
import threading
from pathlib import Path
from typing import Self

from styletransfer.engine.scales import scale_shapes
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import open_image
from styletransfer.imaging.masks import check_covered, checked
from styletransfer.inputs import Inputs
from styletransfer.machine.free_memory import bytes_for
from styletransfer.machine.speed import RunSpeed, Speed
from styletransfer.machine.speed_store import SpeedStore
from styletransfer.settings import Device, Settings, Weighting
from styletransfer.studio.albums import Albums
from styletransfer.studio.failure_text import NO_WAY_ON, TAKEN
from styletransfer.studio.films import Films
from styletransfer.studio.lengthy_work import LengthyWork
from styletransfer.studio.pictures import PictureFile, role_name
from styletransfer.studio.snapshot import LossHistory, Request, Snapshot, State
from styletransfer.studio.storage.cleanup import Cleanup
from styletransfer.studio.storage.gallery import SHEETS, Gallery
from styletransfer.studio.storage.run_folder import Submission
from styletransfer.studio.storage.run_store import RunStore
from styletransfer.studio.variation_sheets import VariationSheets
from styletransfer.studio.weights_download import Download, Fetch
from styletransfer.studio.worker.engine_interface import Engines
from styletransfer.studio.worker.run_queue import RunQueue
from styletransfer.studio.worker.running_job import RunningJob
from styletransfer.support.paths import automatic_network, runs_dir

__all__ = ["Download", "LossHistory", "Request", "Snapshot", "State", "Studio"]


class Studio:
    """All runs of one data folder and the process that paints them. One per server; every method is thread-safe.

    >>> studio = Studio().start()                       # once, at the server's start
    >>> photo, painting = PictureFile("a.jpg", data), PictureFile("b.jpg", data)
    >>> run_id = studio.submit(Inputs(photo=photo, paintings=(painting,)), Settings())
    >>> studio.snapshot(run_id).state                   # as often as one likes: some microseconds

    All that concerns runs raises StyleTransferError while the studio is closed.
    """

    def __init__(
        self, home: Path | None = None, *, engine: str = Engines().picture, film_engine: str = Engines().film
    ) -> None:
        """Prepare the studio; nothing is started or written yet.

        Args:
            home: Folder of the runs; the user's own when None.
            engine: Dotted name "module:function" of what paints, resolved in the worker.
            film_engine: That of what paints films.
        """
        self._home = runs_dir() if home is None else home
        self._engines = Engines(engine, film_engine)
        self._lock = threading.Lock()
        self._carrying = threading.Lock()
        self._open: tuple[RunStore, RunQueue, Cleanup] | None = None
        self._speeds = SpeedStore(self._home / "speeds.json")
        self._fetch: Fetch | None = None

    # --- life -------------------------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Start the worker in the background; returns at once.

        Raises:
            StyleTransferError: The folder of the runs cannot be written.
        """
        with self._lock:
            if self._open is None:
                run_store = RunStore(self._home)
                gallery = Gallery(self._home, active=self._at_work, alive=run_store.alive)
                cleanup = Cleanup(gallery)
                log = self._home / "worker.log"
                run_queue = RunQueue(self._engines, log, run_store, self._speeds, when_over=cleanup.call)
                self._open = run_store, run_queue, cleanup
                cleanup.call()
                Films(self._home, run_queue, run_store.server).clear_drops()
                atexit.register(self.close)
        return self

    def close(self) -> None:
        """Stop what is being painted (what is painted is kept) and end the worker. Also called at exit."""
        with self._lock:
            if self._open is None:
                return
            run_store, run_queue, cleanup = self._open
            self.cancel_fetch()
            cleanup.close()
            run_queue.close()
            run_store.close()
            self._open = None
        atexit.unregister(self.close)

    @property
    def worker_ready(self) -> bool:
        """Whether the worker has its weights loaded and is warm. Runs may be submitted before."""
        return self._open is not None and self._queue.ready

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id, or None while there is none."""
        return self._queue.worker_pid

    # --- what the user does -----------------------------------------------------------------------------------------

    def submit(self, inputs: Inputs[PictureFile], settings: Settings, *, parent: tuple[str, int] | None = None) -> str:
        """Queue a run and return its id.

        Args:
            inputs: The files as uploaded.
            settings: How to paint.
            parent: (run id, epoch) that the run branches from.

        Raises:
            StyleTransferError: A picture cannot be used or not at this size, shares or masks do not fit the
                paintings, or the run cannot be written to disk.
        """
        settings.check_roles(len(inputs.paintings), len(inputs.masks))
        sizes = inputs.slots().map(lambda slot: open_image(slot[1].data, name=slot[1].name or role_name(slot[0])).size)
        masks, keep = checked(
            [open_image(file.data) for file in inputs.masks],
            None if inputs.keep is None else open_image(inputs.keep.data),
            sizes.photo,
        )
        check_covered(masks, keep, scale_shapes(sizes.photo, settings)[-1])
        run_speed = RunSpeed(settings, sizes.photo)
        run, record = self._store.add(Submission(inputs=inputs, settings=settings, parent=parent))
        self._queue.add(RunningJob(run, record, run_speed))
        return run.run_id

    def can_carry_on(self, run_id: str) -> bool:
        """Whether the run was interrupted, by the user or otherwise, and can go on where it was."""
        snapshot = self.snapshot(run_id)
        return snapshot is not None and self._store.can_carry_on(snapshot)

    def carry_on(self, run_id: str) -> None:
        """Queue an interrupted run again; it goes on in the same folder, from its last checkpoint.

        Raises:
            StyleTransferError: It cannot go on, or nothing can be written.
        """
        with self._carrying:
            painted = self.snapshot(run_id)
            if painted is not None and not painted.state.over:
                raise StyleTransferError(TAKEN)
            if painted is None or not self._store.can_carry_on(painted):
                raise StyleTransferError(NO_WAY_ON)
            settings, photo = self.settings(run_id), self.photo_path(run_id)
            if settings is None or photo is None:
                raise StyleTransferError("This painting cannot go on: its folder is damaged.")
            run_speed = RunSpeed(settings, open_image(photo).size)
            run, record = self._store.reopen(run_id)
            self._queue.add(RunningJob(run, record, run_speed, painted=painted))

    def pause(self, run_id: str) -> None:
        """Pause the run after its present step. No effect on a run that is not being painted or is unknown."""
        self._queue.ask(run_id, "pause")

    def resume(self, run_id: str) -> None:
        """Go on with a paused run. No effect on any other."""
        self._queue.ask(run_id, "resume")

    def stop(self, run_id: str) -> None:
        """End the run after its present step and keep what is painted; take it out of the queue if it waits there."""
        self._queue.ask(run_id, "stop")

    def steer(self, run_id: str, weighting: Weighting) -> None:
        """Paint on with other weights from the next step. No effect on a run that is over or unknown."""
        self._queue.steer(run_id, weighting)

    @property
    def gallery(self) -> Gallery:
        """The runs as the user's gallery: titles, pins, what is deleted, the space that they take."""
        return self._opened()[2].gallery

    @property
    def sheets(self) -> VariationSheets:
        """The sheets of variations."""
        return VariationSheets(self._home / SHEETS, self._queue, self._store.server)

    @property
    def albums(self) -> Albums:
        """The albums."""
        return Albums(self._home, self._queue, self._store.server)

    @property
    def films(self) -> Films:
        """The films."""
        return Films(self._home, self._queue, self._store.server)

    @property
    def lengthy(self) -> LengthyWork:
        """The albums and films together, as far as they are alike."""
        return LengthyWork(self._home, self._queue, self._store.server)

    # --- what the page shows ----------------------------------------------------------------------------------------

    def snapshot(self, run_id: str) -> Snapshot | None:
        """The run as it stands, also of earlier servers; None for an id that is unknown or is no id at all.

        A run whose folder is damaged is `FAILED`, with the damage as its error.
        """
        return self._queue.snapshot(run_id) or self.lengthy.snapshot(run_id) or self._store.snapshot(run_id)

    def active(self) -> list[str]:
        """Ids of the run that is being painted, then of those that wait, in their order."""
        return self._queue.active()

    def recent(self, limit: int = 20) -> list[str]:
        """Ids of runs on disk, the newest first, whatever their state."""
        return self._store.recent(limit)

    def settings(self, run_id: str) -> Settings | None:
        """What the run was painted with, or None for an unknown or damaged run."""
        return self._store.settings(run_id)

    def inputs(self, run_id: str) -> Inputs[Path] | None:
        """The run's pictures as they were uploaded, or None for an unknown or damaged run."""
        return self._store.inputs(run_id)

    def photo_path(self, run_id: str) -> Path | None:
        """The run's photo as it was uploaded, or None for an unknown run."""
        inputs = self.inputs(run_id)
        return None if inputs is None else inputs.photo

    def result_path(self, run_id: str) -> Path | None:
        """The picture at full resolution (PNG, alpha kept, recipe inside), or None while there is none.

        Complete once the run is over; during a run it is a few seconds old. Of a run whose worker died before the
        first full picture was written it is the last preview (JPEG).
        """
        return self._store.result(run_id)

    def losses_csv(self, run_id: str) -> bytes | None:
        """Every epoch's losses as CSV: epoch,seconds,height,width,content,style,tv,total. None for an unknown run."""
        return self._store.losses_csv(run_id)

    def timeline(self, run_id: str) -> list[tuple[int, Path]]:
        """(epoch, JPEG) of the previews kept on disk, oldest first, evenly thinned to at most about 200."""
        return self._store.timeline(run_id)

    def speed(self, settings: Settings) -> Speed | None:
        """How fast this machine paints with such settings.

        Measured in the worker's warm-up and better by every run; None as long as it was never measured.
        """
        network = automatic_network() if settings.network == "auto" else settings.network
        return self._speeds.find(network, settings.device, settings.precision)

    def device(self, device: Device) -> str:
        """The kind of device that a setting stands for; "auto" itself as long as nothing was painted."""
        return self._speeds.device_kind(device)

    def free_bytes(self) -> int | None:
        """Bytes that the worker can have in all, with those that it has; None where the system does not tell."""
        return bytes_for(self.worker_pid)

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

    # ----------------------------------------------------------------------------------------------------------------

    def _at_work(self) -> list[str]:
        """Ids of the runs, albums and films that this server is at work on or has waiting."""
        opened = self._open
        return [] if opened is None else [*opened[0].at_work(), *opened[1].lengthy()]

    @property
    def _store(self) -> RunStore:
        return self._opened()[0]

    @property
    def _queue(self) -> RunQueue:
        return self._opened()[1]

    def _opened(self) -> tuple[RunStore, RunQueue, Cleanup]:
        if self._open is None:
            raise StyleTransferError("The studio is closed; start it again.")
        return self._open
