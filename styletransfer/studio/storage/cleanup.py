"""Keeps the gallery within its bounds, in a thread of its own, so that nobody ever waits for it."""

import threading

from styletransfer.studio.storage.gallery import Gallery


class Cleanup:
    """Clears the gallery whenever called.

    Args:
        gallery: What is kept within bounds.
    """

    def __init__(self, gallery: Gallery) -> None:
        self.gallery = gallery
        self._called = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="housekeeper", daemon=True)
        self._thread.start()

    def call(self) -> None:
        """Ask for the gallery to be cleared soon; returns at once."""
        self._called.set()

    def close(self) -> None:
        """Let what is under way end, and do no more."""
        self._closing = True
        self._called.set()
        self._thread.join()

    def _work(self) -> None:
        while True:
            self._called.wait()
            self._called.clear()
            if self._closing:
                return
            self.gallery.clear()
