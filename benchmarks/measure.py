"""Running one painter in a process of its own, so that neither inherits the other's memory, threads or allocator."""

import argparse
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import get_args

import psutil

from styletransfer.settings import Precision


@dataclass(frozen=True)
class Measurement:
    """One painter's run.

    Attributes:
        seconds: Of each step that was timed.
        peak: Bytes of resident memory at the highest, above what the process held after its imports.
    """

    seconds: list[float]
    peak: int

    @property
    def step(self) -> float:
        """Median seconds of a step."""
        return statistics.median(self.seconds)


class PeakMemory:
    """Watches this process's resident memory from a thread, as the system's own peak would count the imports in."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._before = self._peak = self._process.memory_info().rss
        self._watching = threading.Event()
        self._watching.set()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while self._watching.wait():
            self._peak = max(self._peak, self._process.memory_info().rss)
            time.sleep(0.005)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Look away for a while."""
        self._watching.clear()
        try:
            yield
        finally:
            self._watching.set()

    def above_start(self) -> int:
        """Bytes; ends the watch."""
        self._watching.clear()
        return self._peak - self._before


def time_steps(steps: Iterator[object], count: int, memory: PeakMemory) -> Measurement:
    """Take `count` steps after two that are not timed, and one more that is not.

    Memory is watched but for those that are timed: looking every few milliseconds takes a core from them each time.
    """
    next(steps)
    next(steps)
    seconds = []
    with memory.paused():
        for _ in range(count):
            begin = time.perf_counter()
            next(steps)
            seconds.append(time.perf_counter() - begin)
    next(steps)
    return Measurement(seconds, memory.above_start())


def report(measurement: Measurement) -> None:
    """Hand the measurement to the process that asked for it."""
    json.dump(asdict(measurement), sys.stdout)


def in_own_process(module: str, *arguments: str) -> Measurement:
    """Run `python -m module arguments` and read the measurement that it reports."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent)
    return Measurement(**json.loads(done.stdout))


def add_precision(parser: argparse.ArgumentParser, *usual: Precision) -> None:
    """Let the command line choose the numbers that our engine reckons with: one kind, or several after each other."""
    parser.add_argument(
        "--precision",
        choices=get_args(Precision),
        nargs=None if len(usual) == 1 else "+",
        default=usual[0] if len(usual) == 1 else usual,
        help="full: float32 as the notebook; auto: bfloat16 where the machine is much faster with it",
    )


def whole_number(text: str) -> int:
    """A positive whole number from the command line."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
