"""Ctrl-C with manners: what is going on is brought to a good end, unless the user insists."""

import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import FrameType, TracebackType

_Handler = Callable[[int, FrameType | None], object] | int | None


class Interrupt(AbstractContextManager["Interrupt"]):
    """Inside and once `armed`, the first Ctrl-C is only noted in `asked`; the second raises KeyboardInterrupt.

    A closed terminal and the system's request to end are taken for Ctrl-C, as they would else end the process at once.
    In another thread than the main one it does nothing, as signals do not arrive there.
    """

    def __init__(self) -> None:
        self.armed = False
        self.asked = False
        self._here = threading.current_thread() is threading.main_thread()

    def __enter__(self) -> "Interrupt":
        self._before: dict[int, _Handler] = {}
        if self._here:
            for name in ("SIGINT", "SIGTERM", "SIGHUP"):
                number = getattr(signal, name, None)  # Windows has no SIGHUP
                if number is None or (name == "SIGHUP" and signal.getsignal(number) == signal.SIG_IGN):  # nohup
                    continue
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, _signal: int, _frame: FrameType | None) -> None:
        if self.asked or not self.armed:
            raise KeyboardInterrupt
        self.asked = True
