"""A run in the memory of the page's process, from Start to its end: what its events add up to."""

from dataclasses import replace

from styletransfer.machine.speed import RunSpeed, Speed
from styletransfer.settings import Weighting
from styletransfer.studio.snapshot import Ended, Request, Snapshot, State
from styletransfer.studio.storage.loss_history import History, read_history
from styletransfer.studio.storage.run_folder import Run
from styletransfer.studio.storage.run_record import Record, gone_on, newest, until
from styletransfer.studio.worker.protocol import Held, Painted, Preview, Steered


class RunningJob:
    """A run that is not over. Not thread-safe: its owner sees to that.

    Attributes:
        run: The run's folder.
        at_work: Whether the worker has it.
        resume: Whether it goes on from its checkpoint.
        weighting: Weights that were asked for while the worker did not have it, or None.
    """

    def __init__(self, run: Run, record: Record, run_speed: RunSpeed, *, painted: Snapshot | None = None) -> None:
        """Take a run that is queued; `painted` is how far an earlier attempt has come that is to be gone on with."""
        self.run = run
        self.at_work = False
        self.resume = painted is not None
        self.weighting: Weighting | None = None
        self._history = read_history(run.losses) if painted else History()
        self._run_speed = run_speed
        self._device, self._bfloat16 = "", False
        self._unanswered = 0
        self._now = painted or Snapshot(
            run_id=run.run_id,
            state=record.state,
            epochs=record.epochs,
            photo_name=record.photo_name,
            painting_names=record.painting_names,
            parent=record.parent,
            created=record.created,
        )
        self._now = replace(self._now, state=record.state, message=None, error=None, remedy=None)

    @property
    def state(self) -> State:
        """Where the run stands."""
        return self._now.state

    def snapshot(self, place: int = 0) -> Snapshot:
        """The run as it stands, with its place in the queue."""
        now = replace(self._now, place=place, losses=self._history.curves())
        if now.state.over:
            return now
        speed = self._run_speed
        return replace(now, epochs_per_second=speed.epochs_per_second, seconds_left=speed.seconds_left)

    @property
    def speed(self) -> Speed | None:
        """How fast this was painted of late, or None while too little is known."""
        return self._run_speed.of_machine(self._now.network, self._device, bfloat16=self._bfloat16)

    def start(self) -> None:
        """It is the run's turn."""
        self._now = replace(self._now, state=State.STARTING)

    def request(self, request: Request) -> bool:
        """The user asks for something that the worker has yet to do; whether it makes a difference."""
        if self._now.requested == "stop":
            return False  # nothing takes a Stop back
        will_be_held = self._now.requested == "pause" if self._now.requested else self._now.state is State.PAUSED
        if request != "stop" and will_be_held == (request == "pause"):
            return False
        self._now = replace(self._now, requested=request)
        self._unanswered += 1
        return True

    def take(self, event: Painted | Preview | Held | Steered) -> None:
        """Take in what the worker tells of the run."""
        match event:
            case Painted():
                self._painted(event)
            case Preview():
                seen = self._now.previews_seen + 1
                self._now = replace(self._now, preview=event.jpeg, preview_epoch=event.epoch, previews_seen=seen)
            case Held():
                self._held(event)
            case Steered():
                earlier = until(self._now.steered, event.epoch)
                self._now = replace(self._now, steered=(*earlier, (event.epoch, event.weighting)))

    def ended(self, event: Ended) -> None:
        """The run is over."""
        self._now = replace(
            self._now,
            state=event.state,
            requested=None,
            message=event.message or self._now.message,
            error=event.error,
            remedy=event.remedy,
        )

    def _painted(self, event: Painted) -> None:
        if event.epoch <= self._history.epoch:  # it goes on where its last checkpoint is
            self._history.cut(event.epoch)
            self._now = replace(self._now, steered=gone_on(self._now.steered, event.epoch))
        self._history.add(event.epoch, event.losses, event.scale)
        self._run_speed.add(event.seconds, event.epoch, event.scale)
        self._device, self._bfloat16 = event.device, event.bfloat16
        self._now = replace(
            self._now,
            state=State.PAINTING,
            epoch=event.epoch,
            epochs=event.epochs,
            scale=event.scale,
            seconds=event.seconds,
            clipped=newest(self._now.clipped, event.epoch, event.clipped),
            network=event.network,
            message=event.message or self._now.message,
        )

    def _held(self, event: Held) -> None:
        going_on = State.PAINTING if self._now.epoch else State.STARTING
        self._now = replace(self._now, state=State.PAUSED if event.paused else going_on)
        self._unanswered -= 1  # pause and resume alternate, so that the worker answers each
        if self._unanswered == 0:
            self._now = replace(self._now, requested=None)
