"""Ctrl-C with manners: what is going on is brought to a good end, unless the user insists."""

import signal
import threading
from contextlib import AbstractContextManager
from types import FrameType, TracebackType


class Interrupt(AbstractContextManager["Interrupt"]):
    """Inside and once `armed`, the first Ctrl-C is only noted in `asked`; the second raises KeyboardInterrupt.

    In another thread than the main one it does nothing, as Ctrl-C does not arrive there.
    """

    def __init__(self) -> None:
        self.armed = False
        self.asked = False
        self._here = threading.current_thread() is threading.main_thread()

    def __enter__(self) -> "Interrupt":
        if self._here:
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._here:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, _signal: int, _frame: FrameType | None) -> None:
        if self.asked or not self.armed:
            raise KeyboardInterrupt
        self.asked = True
