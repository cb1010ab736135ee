"""What the command line's tests share: a home of their own, a small network, pictures."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import torch
from PIL import Image

from styletransfer.engine.vgg import weights
from styletransfer.machine.speed import Speed
from styletransfer.machine.speed_store import SpeedStore
from styletransfer.support.paths import HOME_VARIABLE

WIDTHS = (4, 4, 6, 6, 8, 8, 8, 8, 8, 8, 8, 8, 8)
"""Channels of VGG-16's convolutions in the network that most tests paint with: a step takes milliseconds."""
FILM_SIZE = (96, 64)


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine has downloaded stays out of the tests, and the tests out of it; its speed is known."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    SpeedStore().learn(Speed("vgg16", "cpu", 5.0))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paint with a small network of random weights."""
    generator = torch.Generator().manual_seed(0)
    pairs = tuple(
        (torch.randn(after, before, 3, 3, generator=generator) * (2 / (9 * before)) ** 0.5, torch.zeros(after))
        for before, after in zip((3, *WIDTHS), WIDTHS, strict=False)
    )
    stand_in = weights.Weights("vgg16", pairs, torch.ones(len(WIDTHS)), "VGG-16 (small)")
    monkeypatch.setattr(weights, "load_weights", lambda *_: stand_in)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.linear_gradient("L").resize((120, 80)).convert("RGB").save(path)
    return path


@pytest.fixture
def painting(tmp_path: Path) -> Path:
    path = tmp_path / "painting.jpg"
    Image.radial_gradient("L").resize((90, 100)).convert("RGB").save(path)
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.png"


def _pan(count: int, seed: int = 0) -> list[np.ndarray[Any, np.dtype[np.uint8]]]:
    """A pan over soft patches."""
    patches = np.random.default_rng(seed).integers(0, 256, (8, 12, 3), dtype=np.uint8)
    ground = Image.fromarray(patches).resize((160, 100), Image.Resampling.BICUBIC)
    return [np.asarray(ground.crop((n, 4, n + FILM_SIZE[0], 4 + FILM_SIZE[1]))) for n in range(count)]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Two shots of four frames each."""
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = *FILM_SIZE, "yuv420p"
        for pixels in _pan(4) + _pan(4, seed=1):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode(None))
    return path
