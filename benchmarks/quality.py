"""How good the pictures are: every preset over a dozen sample pairs, in figures and on a page to look at.

    python -m benchmarks.quality [--presets balanced ...] [--pairs 12] [--folder out/quality]

The figures are taken from the saved files, at their own size, the painting scaled to the same area:

- seconds  Of painting, the network's loading included.
- saved    Largest difference between a loss of the last frame and the same of the saved file, in percent.
- style    Distance of the Gram matrices of relu1_1 to relu4_1 from the painting's, relative to the photo's: 0 is the
           painting's manner, 1 the photo's.
- least    How far the least painted twentieth of the canvas is from the photo: 5th percentile, over 6 x 6 tiles, of the
           mean cosine distance of relu2_1. About 0.15 is a part that has stayed a photograph, 0.30 and more is painted.
- content  Mean cosine distance of relu4_2 from the photo's: lower keeps more of what is to be seen.

The network of the last three is torchvision's plain one with max pooling and zero padding, whatever a preset uses.
"""

import argparse
import html
import math
import platform
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
import torchvision
from PIL import Image
from torch import Tensor, nn

from benchmarks.measure import whole_number
from styletransfer import PRESETS, Settings, open_image, save_image, stylize
from styletransfer.engine.frames import Frame
from styletransfer.engine.tensors import to_tensor
from styletransfer.engine.vgg.weights import load_weights
from styletransfer.support.paths import assets_dir

PAIRS = (
    ("portrait", "swirl"),
    ("mountains", "wave"),
    ("farmhouse", "expressionist"),
    ("portrait", "mosaic"),
    ("bridge", "watercolour"),
    ("cat", "ink"),
    ("city", "autumn"),
    ("raccoon", "stained_glass"),
    ("coffee", "cubist"),
    ("dandelion", "pointillism"),
    ("sunset", "lilies"),
    ("bee", "swirl"),
)
STYLE, CONTENT = (1, 6, 11, 18), 20
"""Places in torchvision's `features`: relu1_1 to relu4_1, and relu4_2."""
TILES = 6


class Quality(NamedTuple):
    """How a painted picture looks, in figures; see the top of the file."""

    style: float
    least: float
    content: float


class Critic:
    """Looks at pictures with a plain VGG-16."""

    def __init__(self) -> None:
        self._network = torchvision.models.vgg16(weights=None).features[: CONTENT + 1].eval()
        convolutions = [layer for layer in self._network if isinstance(layer, nn.Conv2d)]
        for layer, (weight, bias) in zip(convolutions, load_weights("vgg16").convolutions, strict=False):
            layer.weight.data, layer.bias.data = weight, bias  # type: ignore[union-attr]

    def judge(self, photo: Image.Image, painting: Image.Image, painted: Image.Image) -> Quality:
        """Compare a painted picture with what it was made from."""
        painted = painted.convert("RGB")
        scale = math.sqrt(painted.width * painted.height / (painting.width * painting.height))
        painting = _scaled(painting, (round(painting.width * scale), round(painting.height * scale)))
        (*ours, content), (*before, subject), (*goal, _) = map(
            self._features, (painted, _scaled(photo, painted.size), painting)
        )
        ratios = [
            (_gram(seen) - _gram(wanted)).norm() / (_gram(origin) - _gram(wanted)).norm()
            for seen, origin, wanted in zip(ours, before, goal, strict=True)
        ]
        apart = 1 - F.cosine_similarity(ours[1], before[1], dim=0)
        tiles = F.adaptive_avg_pool2d(apart[None], TILES).flatten()
        return Quality(
            style=float(torch.stack(ratios).mean()),
            least=float(torch.quantile(tiles, 0.05)),
            content=float(1 - F.cosine_similarity(content, subject, dim=0).mean()),
        )

    @torch.no_grad()
    def _features(self, image: Image.Image) -> list[Tensor]:
        x, seen = to_tensor(image), []
        for place, layer in enumerate(self._network):
            x = layer(x)
            if place in (*STYLE, CONTENT):
                seen.append(x[0])
        return seen


