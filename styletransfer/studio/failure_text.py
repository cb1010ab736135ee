"""What to tell the user when a run ends otherwise than planned: one sentence on what happened, one on what to do."""

import errno
import signal

from styletransfer.errors import DamagedStateError, StyleTransferError, is_out_of_memory
from styletransfer.texts import Text

CLOSED = Text("The studio was closed while this was being painted.")
WAITED = Text("The studio was closed while this was waiting for its turn.")

ELSEWHERE = Text("Another studio on this computer is painting this; it can be paused and stopped there.")
TAKEN = Text(
    "This painting cannot go on twice: it is at work already, or another studio on this computer has just taken it."
)
LEFT = Text("The studio ended while this was being painted.")
NO_WORKER = Text("The process that paints does not start.")
SEE_LOG = Text("See worker.log in the folder of the runs for the reason; installing the program again may help.")

NO_STATE = Text("What this painting needs to go on where it was is damaged.")
NO_WAY_ON = Text("This painting cannot go on: what it needs for that is not there any more.")
FROM_PICTURE = Text("Its picture is whole: paint on from that, or start again.")
NO_MEMORY = Text("There was not enough memory to paint at this resolution.")
SMALLER = Text("Start again at a smaller resolution.")
AGAIN = Text("Start again; if it happens again, worker.log in the folder of the runs tells more.")
FREE_SPACE = Text("Free some disk space, then continue or start again.")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def explain(error: Exception) -> tuple[str, str | None]:
    """What to say of an error that broke off a run, and what to do about it."""
    if isinstance(error, DamagedStateError):
        return NO_STATE, FROM_PICTURE
    if isinstance(error, StyleTransferError):
        return error.text, None
    if is_out_of_memory(error):
        return NO_MEMORY, SMALLER
    if isinstance(error, OSError):
        remedy = FREE_SPACE if error.errno in _FULL else AGAIN
        return Text("The run could not be read or written ({reason}).", reason=error.strerror or error), remedy
    return Text("The painting broke off because of a fault in the program."), AGAIN


def explain_death(returncode: int) -> tuple[str, str]:
    """What to say of a worker that died while it painted, and what to do about it.

    Args:
        returncode: As `subprocess.Popen.returncode`; negative is the signal that ended the process.
    """
    if returncode == -getattr(signal, "SIGKILL", 9):
        return Text("The system ended the process that paints, most likely because the memory was used up."), SMALLER
    return Text("The process that paints ended unexpectedly (code {code}).", code=returncode), AGAIN


def explain_hang(seconds: float) -> tuple[str, str]:
    """What to say of a worker that was ended as it said nothing for so long, and what to do about it."""
    minutes = round(seconds / 60)
    return Text(
        "A step did not come to an end in {minutes} minutes, so that it was broken off.", minutes=minutes
    ), AGAIN
