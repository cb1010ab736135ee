"""What the page knows of a run at one moment. Immutable, so that it may cross threads. Knows nothing of torch."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from styletransfer.settings import Weighting


class State(StrEnum):
    """Where a run stands. `STARTING` is a run whose turn it is but which has not finished its first epoch."""

    QUEUED = "queued"
    STARTING = "starting"
    PAINTING = "painting"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to the run by itself."""
        return self in (State.FINISHED, State.STOPPED, State.FAILED)


Request = Literal["pause", "resume", "stop"]


@dataclass(frozen=True)
class LossHistory:
    """Loss curves: five tuples of equal length, oldest first, at most a few hundred points whatever the run's length.

    The points are evenly thinned; the first and the newest epoch are always among them. The losses are weighted, so
    that content + style + tv = total. The whole history is in the run's losses.csv.

    Not a curve: `sizes`, (first epoch, long side in pixels) of each size that was painted at.
    """

    epochs: tuple[int, ...] = ()
    content: tuple[float, ...] = ()
    style: tuple[float, ...] = ()
    tv: tuple[float, ...] = ()
    total: tuple[float, ...] = ()
    sizes: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A run as it stands.

    Attributes:
        run_id: The run's id, as it stands in the URL.
        state: Where the run stands.
        place: Runs that come before this one: 0 is its own turn (or over), 1 the next.
        requested: What the user has asked for and the worker has not yet done, for example "stop"; or None.
        epoch: Epochs done.
        epochs: Epochs in the whole run.
        scale: (height, width) in pixels that is being painted at, or None before the first epoch.
        seconds: Seconds of painting so far, without pauses and waiting.
        seconds_left: Seconds to the end at the present speed, or None while unknown and when over.
        epochs_per_second: Present speed, or None while unknown and when over.
        losses: The loss curves so far.
        clipped: (epoch, total loss) of the picture as it was last looked at with what is out of range clipped, as it
            is saved; None where nothing is out of range, or nothing was looked at yet.
        preview: The newest picture as a JPEG at most 1024 px wide, or None before the first.
        preview_epoch: Epoch of `preview`, 0 without one.
        previews_seen: Grows by one with each new preview: a changed number means a changed picture.
        steered: (epoch, weights from it on) of each change of the weights on the way.
        network: What the features come from, for example "vgg16"; empty before the first epoch.
        photo_name: File name of the photo as the user knows it.
        painting_names: File name of each painting as the user knows it.
        parent: (run id, epoch) that the run branched from, or None.
        created: Seconds since 1970 (UTC) at which the run was submitted.
        message: A note from the engine or on how the run ended, or None.
        error: One plain sentence on why the run failed, or None.
        remedy: One plain sentence on what to do about `error`, or None.
    """

    run_id: str
    state: State
    place: int = 0
    requested: Request | None = None
    epoch: int = 0
    epochs: int
    scale: tuple[int, int] | None = None
    seconds: float = 0.0
    seconds_left: float | None = None
    epochs_per_second: float | None = None
    losses: LossHistory = field(default_factory=LossHistory)
    clipped: tuple[int, float] | None = None
    preview: bytes | None = None
    preview_epoch: int = 0
    previews_seen: int = 0
    steered: tuple[tuple[int, Weighting], ...] = ()
    network: str = ""
    photo_name: str = ""
    painting_names: tuple[str, ...] = ()
    parent: tuple[str, int] | None = None
    created: float = 0.0
    message: str | None = None
    error: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, kw_only=True)
class Ended:
    """The run, or a sheet's cell, is over and whole on disk."""

    run_id: str
    state: State
    message: str | None = None
    error: str | None = None
    remedy: str | None = None
