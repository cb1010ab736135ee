"""The checkpoint of a run on disk, renewed every few seconds at a small share of the painting's time."""

import threading
from pathlib import Path

from styletransfer.engine.frames import Savable
from styletransfer.errors import StyleTransferError
from styletransfer.studio.storage.run_files import unlink_link
from styletransfer.support.files import move, settle
from styletransfer.support.throttle import Throttle


class Checkpoints:
    """Keeps the newest checkpoint in one file.

    Writing takes little time; waiting until it is on the disk itself takes most of it, and so a thread does that.

    Args:
        path: The file; what stands there is whole at any time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".next.part{path.suffix}")
        self._throttle = Throttle(share=0.02, least=4.0)
        self._settling: threading.Thread | None = None
        self._error: OSError | StyleTransferError | None = None

    def offer(self, checkpoint: Savable) -> None:
        """Keep it if it is time for that. Raises OSError or StyleTransferError: it, or the last one, cannot be."""
        if self._error is not None:
            raise self._error
        if self._throttle.due() and not (self._settling is not None and self._settling.is_alive()):
            with self._throttle.timed():
                unlink_link(self._draft)
                checkpoint.save(self._draft, settled=False)
            self._settling = threading.Thread(target=self._settle, name="checkpoint")
            self._settling.start()

    def keep(self, checkpoint: Savable) -> None:
        """Keep it now. Raises StyleTransferError if that cannot be."""
        self.wait()
        unlink_link(self._path)
        checkpoint.save(self._path)

    def remove(self) -> None:
        """Keep none any more."""
        self.wait()
        self._path.unlink(missing_ok=True)

    def wait(self) -> None:
        """Wait until nothing is being written."""
        if self._settling is not None:
            self._settling.join()

    def _settle(self) -> None:
        try:
            with self._draft.open("rb+") as file:
                settle(file)
            move(self._draft, self._path)
        except (OSError, StyleTransferError) as error:
            self._error = error
            self._draft.unlink(missing_ok=True)
