"""The commands that reach the worker, and how it learns that its studio is gone."""

import os
import queue
import threading
import time
from typing import BinaryIO

from styletransfer.studio.worker.protocol import Command, receive

LAST_WORDS = 5.0
"""Seconds that a worker may take to finish its step once the studio is gone."""
LAST_SAVING = 60.0
"""Seconds that it may then take to save what is painted: gigabytes, for a large picture."""


class Gone(Exception):  # noqa: N818 - not an error: it is how a worker's life ends
    """The studio is gone."""


class CommandQueue:
    """Commands as they come in. A thread reads them, so that the end of the input is noticed even during a step."""

    def __init__(self, stream: BinaryIO) -> None:
        self.painting = False
        self._saving = threading.Event()
        self._stream = stream
        self._commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="inbox", daemon=True).start()

    def take(self, *, wait: bool) -> Command | None:
        """The next command; None if there is none and `wait` is false. Raises Gone."""
        try:
            command = self._commands.get(block=wait)
        except queue.Empty:
            return None
        if command is None:
            self._saving.set()
            raise Gone
        return command

    def _read(self) -> None:
        try:
            while True:
                self._commands.put(receive(self._stream))
        except EOFError:
            self._commands.put(None)
        if self.painting and self._saving.wait(LAST_WORDS):
            time.sleep(LAST_SAVING)
        os._exit(0)  # neither a step of torch nor the import of it can be interrupted in any other way
