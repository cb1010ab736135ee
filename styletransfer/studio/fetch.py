"""The download of VGG-19, in a process of its own, so that neither the page nor the painting waits for it.

Run as `python -m styletransfer.studio.fetch` it is that process: it tells of its progress on its standard output and
takes the end of its standard input for a wish to stop.
"""

import logging
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Literal, cast

from styletransfer.errors import StyleTransferError
from styletransfer.studio.messages import receive, send
from styletransfer.studio.process import spawn

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Download:
    """How a download stands.

    Attributes:
        state: "running", "done", "cancelled" or "failed".
        received: Bytes received.
        size: Bytes in all, or None while unknown.
        error: One plain sentence on why it failed, or None.
    """

    state: Literal["running", "done", "cancelled", "failed"]
    received: int = 0
    size: int | None = None
    error: str | None = None


class Fetch:
    """One download, from its start to its end.

    Args:
        log: File that takes what the process prints.
        module: What is run.
    """

    def __init__(self, log: Path, module: str = "styletransfer.studio.fetch") -> None:
        self.progress = Download("running")
        self._cancelled = False
        self._process = spawn(module, log=log)
        threading.Thread(target=self._listen, name="download", daemon=True).start()

    def cancel(self) -> None:
        """Ask the process to stop and to clear away what it has received."""
        self._cancelled = True
        with suppress(OSError):
            cast("IO[bytes]", self._process.stdin).close()

    def _listen(self) -> None:
        with cast("IO[bytes]", self._process.stdout) as told, suppress(EOFError):
            while True:
                self.progress = receive(told)
        self._process.wait()
        with suppress(OSError):
            cast("IO[bytes]", self._process.stdin).close()
        if self.progress.state == "running":  # it went without a word
            if self._cancelled:
                self.progress = Download("cancelled")
            else:
                error = "The download ended unexpectedly; start it again."
                self.progress = Download("failed", self.progress.received, self.progress.size, error)


def main() -> None:
    """Download VGG-19 for the studio at the other end of the standard streams."""
    from styletransfer.weights import download_vgg19  # only here: this process may import torch, the page's may not

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the studio's to handle; its end is ours
    cancelled = threading.Event()
    told = Download("running")

    def listen() -> None:
        sys.stdin.buffer.read()
        cancelled.set()

    def tell(download: Download) -> None:
        nonlocal told
        told = download
        with suppress(OSError):
            send(sys.stdout.buffer, download)

    threading.Thread(target=listen, daemon=True).start()
    try:
        download_vgg19(lambda received, size: tell(Download("running", received, size)), cancelled.is_set)
        tell(replace(told, state="cancelled" if cancelled.is_set() else "done"))
    except StyleTransferError as error:
        tell(Download("cancelled") if cancelled.is_set() else replace(told, state="failed", error=str(error)))


if __name__ == "__main__":
    main()
