"""How seconds and memory of a step grow with the picture, from 256 to 4096 pixels on the long side.

    python -m benchmarks.growth [--sizes 256 512 1024 2048 4096] [--steps 2] [--precision auto]

Each size runs in a process of its own. The exponent is the slope of log(seconds) over log(pixels): 1 is linear.
"""

import argparse
import math

import numpy as np

from benchmarks.measure import PeakMemory, add_precision, in_own_process, report, time_steps, whole_number
from benchmarks.subjects import PAINTING, PHOTO
from styletransfer import Settings, stylize
from styletransfer.settings import Precision


def main() -> None:
    """Measure, or be the process that is measured."""
    parser = argparse.ArgumentParser(description="Seconds and memory of a step over the size of the picture.")
    parser.add_argument("--sizes", type=whole_number, nargs="+", default=[256, 512, 1024, 2048, 4096])
    parser.add_argument("--steps", type=whole_number, default=2, help="steps that are timed at each size")
    parser.add_argument("--size", type=whole_number, help=argparse.SUPPRESS)
    add_precision(parser, "auto")
    options = parser.parse_args()
    if options.size is None:
        compare(options.sizes, options.steps, options.precision)
        return
    memory = PeakMemory()
    recipe = Settings(
        shape=shape(options.size),
        scales=1,
        device="cpu",
        network="vgg16",
        precision=options.precision,
        preview_every=100,
    )
    report(time_steps(stylize(PHOTO, PAINTING, recipe), options.steps, memory))


def shape(size: int) -> tuple[int, int]:
    """(height, width) of a picture in the proportion 3 : 2."""
    return round(size * 2 / 3), size


def compare(sizes: list[int], steps: int, precision: Precision) -> None:
    """Measure every size and print the exponent."""
    pixels, seconds = [], []
    for size in sizes:
        one = in_own_process("benchmarks.growth", "--size", str(size), "--steps", str(steps), "--precision", precision)
        pixels.append(math.prod(shape(size)))
        seconds.append(one.step)
        print(
            f"{size:5} px: {one.step:8.3f} s a step, {one.step / pixels[-1] * 1e6:.2f} s for a million pixels, "
            f"{one.peak / 2**20:6.0f} MiB above its imports",
            flush=True,
        )
    slope = float(np.polyfit(np.log(pixels), np.log(seconds), 1)[0])
    print(f"seconds grow with pixels to the power of {slope:.3f}")


if __name__ == "__main__":
    main()
