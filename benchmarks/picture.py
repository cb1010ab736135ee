"""Seconds to a picture: until the notebook's objective is as low as its own loop has it after 500 epochs.

    python -m benchmarks.picture [--height 300 --width 450] [--epochs 500]

The solver, its variables and the scales are ours to choose; the objective and the final size are the notebook's.
"""

import argparse
import time
from dataclasses import replace

from benchmarks.measure import whole_number
from benchmarks.notebook import paint, preprocess
from benchmarks.subjects import PAINTING, PHOTO, VGG16, features, settings
from styletransfer import PRESETS, stylize


def main() -> None:
    """Paint twice and print the ratio."""
    parser = argparse.ArgumentParser(description="A whole picture: the notebook's loop against ours.")
    parser.add_argument("--height", type=whole_number, default=300)
    parser.add_argument("--width", type=whole_number, default=450)
    parser.add_argument("--epochs", type=whole_number, default=500)
    options = parser.parse_args()
    shape = (options.height, options.width)
    goal, notebook_seconds = notebook(shape, options.epochs)
    print(f"notebook: total loss {goal:.4g} after {options.epochs} epochs, {notebook_seconds:.0f} s")
    epochs, seconds = ours(shape, goal, options.epochs)
    print(f"ours: as low after {epochs} epochs, {seconds:.0f} s")
    print(f"ours / notebook: {seconds / notebook_seconds:.3f} of the time")


def notebook(shape: tuple[int, int], epochs: int) -> tuple[float, float]:
    """The total loss that the notebook's loop ends with, and its seconds."""
    begin = time.perf_counter()
    steps = paint(features(), preprocess(PHOTO, shape), preprocess(PAINTING, shape), VGG16)
    total = 0.0
    for _, (losses, _picture) in zip(range(epochs), steps, strict=False):
        total = losses["total"]
    return total, time.perf_counter() - begin


def ours(shape: tuple[int, int], goal: float, epochs: int) -> tuple[int, float]:
    """Epochs and seconds until the same objective is at `goal` at the final size."""
    best = PRESETS["balanced"]
    recipe = replace(settings(shape), optimizer=best.optimizer, pyramid=best.pyramid, scales=best.scales, epochs=epochs)
    begin = time.perf_counter()
    for frame in stylize(PHOTO, PAINTING, recipe):
        if frame.scale == shape and frame.losses["total"] <= goal:
            return frame.epoch, time.perf_counter() - begin
    raise SystemExit(f"Not as low within {epochs} epochs.")


if __name__ == "__main__":
    main()
