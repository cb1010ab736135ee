"""How much a painted film flickers, and how long a second of it takes: held frames against frames that stand alone.

    python -m benchmarks.film [--size 360] [--frames 25] [--alone 4] [--painting swirl] [--precision auto]

The film is made on the spot: a camera that moves over a photo, and somebody in front. Flicker is the mean difference,
0 to 255, between a painted frame and the last one moved along, where the flow is sure. Style is the relative distance
of Gram matrices to the painting's (relu1_1 to relu4_1): lower is nearer. Seconds are those on the clock, and the
processor's divided by the number of cores, which tell more where other programs run as well.
"""

import argparse
import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from PIL import Image

from benchmarks.measure import add_precision, whole_number
from styletransfer import open_image
from styletransfer.engine.frame_painter import FramePainter, Held
from styletransfer.engine.tensors import to_tensor
from styletransfer.engine.vgg.network import Network
from styletransfer.engine.vgg.weights import load_weights
from styletransfer.settings import Settings
from styletransfer.support.paths import assets_dir
from styletransfer.video.defaults import EPOCHS, TEMPORAL_WEIGHT
from styletransfer.video.flow import OpticalFlow
from styletransfer.video.held import flicker, start_picture
from tools.moving_scene import scene


@dataclass
class Figures:
    """What painting some frames came to."""

    flicker: list[float] = field(default_factory=list)
    style: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def main() -> None:
    """Paint both ways and print the ratios."""
    parser = argparse.ArgumentParser(description="A film: frames that are held to the last one, and frames alone.")
    parser.add_argument("--size", type=whole_number, default=360)
    parser.add_argument("--frames", type=whole_number, default=25)
    parser.add_argument("--alone", type=whole_number, default=4, help="frames that are painted alone as well")
    parser.add_argument("--painting", default="swirl")
    add_precision(parser, "auto")
    options = parser.parse_args()
    painting = open_image(assets_dir() / "paintings" / f"{options.painting}.jpg")
    settings = Settings(size=options.size, precision=options.precision, network="vgg16")
    size = (options.size, options.size * 9 // 16 // 2 * 2)
    photos = [Image.fromarray(frame) for frame in scene("mountains", "cat", size, options.frames)]
    held, alone = (Figures(), Figures())
    judge = _Judge(painting)
    for figures, count in ((held, len(photos)), (alone, min(options.alone, len(photos)))):
        _measure(photos[:count], painting, settings, figures, judge, hold=figures is held)
    _print("held", held)
    _print("alone", alone)
    ratio = statistics.mean(held.flicker) / statistics.mean(alone.flicker)
    least = min(len(held.style), len(alone.style))
    print(f"flicker of held frames in that of frames alone: {ratio:.3f}")
    print(f"style of the same frames: held {_mean(held.style[1:least])}, alone {_mean(alone.style[1:least])}")
    print(
        f"all {len(photos)} frames, the first one painted fully: {sum(held.seconds):.0f} s on the clock, "
        f"{sum(held.processor):.0f} s of {os.cpu_count()} cores"
    )


def _measure(
    photos: list[Image.Image],
    painting: Image.Image,
    settings: Settings,
    figures: Figures,
    judge: "_Judge",
    *,
    hold: bool,
) -> None:
    painter = FramePainter([painting], settings, load_weights("vgg16"), epochs=EPOCHS)
    flow = OpticalFlow()
    before: Image.Image | None = None
    last: Image.Image | None = None
    for photo in photos:
        clock, processor = time.perf_counter(), time.process_time()
        motion = None if before is None else flow.between(before, photo)
        moved = None if motion is None or last is None else motion.moved(last)
        if hold and motion is not None and moved is not None:
            start = start_picture(moved, photo, motion)
            painted = painter.later(photo, Held(start, moved, motion.sure, TEMPORAL_WEIGHT)).image
        else:
            painted = _whole(painter.first(photo))
        figures.seconds.append(time.perf_counter() - clock)
        figures.processor.append((time.process_time() - processor) / (os.cpu_count() or 1))
        if motion is not None and moved is not None:
            figures.flicker.append(flicker(painted, moved, motion))
        figures.style.append(judge.style(painted))
        before, last = photo, painted


def _whole(frames: Iterator[object]) -> Image.Image:
    *_, last = frames
    image = getattr(last, "image")  # noqa: B009 - a Frame
    assert isinstance(image, Image.Image)  # noqa: S101 - the last one has its picture
    return image


class _Judge:
    """Tells how far a picture's Gram matrices are from the painting's."""

    def __init__(self, painting: Image.Image) -> None:
        layers = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
        self._network = Network(load_weights("vgg16"), Settings(style_layers=layers))
        self._painting = painting
        self._wanted: list[torch.Tensor] = []

    def style(self, picture: Image.Image) -> float:
        """The mean distance over the layers, relative to the painting's own."""
        if not self._wanted:
            scale = (picture.width * picture.height / (self._painting.width * self._painting.height)) ** 0.5
            size = (round(scale * self._painting.width), round(scale * self._painting.height))
            self._wanted = self._grams(self._painting.resize(size, Image.Resampling.LANCZOS))
        apart = [
            float((seen - wanted).norm() / wanted.norm())
            for seen, wanted in zip(self._grams(picture), self._wanted, strict=True)
        ]
        return statistics.mean(apart)

    def _grams(self, picture: Image.Image) -> list[torch.Tensor]:
        with torch.no_grad():
            return [moments.gram for moments in self._network(to_tensor(picture)).moments]


def _print(name: str, figures: Figures) -> None:
    print(
        f"{name}: flicker {_mean(figures.flicker)}, style {_mean(figures.style[1:])}, first frame "
        f"{figures.seconds[0]:.1f} s, each later one {_mean(figures.seconds[1:])} s "
        f"({_mean(figures.processor[1:])} s of all cores)",
        flush=True,
    )


def _mean(values: list[float]) -> str:
    return f"{statistics.mean(values):.3f}"


if __name__ == "__main__":
    main()
