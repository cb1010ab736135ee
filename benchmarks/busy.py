"""How much longer a whole command takes beside another program that keeps every core busy.

    python -m benchmarks.busy [--size 256] [--epochs 30] [--rounds 3] [--unset]

Alone and beside take turns. The other program multiplies matrices on all cores. `--unset` leaves how long threads wait
for each other to the libraries, as it would be without `styletransfer.machine.threads`.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path

from benchmarks.measure import whole_number
from styletransfer.support.paths import assets_dir

MULTIPLY = """
import numpy
matrix = numpy.ones((2000, 2000))
print("at work", flush=True)
while True:
    matrix @ matrix
"""
UNSET = {"GOMP_SPINCOUNT": "300000", "KMP_BLOCKTIME": "200"}
"""What the libraries do by themselves."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="A whole command, alone and on a busy machine.")
    parser.add_argument("--size", type=whole_number, default=256)
    parser.add_argument("--epochs", type=whole_number, default=30)
    parser.add_argument("--rounds", type=whole_number, default=3, help="commands of each kind")
    parser.add_argument("--unset", action="store_true", help="let threads wait as long as the libraries have it")
    options = parser.parse_args()
    environment = {**os.environ, **(UNSET if options.unset else {})}
    alone, beside = [], []
    with tempfile.TemporaryDirectory() as folder:
        command = painting(options.size, options.epochs, Path(folder) / "painted.png")
        seconds(command, environment)  # brings the files into memory, and the machine's speed into its notes
        for _ in repeat(None, options.rounds):
            alone.append(seconds(command, environment))
            with busy():
                beside.append(seconds(command, environment))
            print(f"  alone {alone[-1]:6.2f} s, beside {beside[-1]:6.2f} s", flush=True)
    one, other = statistics.median(alone), statistics.median(beside)
    print(f"{options.size} pixels, {options.epochs} epochs, {os.cpu_count()} cores: {one:.2f} s alone, ", end="")
    print(f"{other:.2f} s beside another program, {other / one:.2f} times as long (medians)")


def painting(size: int, epochs: int, out: Path) -> list[str]:
    """The command that is measured."""
    pictures = [str(assets_dir() / name) for name in ("photos/bridge.jpg", "paintings/swirl.jpg")]
    options = ["--size", str(size), "--epochs", str(epochs), "--device", "cpu", "--network", "vgg16", "--quiet"]
    return [sys.executable, "-m", "styletransfer", *pictures, "-o", str(out), *options]


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """Seconds of the whole command, Python's start included."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, env=environment, cwd=Path(__file__).parent.parent)
    return time.perf_counter() - begin


@contextmanager
def busy() -> Iterator[None]:
    """Inside, another program multiplies matrices on all cores."""
    cores = str(os.cpu_count())
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": cores, "OMP_NUM_THREADS": cores, "MKL_NUM_THREADS": cores}
    with subprocess.Popen([sys.executable, "-c", MULTIPLY], stdout=subprocess.PIPE, env=environment) as other:
        assert other.stdout is not None  # noqa: S101 - a pipe was asked for
        other.stdout.readline()
        try:
            yield
        finally:
            other.kill()


if __name__ == "__main__":
    main()