def main() -> None:
    """Paint, print a line for each picture and the means, and write the page."""
    parser = argparse.ArgumentParser(description="Every preset over a dozen sample pairs, in figures and pictures.")
    parser.add_argument("--presets", nargs="+", choices=list(PRESETS), default=list(PRESETS))
    parser.add_argument("--pairs", type=whole_number, default=len(PAIRS), help="how many of the pairs")
    parser.add_argument("--size", type=whole_number, help="long side in pixels, instead of each preset's own")
    parser.add_argument("--folder", type=Path, default=Path("out/quality"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    critic = Critic()
    print(f"{platform.processor() or platform.machine()}, PyTorch {torch.__version__}")
    rows = []
    for preset in options.presets:
        settings = PRESETS[preset] if options.size is None else replace(PRESETS[preset], size=options.size)
        rows += _preset(preset, settings, PAIRS[: options.pairs], critic, options.folder)
    (options.folder / "index.html").write_text(_page(rows), encoding="utf-8")
    print(options.folder / "index.html")


def _preset(
    name: str, settings: Settings, pairs: Sequence[tuple[str, str]], critic: Critic, folder: Path
) -> list[tuple[str, str]]:
    """Paint the pairs with a preset; (file, figures in words) of each."""
    rows: list[tuple[str, str]] = []
    found: list[tuple[float, ...]] = []
    for subject, manner in pairs:
        photo = open_image(assets_dir() / "photos" / f"{subject}.jpg").convert("RGB")
        painting = open_image(assets_dir() / "paintings" / f"{manner}.jpg").convert("RGB")
        begin = time.perf_counter()
        *_, last = stylize(photo, painting, replace(settings, preview_every=settings.epochs))
        seconds = time.perf_counter() - begin
        assert last.image is not None  # noqa: S101 - the last frame always has one
        file = f"{name}-{subject}-{manner}.png"
        save_image(last.image, folder / file)
        saved = excess(last, open_image(folder / file), photo, painting, settings)
        figures = (seconds, 100 * saved, *critic.judge(photo, painting, last.image))
        found.append(figures)
        rows.append((file, _words(figures)))
        print(f"{name:9} {subject + ', ' + manner:24} {_words(figures)}", flush=True)
    means = tuple(sum(column) / len(found) for column in zip(*found, strict=True))
    print(f"{name:9} {'mean':24} {_words(means)}, smallest least {min(row[3] for row in found):.3f}", flush=True)
    return rows


def excess(last: Frame, saved: Image.Image, photo: Image.Image, painting: Image.Image, settings: Settings) -> float:
    """Largest relative difference between a loss that the last frame tells and the same of the saved file."""
    again = replace(settings, scales=1, epochs=1)
    (frame,) = stylize(photo, painting, again, start=saved)
    told = last.clipped_losses or last.losses
    return max(abs(frame.losses[term] / told[term] - 1) for term in told)


def _words(figures: Sequence[float]) -> str:
    seconds, saved, style, least, content = figures
    return f"{seconds:5.1f} s, saved within {saved:.1f} %, style {style:.3f}, least {least:.3f}, content {content:.3f}"


def _page(rows: Sequence[tuple[str, str]]) -> str:
    figures = "".join(
        f'<figure><img src="{html.escape(file)}"><figcaption>{html.escape(file)}<br>{html.escape(words)}</figcaption>'
        "</figure>"
        for file, words in rows
    )
    style = "body{font:14px sans-serif}figure{display:inline-block;margin:8px;width:30vw}img{width:100%}"
    return f"<!doctype html><meta charset=utf-8><title>Quality</title><style>{style}</style>{figures}\n"


def _gram(features: Tensor) -> Tensor:
    rows = features.flatten(1)
    return rows @ rows.T / rows.shape[1]


def _scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
