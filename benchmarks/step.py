"""Seconds and memory of one step: the notebook's loop against ours, on the same network, pictures and size.

    python -m benchmarks.step [--height 300 --width 450] [--steps 10] [--rounds 3]
                               [--precision full]

The two take turns, each in a process of its own, so that a machine whose speed drifts is fair to both.
"""

import argparse
import statistics
from dataclasses import replace
from itertools import repeat

from benchmarks.measure import PeakMemory, add_precision, in_own_process, report, time_steps, whole_number
from benchmarks.notebook import paint, preprocess
from benchmarks.subjects import PAINTING, PHOTO, VGG16, features, settings
from styletransfer import stylize
from styletransfer.settings import Precision


def main() -> None:
    """Measure, or be the process that is measured."""
    parser = argparse.ArgumentParser(description="One step: the notebook's loop against ours.")
    parser.add_argument("--height", type=whole_number, default=300)
    parser.add_argument("--width", type=whole_number, default=450)
    parser.add_argument("--steps", type=whole_number, default=10, help="steps that are timed in each process")
    parser.add_argument("--rounds", type=whole_number, default=3, help="processes of each kind")
    parser.add_argument("--painter", choices=("notebook", "ours"), help=argparse.SUPPRESS)
    add_precision(parser, "full")
    options = parser.parse_args()
    shape = (options.height, options.width)
    if options.painter == "notebook":
        memory = PeakMemory()
        steps = paint(features(), preprocess(PHOTO, shape), preprocess(PAINTING, shape), VGG16)
        report(time_steps(iter(steps), options.steps, memory))
    elif options.painter == "ours":
        memory = PeakMemory()
        report(
            time_steps(
                stylize(PHOTO, PAINTING, replace(settings(shape), precision=options.precision)), options.steps, memory
            )
        )
    else:
        compare(shape, options.steps, options.rounds, options.precision)


def compare(shape: tuple[int, int], steps: int, rounds: int, precision: Precision) -> None:
    """Let the two take turns and print medians and ratios."""
    size = ("--height", str(shape[0]), "--width", str(shape[1]), "--steps", str(steps))
    print(f"{shape[0]} x {shape[1]} pixels, VGG-16, precision {precision}, {rounds} x {steps} steps each")
    time_ratios, memory_ratios = [], []
    for _ in repeat(None, rounds):
        notebook = in_own_process("benchmarks.step", "--painter", "notebook", *size)
        ours = in_own_process("benchmarks.step", "--painter", "ours", "--precision", precision, *size)
        time_ratios.append(ours.step / notebook.step)
        memory_ratios.append(ours.peak / notebook.peak)
        for name, one in (("notebook", notebook), ("ours", ours)):
            print(f"  {name:9}{one.step:7.3f} s a step, {one.peak / 2**20:6.0f} MiB above its imports")
    print(
        f"ours / notebook: {statistics.median(time_ratios):.2f} of the time, "
        f"{statistics.median(memory_ratios):.2f} of the memory (medians)"
    )


if __name__ == "__main__":
    main()
