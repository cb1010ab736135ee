"""What the page's process and the worker tell each other, and how it travels: pickles, one after the other.

Commands go to the worker's standard input, events come from its standard output. The end of either stream means that
the process at the other end is gone. Each command but `Paint` and `PaintCell` concerns the run it names and is void
once that is over. A new kind of message is a new class here and a new case where it is received.
"""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from styletransfer.engine.frames import LossName
from styletransfer.machine.speed import Speed
from styletransfer.settings import Weighting
from styletransfer.studio.snapshot import Ended


@dataclass(frozen=True)
class Paint:
    """Begin to paint the run that lies in `folder`, or go on with it from its checkpoint (`resume`)."""

    run_id: str
    folder: str
    resume: bool


@dataclass(frozen=True)
class PaintCell:
    """Paint a cell of the sheet of variations that lies in `folder`; `run_id` is the sheet's id."""

    run_id: str
    folder: str
    cell: int


@dataclass(frozen=True)
class PaintPhoto(PaintCell):
    """Paint the photo of the number `cell`, from 1, of the album that lies in `folder`; `run_id` is the album's id.

    Or, where workers have died under it, put down `died` as the reason why it could not be painted.
    """

    died: str | None = None


@dataclass(frozen=True)
class PaintFilm(PaintCell):
    """Paint the film that lies in `folder`, in one go; `run_id` is its id, and `cell` always 1.

    Or, unless it is to be `whole`, put together what is painted of it.
    """

    cell: int = 1
    whole: bool = True


Lengthy = PaintPhoto | PaintFilm
"""What may take hours, and so comes after all else."""


@dataclass(frozen=True)
class Pause:
    """Hold after the present step."""

    run_id: str


@dataclass(frozen=True)
class Resume:
    """Go on after a pause."""

    run_id: str


@dataclass(frozen=True)
class Stop:
    """End after the present step and keep what is painted."""

    run_id: str


@dataclass(frozen=True)
class Steer:
    """Paint on with other weights from the next step."""

    run_id: str
    weighting: Weighting


Command = Paint | PaintCell | Pause | Resume | Stop | Steer


@dataclass(frozen=True)
class Ready:
    """The worker is warm. `speed` is what its warm-up on the device "auto" has shown, or None if that failed."""

    speed: Speed | None


@dataclass(frozen=True, kw_only=True)
class Painted:
    """One more epoch is done.

    `seconds` is painting time without pauses, `clipped` the total loss of the clipped picture, if it was looked at.
    """

    run_id: str
    epoch: int
    epochs: int
    scale: tuple[int, int]
    losses: Mapping[LossName, float]
    clipped: float | None
    seconds: float
    network: str
    device: str
    bfloat16: bool
    message: str | None


@dataclass(frozen=True)
class Preview:
    """A new picture to show: a JPEG at most 1024 px wide."""

    run_id: str
    epoch: int
    jpeg: bytes


@dataclass(frozen=True)
class CellPainted:
    """A cell of a sheet, or a photo of an album, as it is so far: a JPEG; `run_id` is the sheet's or album's id.

    `share` is how much of the photo's work is done, 0 to 1.
    """

    run_id: str
    jpeg: bytes
    share: float = 0.0


@dataclass(frozen=True)
class FilmPainted:
    """How far a film is.

    Attributes:
        run_id: Its id.
        painted: Frames that are painted.
        frames: Frames in all, as far as it tells.
        seconds_left: To its end at the present speed, or None while that is unknown.
        jpeg: The newest picture, if it is time for one.
    """

    run_id: str
    painted: int
    frames: int
    seconds_left: float | None
    jpeg: bytes | None


@dataclass(frozen=True)
class Held:
    """The run is paused (`paused`) or goes on."""

    run_id: str
    paused: bool


@dataclass(frozen=True)
class Steered:
    """The run has other weights from `epoch` on."""

    run_id: str
    epoch: int
    weighting: Weighting


Event = Ready | Painted | Preview | CellPainted | FilmPainted | Held | Steered | Ended


def send(stream: IO[bytes], message: object) -> None:
    """Write one message. Raises OSError or ValueError when the other end is gone."""
    pickle.dump(message, stream, protocol=pickle.HIGHEST_PROTOCOL)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read one message, waiting for it.

    Raises EOFError when the other end is gone, even in the middle of one, or cannot be understood any more, as after an
    update of the program under way.
    """
    try:
        return pickle.load(stream)  # noqa: S301 - the other end is our own process, reached by a private pipe
    except Exception as error:  # what unpickling may raise is not to be foreseen
        raise EOFError from error
