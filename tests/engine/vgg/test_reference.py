"""The two networks see the same: torchvision's, plainly, and the processor's own way, which is held against it."""

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

from styletransfer.engine import stylize as engine
from styletransfer.engine.frames import LOSS_NAMES
from styletransfer.engine.objective import Objective
from styletransfer.engine.scaled_picture import ScaledPicture
from styletransfer.engine.style_targets import StyleTargets
from styletransfer.engine.stylize import make_network, stylize
from styletransfer.engine.tensors import to_tensor
from styletransfer.engine.vgg.network import FeatureNetwork, Network
from styletransfer.engine.vgg.reference import ReferenceNetwork
from styletransfer.engine.vgg.weights import SLOTS, Weights, load_weights
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import open_image
from styletransfer.settings import NOTEBOOK, Settings
from styletransfer.support.paths import sample_paintings, sample_photos

CPU = torch.device("cpu")
SHAPE = (108, 163)
"""(height, width), odd in some of the poolings."""


@pytest.fixture(scope="module")
def vgg() -> Weights:
    return load_weights("vgg16")


@pytest.fixture(scope="module")
def pictures() -> tuple[Image.Image, Image.Image]:
    photo, painting = (open_image(paths[0]) for paths in (sample_photos(), sample_paintings()))
    return photo, painting


def objective(
    network: FeatureNetwork, pictures: tuple[Image.Image, Image.Image], settings: Settings
) -> tuple[dict[str, Tensor], Tensor]:
    """All losses between the photo and the painting, and the gradient of their sum."""
    photo, painting = pictures
    at_scale = ScaledPicture(photo).at(SHAPE, CPU)
    aim = Objective.between(network, at_scale, StyleTargets([painting], photo, settings), settings)
    picture = to_tensor(photo.rotate(4).resize(SHAPE[::-1]))
    # With some noise: of two equal values to be pooled, or of one that is nearly 0, either slope may be right.
    picture = (picture + 0.1 * torch.randn(picture.shape, generator=torch.Generator().manual_seed(0))).requires_grad_()
    terms = aim.losses(picture, settings.weighting)
    (grad,) = torch.autograd.grad(terms["total"], picture)
    return {name: term.detach() for name, term in terms.items()}, grad


@pytest.fixture
def settings(padding: Any, pooling: Any, style_loss: Any) -> Settings:
    return Settings(padding=padding, pooling=pooling, style_loss=style_loss)


@pytest.mark.parametrize("padding", ["reflect", "zeros"])
@pytest.mark.parametrize("pooling", ["average", "max"])
@pytest.mark.parametrize("style_loss", ["wasserstein", "gram"])
class TestObjective:
    def test_in_float32(self, settings: Settings, vgg: Weights, pictures: tuple[Image.Image, Image.Image]) -> None:
        (ours, our_grad), (plain, grad) = (
            objective(network, pictures, settings)
            for network in (Network(vgg, settings, CPU), ReferenceNetwork(vgg, settings, CPU))
        )
        # The roots of a covariance are exact to 1e-4 in float32: of float64's losses, both are as far away.
        rounded = settings.style_loss == "wasserstein"
        for name in LOSS_NAMES:
            assert ours[name].item() == pytest.approx(plain[name].item(), rel=3e-4 if rounded else 1e-4), name
        assert float((our_grad - grad).norm() / grad.norm()) < 3e-3
        if not rounded:  # but for what lies below a feature so near to 0 that rounding decides on which side it is
            assert ((our_grad - grad).abs() > 1e-4 * grad.square().mean().sqrt()).float().mean() < 0.05

    def test_in_bfloat16(self, settings: Settings, vgg: Weights, pictures: tuple[Image.Image, Image.Image]) -> None:
        (ours, _), (plain, grad), (_, exact) = (
            objective(make(vgg, settings, CPU, dtype), pictures, settings)
            for make, dtype in (
                (Network, torch.bfloat16),
                (ReferenceNetwork, torch.bfloat16),
                (ReferenceNetwork, torch.float32),
            )
        )
        for name in LOSS_NAMES:
            assert ours[name].item() == pytest.approx(plain[name].item(), rel=1e-2), name
            assert plain[name].dtype == torch.float32
        # Off by some percent: another one of four rounded features may be the largest.
        assert float((grad - exact).norm() / exact.norm()) < 0.15


def test_the_notebooks_recipe(vgg: Weights, pictures: tuple[Image.Image, Image.Image]) -> None:
    settings = dataclasses.replace(NOTEBOOK, shape=SHAPE)
    (ours, our_grad), (plain, grad) = (
        objective(network, pictures, settings)
        for network in (Network(vgg, settings, CPU), ReferenceNetwork(vgg, settings, CPU))
    )
    for name in LOSS_NAMES:
        assert ours[name].item() == pytest.approx(plain[name].item(), rel=1e-4), name
    assert float((our_grad - grad).norm() / grad.norm()) < 1e-4


@pytest.mark.parametrize("name", ["vgg16", "vgg19"])
@pytest.mark.parametrize("kind", ["conv", "relu"])
def test_every_tap_of_both_networks(name: str, kind: str, request: pytest.FixtureRequest) -> None:
    layers = tuple(slot.name.replace("conv", kind) for slot in SLOTS[name])
    settings = Settings(content_layers=layers, style_layers=layers[::-1])
    weights, picture = request.getfixturevalue(name), torch.randn(1, 3, 50, 67, dtype=torch.float64)
    ours, plain = (make(weights, settings, CPU, torch.float64)(picture) for make in (Network, ReferenceNetwork))
    for one, other in zip(ours.content, plain.content, strict=True):
        assert float((one - other).norm() / other.norm()) < 1e-6
    for one, other in zip(ours.moments, plain.moments, strict=True):
        assert float((one.second - other.second).norm() / other.second.norm()) < 1e-6
        assert float((one.mean - other.mean).norm() / other.mean.norm()) < 1e-6


def test_a_painting_comes_out_alike(
    vgg16: Weights, pictures: tuple[Image.Image, Image.Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(size=96, epochs=5, scales=1, device="cpu", precision="full", preview_every=5)
    *_, ours = stylize(*pictures, settings, weights=vgg16)
    monkeypatch.setattr(engine, "make_network", lambda *what, low_memory: ReferenceNetwork(*what))  # noqa: ARG005
    *_, plain = stylize(*pictures, settings, weights=vgg16)
    for name in LOSS_NAMES:
        assert ours.losses[name] == pytest.approx(plain.losses[name], rel=1e-2), name


def test_weights_that_end_before_a_tap_are_refused(vgg16: Weights) -> None:
    short = Weights("vgg16", vgg16.convolutions[:11], vgg16.activation_means[:11], "up to conv5_1")
    ReferenceNetwork(short, Settings(style_layers=("conv5_1",)))
    with pytest.raises(StyleTransferError, match="shallower layers"):
        ReferenceNetwork(short, Settings(style_layers=("relu5_3",)))


def test_a_processor_has_its_own_and_any_other_device_torchvisions(vgg16: Weights) -> None:
    kinds = [type(make_network(vgg16, Settings(), torch.device(kind), torch.float32)) for kind in ("cpu", "meta")]
    assert kinds == [Network, ReferenceNetwork]


def test_a_processor_does_not_wait_for_torchvision() -> None:
    code = "import sys, styletransfer.engine.stylize, styletransfer.cli.run; sys.exit('torchvision' in sys.modules)"
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
