"""The worker as its studio sees it: a process that is spoken to and listened to, and that may die at any time."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from styletransfer.machine.threads import wait_briefly
from styletransfer.studio.worker.command_queue import LAST_SAVING, LAST_WORDS
from styletransfer.studio.worker.engine_interface import Engines
from styletransfer.studio.worker.protocol import Command, Event, receive, send

logger = logging.getLogger(__name__)

PATIENCE = LAST_WORDS + LAST_SAVING + 3.0
"""Seconds that a worker is given to end by itself: a little more than it gives itself."""
LARGEST_LOG = 1_000_000
"""Bytes of a log over which it is begun anew when the next process starts; one older log is kept."""


def spawn(module: str, *arguments: str, log: Path) -> subprocess.Popen[bytes]:
    """Start a module of ours in a Python of its own, with pipes to its standard streams and errors to `log`.

    It finds the same project as this process whatever the folder it is started from. Raises OSError.
    """
    with suppress(OSError):  # no log yet, or one that another server's worker has open
        if log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".old.log"))
    project = str(Path(__file__).parents[3])
    path = os.pathsep.join(filter(None, [project, os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path}
    wait_briefly(environment)
    with log.open("ab") as errors:
        return subprocess.Popen(  # noqa: S603 - our own module and arguments
            # -P: the folder that the server was started from is no place to import from.
            [sys.executable, "-P", "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
        )


class Worker:
    """One worker process, from its start to its end.

    Args:
        engines: Dotted names of what paints.
        log: File that takes what the process prints.
        on_event: Called with (this, event) from a thread of its own, in the order of the events.
        on_end: Called with (this, return code) from the same thread, once, after the last event.
    """

    def __init__(
        self,
        engines: Engines,
        log: Path,
        on_event: Callable[["Worker", Event], None],
        on_end: Callable[["Worker", int], None],
    ) -> None:
        self._process = spawn("styletransfer.studio.worker.painter", *engines, log=log)
        self._on_event = on_event
        self._on_end = on_end
        self._sending = threading.Lock()
        self._listener = threading.Thread(target=self._listen, name="worker", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def tell(self, command: Command) -> None:
        """Send a command; to a process that has died it is void, as `on_end` is about to say."""
        with self._sending, suppress(OSError, ValueError):
            send(cast("IO[bytes]", self._process.stdin), command)

    def close(self) -> None:
        """End the process: it saves what it paints, or is killed after a while. Waits for `on_end`."""
        with self._sending, suppress(OSError):
            cast("IO[bytes]", self._process.stdin).close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
        if threading.current_thread() is not self._listener:
            self._listener.join(PATIENCE)

    def kill(self) -> None:
        """End the process without letting it save anything; `on_end` is called soon."""
        self._process.kill()

    def _listen(self) -> None:
        """Hand on the events. One that cannot be taken in ends the process: it could not be followed any more."""
        events = cast("IO[bytes]", self._process.stdout)
        with events, suppress(EOFError):
            try:
                while True:
                    self._on_event(self, receive(events))
            except EOFError:
                raise
            except Exception:
                logger.exception("what the worker tells cannot be taken in")
        self.close()
        self._on_end(self, self._process.wait())
