"""Half precision: when it is chosen, and what it does to the losses, their gradient and the picture."""

from dataclasses import replace
from typing import NamedTuple

import pytest
import torch
from PIL import Image
from torch import Tensor

from styletransfer import bounds, engine, precision, stylize
from styletransfer.engine import Objective
from styletransfer.images import open_image
from styletransfer.locations import assets_dir
from styletransfer.losses import feature_products
from styletransfer.network import Network
from styletransfer.paintings import Paintings
from styletransfer.precision import network_dtype
from styletransfer.settings import NOTEBOOK, PRESETS, Precision, Settings
from styletransfer.tensors import to_tensor
from styletransfer.weights import load_weights

CPU = torch.device("cpu")
SHAPE = (96, 144)


class Look(NamedTuple):
    losses: dict[str, float]
    gradient: Tensor


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    return open_image(assets_dir() / "photos" / "bridge.jpg")


@pytest.fixture(scope="module")
def painting() -> Image.Image:
    return open_image(assets_dir() / "paintings" / "swirl.jpg")


def look(photo: Image.Image, painting: Image.Image, settings: Settings, dtype: torch.dtype) -> Look:
    """The objective half way from the photo to the painting."""
    network = Network(load_weights("vgg16"), settings, CPU, dtype)
    objective = Objective.between(network, photo, Paintings([painting], photo, settings), SHAPE, settings, CPU)
    resized = [to_tensor(picture.resize((SHAPE[1], SHAPE[0]))) for picture in (photo, painting)]
    picture = torch.lerp(*resized, 0.5).requires_grad_()
    terms = objective.losses(picture, settings.weighting)
    (gradient,) = torch.autograd.grad(terms["total"], picture)
    return Look({name: float(term.detach()) for name, term in terms.items()}, gradient)


class TestChoice:
    @pytest.fixture(autouse=True)
    def _measured_anew(self) -> None:
        precision._pays.cache_clear()

    @pytest.mark.parametrize(("half", "full", "dtype"), [(1.0, 3.5, torch.bfloat16), (1.0, 1.5, torch.float32)])
    def test_half_is_taken_where_it_is_much_faster(
        self, half: float, full: float, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seconds = {torch.bfloat16: half, torch.float32: full}
        monkeypatch.setattr(precision, "_seconds", seconds.__getitem__)
        assert network_dtype(CPU, "auto") == dtype
        assert network_dtype(CPU, "full") == torch.float32

    def test_this_machine_is_measured_and_keeps_its_choice(self) -> None:
        first = network_dtype(CPU, "auto")
        assert first in (torch.bfloat16, torch.float32)
        precision._pays.cache_clear()
        assert network_dtype(CPU, "auto") == first

    def test_the_notebook_is_painted_in_full(self) -> None:
        assert NOTEBOOK.precision == "full"
        assert {preset.precision for name, preset in PRESETS.items() if name != "notebook"} == {"auto"}


class TestHalf:
    @pytest.mark.parametrize("settings", [Settings(), replace(NOTEBOOK, shape=None), Settings(pooling="average")])
    def test_losses_are_within_a_percent_and_the_gradient_points_the_same_way(
        self, settings: Settings, photo: Image.Image, painting: Image.Image
    ) -> None:
        exact, half = (look(photo, painting, settings, dtype) for dtype in (torch.float64, torch.bfloat16))
        for name, loss in exact.losses.items():
            assert half.losses[name] == pytest.approx(loss, rel=1e-2), name
        a, b = exact.gradient.flatten().double(), half.gradient.flatten().double()
        assert float(a @ b / (a.norm() * b.norm())) > 0.98

    def test_stripes_are_the_whole(
        self, photo: Image.Image, painting: Image.Image, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = look(photo, painting, Settings(), torch.bfloat16)
        monkeypatch.setattr(bounds, "WHOLE_BYTES", 0)
        striped = look(photo, painting, Settings(), torch.bfloat16)
        for name, loss in whole.losses.items():
            assert striped.losses[name] == pytest.approx(loss, rel=1e-3), name
        assert float((striped.gradient - whole.gradient).norm() / whole.gradient.norm()) < 0.1

    @pytest.mark.parametrize("positions", [(1, 1), (3, 5), (40, 50), (90, 101)])
    def test_sums_over_positions_are_taken_in_single_precision(self, positions: tuple[int, int]) -> None:
        features = torch.rand(1, 8, *positions, generator=torch.Generator().manual_seed(2)).bfloat16()
        features = features.contiguous(memory_format=torch.channels_last)
        products = feature_products(features)
        assert products.dtype == torch.float32
        assert torch.allclose(products, feature_products(features.float()), rtol=5e-3)

    def test_a_painting_comes_as_far_in_as_many_epochs(
        self, photo: Image.Image, painting: Image.Image, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        totals: dict[Precision, float] = {}
        for name, dtype in (("auto", torch.bfloat16), ("full", torch.float32)):
            monkeypatch.setattr(engine, "network_dtype", lambda *_, dtype=dtype: dtype)
            settings = Settings(size=128, epochs=20, network="vgg16", device="cpu", preview_every=20)
            frame = list(stylize(photo, painting, settings))[-1]
            assert frame.half == (name == "auto")
            totals[name] = frame.losses["total"]
        assert totals["auto"] < 1.1 * totals["full"]
