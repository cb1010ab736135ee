"""A run in the memory of the page's process, from Start to its end: what its events add up to."""

from collections import deque
from dataclasses import replace

from styletransfer.studio.history import History
from styletransfer.studio.messages import Ended, Held, Painted, Preview, Speed
from styletransfer.studio.runs import Record, Run
from styletransfer.studio.snapshot import Request, Snapshot, State


class Pace:
    """How fast the epochs come at present: over the last few seconds, at one scale."""

    WINDOW = 6.0
    """Seconds of painting that count as the present."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque(maxlen=256)
        self._scale: tuple[int, int] | None = None

    def add(self, seconds: float, epoch: int, scale: tuple[int, int]) -> None:
        """Tell that `epoch` was done after so many seconds of painting."""
        if scale != self._scale:
            self._scale = scale
            self._marks.clear()
        self._marks.append((seconds, epoch))
        while len(self._marks) > 2 and seconds - self._marks[0][0] > self.WINDOW:
            self._marks.popleft()

    @property
    def seconds_per_megapixel(self) -> float | None:
        """Seconds of an epoch for every million pixels, or None while too little is known for a good measurement."""
        speed = self.epochs_per_second
        if speed is None or self._scale is None or len(self._marks) < 6:
            return None
        return 1e6 / (speed * self._scale[0] * self._scale[1])

    @property
    def epochs_per_second(self) -> float | None:
        """Present speed, or None while too little is known."""
        if len(self._marks) < 2:
            return None
        (began, first), (ended, last) = self._marks[0], self._marks[-1]
        return (last - first) / max(ended - began, 1e-6)


class Job:
    """A run that is not over. Not thread-safe: its owner sees to that.

    Attributes:
        run: The run's folder.
        at_work: Whether the worker has it.
    """

    def __init__(self, run: Run, record: Record) -> None:
        self.run = run
        self.at_work = False
        self._history = History()
        self._pace = Pace()
        self._unanswered = 0
        self._now = Snapshot(
            run_id=run.run_id,
            state=record.state,
            epochs=record.epochs,
            photo_name=record.photo_name,
            painting_name=record.painting_name,
            created=record.created,
        )

    @property
    def state(self) -> State:
        """Where the run stands."""
        return self._now.state

    def snapshot(self, place: int = 0) -> Snapshot:
        """The run as it stands, with its place in the queue."""
        now = replace(self._now, place=place, losses=self._history.curves())
        if now.state.over:
            return now
        speed = self._pace.epochs_per_second
        left = (now.epochs - now.epoch) / speed if speed else None
        return replace(now, epochs_per_second=speed, seconds_left=left)

    @property
    def speed(self) -> Speed | None:
        """How fast this was painted of late, or None while too little is known."""
        seconds = self._pace.seconds_per_megapixel
        return None if seconds is None else Speed(self._now.network, seconds)

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

    def painted(self, event: Painted) -> None:
        """One more epoch is done."""
        self._history.add(event.epoch, event.losses)
        self._pace.add(event.seconds, event.epoch, event.scale)
        self._now = replace(
            self._now,
            state=State.PAINTING,
            epoch=event.epoch,
            epochs=event.epochs,
            scale=event.scale,
            seconds=event.seconds,
            network=event.network,
            message=event.message or self._now.message,
        )

    def previewed(self, event: Preview) -> None:
        """There is a new picture."""
        self._now = replace(
            self._now,
            preview=event.jpeg,
            preview_epoch=event.epoch,
            previews_seen=self._now.previews_seen + 1,
        )

    def held(self, event: Held) -> None:
        """The run is paused, or goes on."""
        going_on = State.PAINTING if self._now.epoch else State.STARTING
        self._now = replace(self._now, state=State.PAUSED if event.paused else going_on)
        self._unanswered -= 1  # pause and resume alternate, so that the worker answers each
        if self._unanswered == 0:
            self._now = replace(self._now, requested=None)

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
