"""What painting on a graphics card must show, in under four minutes on an NVIDIA card.

    python -m benchmarks.gpu [--device cuda] [--size 512] [--large 2048] [--steps 20] [--limit 60]

The losses are those that a processor finds in float32, within 1e-3 in full precision and 1e-2 in the one that "auto"
takes; the tests that need a card pass; and how long a step and a large picture take. Ends with 1 if something is wrong.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from PIL import Image

from benchmarks.measure import PeakMemory, time_steps, whole_number
from benchmarks.notebook import paint, preprocess
from benchmarks.subjects import PAINTING, PHOTO, VGG16, features, settings
from styletransfer import Settings, stylize
from styletransfer.engine.frames import LOSS_NAMES
from styletransfer.imaging.images import scaled_shape
from styletransfer.settings import NOTEBOOK, Device, Precision

ALLOWED: dict[Precision, float] = {"full": 1e-3, "auto": 1e-2}
"""Relative difference of each loss from a processor's in float32."""
_ROOT = Path(__file__).parent.parent
_LONGEST_TESTS = 90
"""Seconds."""


@dataclass(frozen=True)
class Parity:
    """How far a device's losses are from a processor's.

    Attributes:
        recipe: What was compared.
        precision: What the device was asked for.
        worst: The largest relative difference of any loss.
    """

    recipe: str
    precision: Precision
    worst: float

    @property
    def holds(self) -> bool:
        """Whether that is little enough."""
        return self.worst <= ALLOWED[self.precision]


def parity(device: Device, size: int) -> Iterator[Parity]:
    """Compare the losses of a picture, half photo and half painting, of so many pixels along its long side."""
    start = Image.blend(PHOTO, PAINTING.resize(PHOTO.size), 0.5)
    shape = scaled_shape(*PHOTO.size, size)
    recipes = {"default": Settings(size=size), "notebook": replace(NOTEBOOK, shape=shape)}
    for name, recipe in recipes.items():
        once = replace(recipe, network="vgg16", scales=1, epochs=1)

        def losses(where: Device, precision: Precision, once: Settings = once) -> list[float]:
            (frame,) = stylize(PHOTO, PAINTING, replace(once, device=where, precision=precision), start=start)
            return [frame.losses[loss] for loss in LOSS_NAMES]

        exact = losses("cpu", "full")
        for precision in ALLOWED:
            there = losses(device, precision)
            worst = max(abs(one - other) / other for one, other in zip(there, exact, strict=True))
            yield Parity(name, precision, worst)


@dataclass(frozen=True)
class Step:
    """How long a step takes.

    Attributes:
        recipe: What is painted.
        size: Pixels along the long side.
        precision: What the device was asked for.
        seconds: Median of ours.
        notebook: Median of the notebook's loop with its own recipe: in float32 beside "full", and beside "auto" as a
            card does it unless told otherwise, with products of 10 bits (TF32).
    """

    recipe: str
    size: int
    precision: Precision
    seconds: float
    notebook: float


def step_seconds(device: Device, size: int, steps: int) -> Iterator[Step]:
    """Time the notebook's loop, and ours with its recipe and with the default one, at one scale of so many pixels."""
    shape = scaled_shape(*PHOTO.size, size)
    memory = PeakMemory()
    target = torch.device(device)
    content, style = (preprocess(picture, shape).to(target) for picture in (PHOTO, PAINTING))
    notebook: dict[Precision, float] = {}
    for precision in ALLOWED:
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=precision == "auto"):
            notebook[precision] = time_steps(paint(features().to(target), content, style, VGG16), steps, memory).step
    default = Settings(size=size, scales=1, network="vgg16", preview_every=Settings.epochs)
    for name, recipe in {"notebook": settings(shape), "default": default}.items():
        for precision in ALLOWED:
            ours = stylize(PHOTO, PAINTING, replace(recipe, device=device, precision=precision))
            yield Step(name, size, precision, time_steps(ours, steps, memory).step, notebook[precision])


def large_picture(device: Device, size: int, limit: float) -> tuple[float, int, int]:
    """Paint with the default settings, for about `limit` seconds at most.

    Returns:
        Seconds, epochs painted, and epochs that it takes to the end.
    """
    recipe = replace(Settings(), size=size, device=device, network="vgg16")
    begin = time.perf_counter()
    epoch = 0
    for frame in stylize(PHOTO, PAINTING, replace(recipe, preview_every=recipe.epochs)):
        epoch = frame.epoch
        if time.perf_counter() - begin > limit:
            break
    return time.perf_counter() - begin, epoch, recipe.epochs


def tests_pass() -> bool:
    """Run the tests that need a card."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", "tests/engine/test_gpu.py"]
    return subprocess.run(command, cwd=_ROOT, check=False, timeout=_LONGEST_TESTS).returncode == 0


def main(argv: list[str] | None = None) -> int:
    """Show it all; gives the exit code."""
    parser = argparse.ArgumentParser(description="What painting on a graphics card must show.")
    parser.add_argument("--device", choices=("cuda", "mps", "cpu"), default="cuda")
    parser.add_argument(
        "--size", type=whole_number, default=512, help="long side of the pictures that steps are timed on"
    )
    parser.add_argument(
        "--large", type=whole_number, default=2048, help="long side of the picture that is painted whole"
    )
    parser.add_argument("--steps", type=whole_number, default=20, help="steps that are timed of each kind")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds that the large picture may take")
    options = parser.parse_args(argv)
    name = torch.cuda.get_device_name() if options.device == "cuda" else options.device
    print(f"{name}, torch {torch.__version__}")
    fine = True
    for one in parity(options.device, options.size):
        fine &= one.holds
        verdict = "" if one.holds else f", more than {ALLOWED[one.precision]:g}"
        print(f"  losses, {one.recipe}, {one.precision}: {one.worst:.1e} from a processor's in float32{verdict}")
    if options.device == "cuda":
        fine &= tests_pass()
    for size in (options.size, options.large):
        for step in step_seconds(options.device, size, options.steps):
            told = f"{1e3 * step.seconds:.1f} ms, {step.seconds / step.notebook:.2f} of the notebook's"
            print(f"  a step at {size} px, {step.recipe}, {step.precision}: {told} {1e3 * step.notebook:.1f} ms")
    taken, done, epochs = large_picture(options.device, options.large, options.limit)
    print(f"  {options.large} px: {taken:.1f} s for {done} of {epochs} epochs")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
