"""What regions cost: a step with four of them, and with a quarter that is kept, against a step without.

    python -m benchmarks.regions [--steps 10] [--soft 10]

They take turns step by step, on one thread, and processor time is counted, so that other programs distort little.
"""

import argparse
import statistics
import time
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageFilter

from benchmarks.measure import whole_number
from benchmarks.subjects import PAINTING, PHOTO
from styletransfer import stylize
from styletransfer.settings import Settings

SETTINGS = Settings(shape=(300, 450), size=450, scales=1, network="vgg16")


def quarters(soft: float) -> list[Image.Image]:
    """The four quarters of a picture as masks, with edges as soft as so many pixels."""
    y, x = np.mgrid[:300, :450]
    number = 2 * (y >= 150) + (x >= 225)
    masks = [Image.fromarray(np.where(number == part, 255, 0).astype(np.uint8)) for part in range(4)]
    return [mask.resize(PHOTO.size).filter(ImageFilter.GaussianBlur(soft * PHOTO.width / 450)) for mask in masks]


def main() -> None:
    """Let them take turns and print medians and ratios."""
    parser = argparse.ArgumentParser(description="What regions cost.")
    parser.add_argument("--steps", type=whole_number, default=10, help="steps of each that are timed")
    parser.add_argument("--soft", type=float, default=10.0, help="pixels of the soft edges")
    options = parser.parse_args()
    torch.set_num_threads(1)
    paintings = [PAINTING, *(PAINTING.rotate(angle) for angle in (90, 180, 270))]
    ways: dict[str, dict[str, Any]] = {
        "without": {},
        "four regions": {"masks": quarters(0)},
        "with soft edges": {"masks": quarters(options.soft)},
        "a quarter kept": {"keep": quarters(0)[0]},
    }
    for precision in ("full", "half"):
        settings = replace(SETTINGS, precision=precision, epochs=options.steps + 2)
        runs = {name: stylize(PHOTO, paintings, settings, **more) for name, more in ways.items()}
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(options.steps + 2):
            for name, frames in runs.items():
                begin = time.process_time()
                next(frames)
                seconds[name].append(time.process_time() - begin)
        medians = {name: statistics.median(some[2:]) for name, some in seconds.items()}
        for name, median in medians.items():
            print(f"{precision}, {name:16}{median:7.3f} s a step, {median / medians['without']:.2f}")


if __name__ == "__main__":
    main()
