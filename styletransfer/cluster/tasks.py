"""Tasks on a Ray cluster: waiting for them, what comes of them, and how they fail.

A task that cannot paint gives a `Failure`, as Ray would wrap up what it raises. One that raises all the same, or dies,
is told apart by `fetched`.
"""

import socket
from typing import Any, NamedTuple

from styletransfer.errors import NO_MEMORY, StyleTransferError, is_out_of_memory
from styletransfer.support.version import __version__
from styletransfer.texts import Text

RETRIES = 4
"""Times that a task is begun anew as a node or a process has died under it."""
TICK = 0.5
"""Seconds after which it is looked whether Ctrl-C has come."""


class Failure(NamedTuple):
    """Why something was not painted, and on which node."""

    reason: str
    where: str


class DiedError(StyleTransferError):
    """What did a task has died."""


class BrokenError(Exception):
    """A mistake in the code of a task; `__cause__` is what it raised, if that could travel."""


def finished(ray: Any, running: list[Any], patience: float = TICK) -> list[Any]:
    """All tasks (or those of a generator's) that have something to give, once one has; none if none has soon.

    Args:
        ray: The module, connected to a cluster.
        running: What `remote` has given.
        patience: Seconds that are waited at most.
    """
    if not running:
        return []
    first, others = ray.wait(running, timeout=patience)
    if not first or not others:
        return list(first)
    more, _rest = ray.wait(others, num_returns=len(others), timeout=0)
    return [*first, *more]


def fetched(ray: Any, reference: Any) -> Any:
    """What a task gives.

    Raises:
        DiedError: The process or the node has died.
        BrokenError: It raised something.
        StyleTransferError: The nodes lack this program, so that no other task can come to more.
    """
    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, ImportError):
            raise StyleTransferError(
                "The nodes of the Ray cluster lack this program ({reason}); install it on each of them.",
                reason=error.cause,
            ) from error
        raise BrokenError(str(error)) from (error.cause if isinstance(error.cause, Exception) else error)
    except ray.exceptions.RayError as error:
        said = Text(
            "What painted it died again and again ({reason}); choose a smaller --size, or look at the nodes.",
            reason=type(error).__name__,
        )
        raise DiedError(said) from error


def this_node() -> str:
    """Which node this process is one of; for tasks."""
    import ray

    return f"{socket.gethostname()} {ray.get_runtime_context().get_node_id()[:8]}"


def check_version(version: str) -> None:
    """Make sure that this node has the driver's version of this program. Raises StyleTransferError."""
    if version != __version__:
        raise StyleTransferError(
            "The node has version {there} of this program, not {here}; install the same.",
            there=__version__,
            here=version,
        )


def failure(error: Exception) -> Failure:
    """What a task gives instead of raising the error. Raises it if it is a mistake in the code."""
    if isinstance(error, StyleTransferError):
        return Failure(error.text, this_node())
    if is_out_of_memory(error):
        return Failure(NO_MEMORY, this_node())
    raise error
