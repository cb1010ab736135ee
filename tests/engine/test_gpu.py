"""What holds on a graphics card; without one, the same is asked of the processor, so that the questions are sound."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image, ImageOps

from benchmarks import gpu
from styletransfer.engine.frames import LOSS_NAMES
from styletransfer.engine.optimizers.lbfgs import LBFGS
from styletransfer.engine.stylize import stylize
from styletransfer.imaging.images import open_image
from styletransfer.settings import Device, Precision, Settings
from styletransfer.support.paths import sample_paintings, sample_photos

CARD = pytest.param(
    "cuda",
    marks=[pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no NVIDIA card")],
)
SMALL = Settings(size=160 if torch.cuda.is_available() else 64, epochs=12, scales=2, network="vgg16", preview_every=12)


@pytest.fixture(params=["cpu", CARD])
def device(request: pytest.FixtureRequest) -> Device:
    kind: Device = request.param
    return kind


@pytest.fixture(scope="module")
def pictures() -> tuple[Image.Image, Image.Image]:
    photo, painting = (open_image(paths[0]) for paths in (sample_photos(), sample_paintings()))
    return photo, painting


def test_losses_are_a_processors(device: Device) -> None:
    found = list(gpu.parity(device, 128 if device == "cuda" else 96))
    assert [(one.recipe, one.precision) for one in found] == [
        (recipe, precision) for recipe in ("default", "notebook") for precision in ("full", "auto")
    ]
    for one in found:
        assert one.holds, one


def test_full_precision_does_not_round_products(device: Device, pictures: tuple[Image.Image, Image.Image]) -> None:
    """A card's own fast products keep 10 bits; what is asked for here are float32's."""
    x = torch.randn(512, 512, generator=torch.Generator().manual_seed(0))
    exact = x.double() @ x.double()
    errors = []

    def steer() -> tuple[float, float, float]:
        there = x.to(device)
        errors.append(float(((there @ there).cpu() - exact).norm() / exact.norm()))
        return SMALL.weighting

    torch.set_float32_matmul_precision("medium")
    try:
        with closing(stylize(*pictures, replace(SMALL, device=device, precision="full"), steer=steer)) as frames:  # type: ignore[arg-type, type-var]
            next(frames)
    finally:
        torch.set_float32_matmul_precision("highest")
    assert max(errors) < 1e-5


def test_a_painting_comes_as_far_as_on_a_processor(device: Device, pictures: tuple[Image.Image, Image.Image]) -> None:
    totals = []
    for where in (device, "cpu"):
        *_, last = stylize(*pictures, replace(SMALL, device=where, precision="full"))  # type: ignore[arg-type]
        assert last.device == where
        totals.append(last.losses["total"])
    assert totals[0] == pytest.approx(totals[1], rel=0.05)


def test_weights_may_change_on_the_way(device: Device, pictures: tuple[Image.Image, Image.Image]) -> None:
    """What a card has recorded of a step is for the weights of that step."""
    seen = []
    for where in (device, "cpu"):
        weights = iter([SMALL.weighting] * 7 + [SMALL.weighting._replace(content=9.0, tv=20.0)] * 9)
        settings = replace(SMALL, device=where, precision="full", scales=1)  # type: ignore[arg-type]
        seen.append([frame.losses for frame in stylize(*pictures, settings, steer=weights.__next__)])
    assert seen[0][7]["content"] > 4 * seen[0][5]["content"]
    for there, here in zip(*seen, strict=True):
        for name in LOSS_NAMES:
            assert there[name] == pytest.approx(here[name], rel=0.05, abs=1e-3)


@pytest.mark.parametrize("card", [CARD])
@pytest.mark.parametrize("precision", ["full", "auto"])
def test_regions_are_painted_as_on_a_processor(
    card: Device, precision: Precision, pictures: tuple[Image.Image, Image.Image]
) -> None:
    photo, painting = pictures
    left = Image.linear_gradient("L").rotate(90).resize(photo.size).point(lambda level: min(255, 2 * level))
    keep = Image.linear_gradient("L").resize(photo.size).point(lambda level: max(0, 4 * level - 765))
    frames = []
    for where, asked in ((card, precision), ("cpu", "full")):
        settings = replace(SMALL, device=where, precision=asked)  # type: ignore[arg-type]
        *_, last = stylize(photo, [painting, photo], settings, masks=[left, ImageOps.invert(left)], keep=keep)
        frames.append(last)
    assert frames[0].losses["total"] == pytest.approx(frames[1].losses["total"], rel=0.05)


@pytest.mark.parametrize("there", [True, False], ids=["from it", "to it"])
def test_a_painting_goes_on_elsewhere(
    device: Device, there: bool, pictures: tuple[Image.Image, Image.Image], tmp_path: Path
) -> None:
    first, second = (device, "cpu") if there else ("cpu", device)
    settings = replace(SMALL, precision="full")
    with closing(stylize(*pictures, replace(settings, device=first))) as frames:  # type: ignore[arg-type, type-var]
        frame = next(islice(frames, 7, None))
        assert frame.checkpoint is not None
        frame.checkpoint.save(tmp_path / "state")
    rest = list(stylize(*pictures, replace(settings, device=second), resume=tmp_path / "state"))  # type: ignore[arg-type]
    assert [frame.epoch for frame in rest] == [9, 10, 11, 12]
    for name in LOSS_NAMES:
        assert rest[0].losses[name] < 1.5 * frame.losses[name] + 0.1


def test_a_step_of_the_optimizer_fetches_no_number_for_each_pair(device: Device) -> None:
    """A card is waited for once, where a pair is judged, and not twice for each pair that is remembered."""
    optimizer, generator = LBFGS(), torch.Generator().manual_seed(0)
    scales = torch.logspace(0, 2, 1000).to(device)
    x = torch.randn(1000, generator=generator).to(device)
    for _ in range(8):
        x = optimizer.step(x, 1.0, scales * x)
    assert len(optimizer.pairs) == 6
    with fetches() as count:
        optimizer.step(x, 1.0, scales * x)
    assert count() <= 2


@contextmanager
def fetches() -> Iterator[Callable[[], int]]:
    """How many times numbers are fetched from a tensor."""
    seen = []

    class Counting(torch.utils._python_dispatch.TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if func is torch.ops.aten._local_scalar_dense.default:
                seen.append(func)
            return func(*args, **(kwargs or {}))

    with Counting():
        yield lambda: len(seen)


class TestBenchmark:
    """The script's logic, on the processor."""

    def test_prints_all_that_is_asked(self, capsys: pytest.CaptureFixture[str]) -> None:
        options = ["--device", "cpu", "--size", "96", "--large", "96", "--steps", "1", "--limit", "0.5"]
        assert gpu.main(options) == 0
        said = capsys.readouterr().out
        assert said.count("from a processor's in float32\n") == 4
        assert said.count("of the notebook's") == 8
        assert "  96 px: " in said

    def test_another_loss_is_told(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setattr(gpu, "parity", lambda *_: [gpu.Parity("default", "full", 2e-3)])
        monkeypatch.setattr(gpu, "step_seconds", lambda *_: [gpu.Step("default", 512, "full", 1.0, 2.0)])
        monkeypatch.setattr(gpu, "large_picture", lambda *_: (3.0, 220, 220))
        assert gpu.main(["--device", "cpu"]) == 1
        said = capsys.readouterr().out
        assert "more than 0.001" in said
        assert "0.50 of the notebook's" in said

    def test_a_large_picture_ends_at_its_limit(self) -> None:
        taken, done, epochs = gpu.large_picture("cpu", 96, 0.0)
        assert (done, epochs) == (1, Settings().epochs)
        assert taken > 0
