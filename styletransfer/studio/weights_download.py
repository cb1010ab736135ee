"""The download of VGG-19, in a thread of its own, so that neither the page nor the painting waits for it."""

import logging
import threading
from dataclasses import dataclass, replace
from typing import Literal

from styletransfer.errors import StyleTransferError
from styletransfer.texts import Text

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Download:
    """How a download stands.

    Attributes:
        state: "running", "done", "cancelled" or "failed".
        received: Bytes received; all of them are there some seconds before it is "done".
        size: Bytes in all, or None while unknown.
        error: One plain sentence on why it failed, or None.
    """

    state: Literal["running", "done", "cancelled", "failed"]
    received: int = 0
    size: int | None = None
    error: str | None = None


class Fetch:
    """One download, begun on creation. It dies with the process; what has come by then is not lost."""

    def __init__(self) -> None:
        self.progress = Download("running")
        self._cancelled = threading.Event()
        threading.Thread(target=self._run, name="download", daemon=True).start()

    def cancel(self) -> None:
        """Ask the download to stop; the next one goes on from where it is."""
        self._cancelled.set()

    def _run(self) -> None:
        try:
            from styletransfer.engine.vgg.download import download_vgg19  # needs libraries that the page can do without

            download_vgg19(self._received, self._cancelled.is_set)
            self.progress = replace(self.progress, state="done")
        except StyleTransferError as error:
            if self._cancelled.is_set():
                self.progress = replace(self.progress, state="cancelled")
            else:
                self.progress = replace(self.progress, state="failed", error=error.text)
        except Exception:
            logger.exception("the download broke off")
            error_text = Text("The download broke off because of a fault in the program; start it again.")
            self.progress = replace(self.progress, state="failed", error=error_text)

    def _received(self, received: int, size: int) -> None:
        self.progress = Download("running", received, size)
