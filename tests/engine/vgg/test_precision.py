"""Float32 and bfloat16: when each is chosen, and what bfloat16 does to the losses, their gradient and the picture."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace
from typing import NamedTuple, NoReturn

import pytest
import torch
from PIL import Image
from torch import Tensor

from styletransfer import stylize
from styletransfer.engine import memory_bounds
from styletransfer.engine import stylize as engine
from styletransfer.engine.losses.moments import feature_sums
from styletransfer.engine.objective import Objective
from styletransfer.engine.scaled_picture import ScaledPicture
from styletransfer.engine.style_targets import StyleTargets
from styletransfer.engine.tensors import to_tensor
from styletransfer.engine.vgg.network import Network
from styletransfer.engine.vgg.precision import network_dtype
from styletransfer.engine.vgg.weights import load_weights
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import open_image
from styletransfer.settings import NOTEBOOK, PRESETS, Precision, Settings, Weighting
from styletransfer.support.paths import assets_dir

CPU = torch.device("cpu")
SHAPE = (96, 144)
SMALL = Settings(size=64, epochs=3, scales=1, network="vgg16", device="cpu", precision="full")


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
    at_scale = ScaledPicture(photo).at(SHAPE, CPU)
    objective = Objective.between(network, at_scale, StyleTargets([painting], photo, settings), settings)
    resized = [to_tensor(picture.resize((SHAPE[1], SHAPE[0]))) for picture in (photo, painting)]
    picture = torch.lerp(*resized, 0.5).requires_grad_()
    terms = objective.losses(picture, settings.weighting)
    (gradient,) = torch.autograd.grad(terms["total"], picture)
    return Look({name: float(term.detach()) for name, term in terms.items()}, gradient)


def tell(monkeypatch: pytest.MonkeyPatch, machine: str, **facts: bool) -> None:
    """Make the machine another one; a fact that is not given is one that torch has no word for."""
    monkeypatch.setattr("platform.machine", lambda: machine)
    for name in ("avx512_bf16", "amx_tile"):
        monkeypatch.delattr(torch.cpu, f"_is_{name}_supported", raising=False)
        if name in facts:
            monkeypatch.setattr(torch.cpu, f"_is_{name}_supported", lambda name=name: facts[name], raising=False)
    known = {"_is_mkldnn_bf16_supported": lambda: facts["mkldnn"]} if "mkldnn" in facts else {}
    monkeypatch.setattr(torch.ops, "mkldnn", SimpleNamespace(**known), raising=False)


class TestChoice:
    @pytest.mark.parametrize(
        ("machine", "facts", "dtype"),
        [
            ("x86_64", {"mkldnn": True, "avx512_bf16": False, "amx_tile": False}, torch.float32),  # done by hand
            ("x86_64", {"mkldnn": True, "avx512_bf16": True, "amx_tile": False}, torch.bfloat16),
            ("AMD64", {"mkldnn": True, "avx512_bf16": False, "amx_tile": True}, torch.bfloat16),
            ("x86_64", {"mkldnn": True, "amx_tile": True}, torch.bfloat16),
            ("x86_64", {"mkldnn": True}, torch.float32),
            ("x86_64", {"mkldnn": False, "avx512_bf16": True}, torch.float32),
            ("x86_64", {"avx512_bf16": True}, torch.float32),
            ("aarch64", {"mkldnn": True}, torch.bfloat16),
            ("aarch64", {"mkldnn": False}, torch.float32),
            ("arm64", {}, torch.float32),
        ],
    )
    def test_a_processor_reckons_in_half_where_it_multiplies_that_by_itself(
        self, machine: str, facts: dict[str, bool], dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tell(monkeypatch, machine, **facts)
        assert network_dtype(CPU, "auto") == dtype
        assert network_dtype(CPU, "full") == torch.float32
        assert network_dtype(CPU, "half") == torch.bfloat16

    @pytest.mark.parametrize(("native", "emulated"), [(True, True), (False, True), (False, False)])
    def test_a_graphics_card_likewise(self, native: bool, emulated: bool, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            torch.cuda,
            "is_bf16_supported",
            lambda including_emulation=True: emulated if including_emulation else native,
        )
        card = torch.device("cuda")
        assert network_dtype(card, "auto") == (torch.bfloat16 if native else torch.float32)
        assert network_dtype(card, "full") == torch.float32
        if emulated:
            assert network_dtype(card, "half") == torch.bfloat16
        else:
            with pytest.raises(StyleTransferError, match="cuda device of this machine cannot reckon in half precision"):
                network_dtype(card, "half")

    def test_apple_graphics_reckon_in_full(self) -> None:
        graphics = torch.device("mps")
        assert network_dtype(graphics, "auto") == network_dtype(graphics, "full") == torch.float32
        with pytest.raises(StyleTransferError, match="choose another device"):
            network_dtype(graphics, "half")

    def test_no_clock_is_looked_at(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def clock() -> NoReturn:
            raise AssertionError("what the machine is, is no matter of time")

        for name in ("perf_counter", "perf_counter_ns", "monotonic", "process_time", "thread_time", "time"):
            monkeypatch.setattr(time, name, clock)
        assert network_dtype(CPU, "auto") in (torch.bfloat16, torch.float32)

    def test_the_notebook_is_painted_in_full(self) -> None:
        assert NOTEBOOK.precision == "full"
        assert {preset.precision for name, preset in PRESETS.items() if name != "notebook"} == {"auto"}


class TestFull:
    @pytest.fixture
    def _loose(self) -> Iterator[None]:
        """As in a process whose owner takes fast products for exact ones."""
        before = torch.backends.cudnn.allow_tf32, torch.get_float32_matmul_precision()
        torch.backends.cudnn.allow_tf32 = True
        torch.set_float32_matmul_precision("medium")
        yield
        torch.backends.cudnn.allow_tf32 = before[0]
        torch.set_float32_matmul_precision(before[1])

    @pytest.mark.usefixtures("_loose")
    def test_float32_is_not_rounded_while_painting_and_all_is_left_as_it_was(
        self, photo: Image.Image, painting: Image.Image
    ) -> None:
        def switches() -> tuple[bool, str]:
            return torch.backends.cudnn.allow_tf32, torch.get_float32_matmul_precision()

        inside = []

        def steer() -> Weighting:
            inside.append(switches())
            return SMALL.weighting

        one, other = (stylize(photo, painting, SMALL, steer=steer) for _ in range(2))
        for frames in (one, other, one):  # which take turns
            next(frames)
            assert switches() == (True, "medium")
        with closing(one), closing(other):  # type: ignore[type-var]
            pass
        assert switches() == (True, "medium")
        assert set(inside) == {(False, "highest")}

    def test_it_is_put_back_when_a_step_fails(self, painting: Image.Image) -> None:
        before = torch.backends.cudnn.allow_tf32, torch.get_float32_matmul_precision()
        with pytest.raises(StyleTransferError, match="narrow"):
            next(stylize(Image.new("RGB", (400, 20)), painting, SMALL))
        assert (torch.backends.cudnn.allow_tf32, torch.get_float32_matmul_precision()) == before


class TestBfloat16:
    @pytest.mark.parametrize(
        "settings", [Settings(), replace(NOTEBOOK, shape=None), Settings(pooling="max", style_loss="gram")]
    )
    def test_losses_are_within_a_percent_and_the_gradient_points_the_same_way(
        self, settings: Settings, photo: Image.Image, painting: Image.Image
    ) -> None:
        exact, bfloat16 = (look(photo, painting, settings, dtype) for dtype in (torch.float64, torch.bfloat16))
        for name, loss in exact.losses.items():
            assert bfloat16.losses[name] == pytest.approx(loss, rel=1e-2), name
        a, b = exact.gradient.flatten().double(), bfloat16.gradient.flatten().double()
        assert float(a @ b / (a.norm() * b.norm())) > 0.98

    def test_stripes_are_the_whole(
        self, photo: Image.Image, painting: Image.Image, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = look(photo, painting, Settings(), torch.bfloat16)
        monkeypatch.setattr(memory_bounds, "WHOLE_BYTES", 0)
        striped = look(photo, painting, Settings(), torch.bfloat16)
        for name, loss in whole.losses.items():
            assert striped.losses[name] == pytest.approx(loss, rel=1e-3), name
        assert float((striped.gradient - whole.gradient).norm() / whole.gradient.norm()) < 0.1

    @pytest.mark.parametrize("positions", [(1, 1), (3, 5), (40, 50), (90, 101)])
    def test_sums_over_positions_are_taken_in_single_precision(self, positions: tuple[int, int]) -> None:
        features = torch.rand(1, 8, *positions, generator=torch.Generator().manual_seed(2)).bfloat16()
        features = features.contiguous(memory_format=torch.channels_last)
        sums = feature_sums(features)
        assert sums.dtype == torch.float32
        assert torch.allclose(sums, feature_sums(features.float()), rtol=5e-3)

    def test_a_painting_comes_as_far_in_as_many_epochs(
        self, photo: Image.Image, painting: Image.Image, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        totals: dict[Precision, float] = {}
        for name, dtype in (("auto", torch.bfloat16), ("full", torch.float32)):
            monkeypatch.setattr(engine, "network_dtype", lambda *_, dtype=dtype: dtype)
            settings = Settings(size=128, epochs=20, network="vgg16", device="cpu", preview_every=20)
            frame = list(stylize(photo, painting, settings))[-1]
            assert frame.bfloat16 == (name == "auto")
            totals[name] = frame.losses["total"]
        assert totals["auto"] < 1.1 * totals["full"]
