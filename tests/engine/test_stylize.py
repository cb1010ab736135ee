"""What a caller of `stylize` relies on: the notebook's losses, frames in order, and a picture whatever happens."""

import dataclasses
import math
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import islice, pairwise
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor, nn

from benchmarks import notebook
from styletransfer.engine import objective as objective_module
from styletransfer.engine import scaled_picture
from styletransfer.engine import stylize as engine
from styletransfer.engine.frames import LOSS_NAMES, Frame
from styletransfer.engine.objective import Objective
from styletransfer.engine.optimizers.total_variation_prox import TotalVariation
from styletransfer.engine.scaled_picture import ScaledPicture
from styletransfer.engine.scales import scale_shapes, split_epochs
from styletransfer.engine.style_targets import StyleTargets
from styletransfer.engine.stylize import stylize
from styletransfer.engine.tensors import pixel_range, to_image, to_tensor
from styletransfer.engine.vgg import network as network_module
from styletransfer.engine.vgg.fast.convolution import WinogradConvolution
from styletransfer.engine.vgg.network import Network
from styletransfer.engine.vgg.weights import Weights, load_weights
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import open_image
from styletransfer.settings import NOTEBOOK, SMALLEST_SIDE, SMALLEST_SIZE, Settings, Weighting
from styletransfer.support.paths import sample_paintings, sample_photos

MakePicture = Callable[..., Image.Image]

QUICK = Settings(
    size=96,
    epochs=6,
    style_weight=1e4,
    content_layers=("relu2_1",),
    style_layers=("relu1_1", "relu2_1"),
    optimizer="adam",
    learning_rate=0.1,
    scales=1,
    pyramid=1,
    device="cpu",
)
"""Two shallow blocks are enough where the network's depth does not matter."""


def quick(**changes: Any) -> Settings:
    return dataclasses.replace(QUICK, **changes)


def mean_difference(one: Image.Image | None, other: Image.Image | None) -> float:
    """Mean absolute difference in grey levels."""
    assert one is not None
    assert other is not None
    return float(np.abs(np.asarray(one, dtype=float) - np.asarray(other, dtype=float)).mean())


@pytest.fixture
def photo(soft_picture: MakePicture) -> Image.Image:
    return soft_picture(1, (96, 64))


@pytest.fixture
def painting(soft_picture: MakePicture) -> Image.Image:
    return soft_picture(2, (80, 100))


class TestNotebook:
    """The preset `notebook` against the notebook's loop, written out plainly in `benchmarks.notebook`."""

    SHAPE = (64, 96)
    SETTINGS = dataclasses.replace(NOTEBOOK, shape=SHAPE, epochs=10, device="cpu")

    @pytest.fixture
    def pictures(self, soft_picture: MakePicture) -> tuple[Image.Image, Image.Image]:
        return soft_picture(1, (96, 64)), soft_picture(2, (96, 64))

    def test_the_same_input(self, pictures: tuple[Image.Image, Image.Image]) -> None:
        for picture in pictures:
            assert torch.allclose(to_tensor(picture), notebook.preprocess(picture, self.SHAPE), atol=1e-5)

    def test_ten_steps_of_it(
        self,
        pictures: tuple[Image.Image, Image.Image],
        vgg19_features: nn.Sequential,
        vgg19: Weights,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """In double precision, as Adam makes a full step of the sign of a gradient, be it as small as its rounding.

        In single precision, ten steps of the plain loop itself are a percent off from the exact ones.
        """
        monkeypatch.setattr(engine, "network_dtype", lambda *_: torch.float64)
        for module in (scaled_picture, objective_module):
            monkeypatch.setattr(module, "to_tensor", lambda image, device=None: to_tensor(image, device).double())
        monkeypatch.setattr(network_module, "fastest_convolution", WinogradConvolution)
        inputs = (to_tensor(picture).double() for picture in pictures)
        expected = notebook.paint(deepcopy(vgg19_features).double(), *inputs)
        painted = [Image.new("RGB", (96, 64))]
        epochs = 0
        for frame, (losses, after) in zip(stylize(*pictures, self.SETTINGS, weights=vgg19), expected, strict=False):
            for name in LOSS_NAMES:
                assert frame.losses[name] == pytest.approx(losses[name], rel=1e-4), (frame.epoch, name)
            if frame.image is not None:  # it shows the picture that its losses belong to
                assert mean_difference(frame.image, painted[-1]) < 0.1
            painted.append(to_image(after))
            epochs = frame.epoch
        assert epochs == 10

    def test_its_losses_and_gradients_along_the_way(
        self, pictures: tuple[Image.Image, Image.Image], vgg19_features: nn.Sequential, vgg19: Weights
    ) -> None:
        """In single precision, as it is used: our objective at each of the loop's first ten pictures."""
        device = torch.device("cpu")
        network = Network(vgg19, self.SETTINGS, device)
        photo, painting = pictures
        paintings = StyleTargets([painting], photo, self.SETTINGS)
        at_scale = ScaledPicture(photo).at(self.SHAPE, device)
        objective = Objective.between(network, at_scale, paintings, self.SETTINGS)
        inputs = [notebook.preprocess(picture, self.SHAPE) for picture in pictures]
        picture = inputs[0]
        errors = []
        for losses, gradient, after in islice(notebook.paint_with_gradients(vgg19_features, *inputs), 10):
            x = picture.clone().requires_grad_()
            terms = objective.losses(x, self.SETTINGS.weighting)
            for name in LOSS_NAMES:
                assert terms[name].item() == pytest.approx(losses[name], rel=1e-4, abs=1e-9), name
            ours = torch.autograd.grad(terms["total"], x)[0]
            errors.append(float((ours - gradient).norm() / gradient.norm()))
            picture = after.clone()
        assert float(np.median(errors)) < 1e-4
        # Where two values to be pooled or two neighbouring pixels are equal but for rounding, either may be right.
        assert max(errors) < 1e-2


class TestFrames:
    def test_come_one_an_epoch_with_all_that_a_page_shows(
        self, photo: Image.Image, painting: Image.Image, vgg16: Weights
    ) -> None:
        frames = list(stylize(photo, painting, QUICK, weights=vgg16))
        assert [frame.epoch for frame in frames] == [1, 2, 3, 4, 5, 6]
        for frame in frames:
            assert (frame.epochs, frame.scale, frame.network, frame.message) == (6, (64, 96), "vgg16", None)
            assert tuple(frame.losses) == LOSS_NAMES
            assert all(math.isfinite(loss) for loss in frame.losses.values())
            terms = sum(frame.losses[name] for name in ("content", "style", "tv"))
            assert frame.losses["total"] == pytest.approx(terms, rel=1e-5)
            assert frame.image is not None
            assert (frame.image.mode, frame.image.size) == ("RGB", (96, 64))
        seconds = [frame.seconds for frame in frames]
        assert seconds == sorted(seconds)
        assert seconds[0] >= 0

    def test_weights_scale_the_terms(self, photo: Image.Image, painting: Image.Image, vgg16: Weights) -> None:
        def first(**changes: Any) -> Frame:
            return next(iter(stylize(photo, painting, quick(init="noise", **changes), weights=vgg16)))

        one = first().losses
        other = first(content_weight=2.0, style_weight=5e3, tv_weight=0.0).losses
        assert other["content"] == pytest.approx(2 * one["content"], rel=1e-5)
        assert other["style"] == pytest.approx(0.5 * one["style"], rel=1e-5)
        assert other["tv"] == 0

    def test_layer_weights_scale_their_layers(self, photo: Image.Image, painting: Image.Image, vgg16: Weights) -> None:
        def style(*layer_weights: float) -> float:
            settings = quick(style_loss="gram", style_layer_weights=layer_weights)
            return next(iter(stylize(photo, painting, settings, weights=vgg16))).losses["style"]

        assert style(3, 0.5) == pytest.approx(3 * style(1, 0) + 0.5 * style(0, 1), rel=1e-4)

    @pytest.mark.parametrize(("every", "shown"), [(1, [1, 2, 3, 4, 5, 6]), (4, [4, 6]), (100, [6])])
    def test_carry_the_picture_at_its_cadence_and_at_the_end(
        self, every: int, shown: list[int], photo: Image.Image, painting: Image.Image, vgg16: Weights
    ) -> None:
        frames = stylize(photo, painting, quick(preview_every=every), weights=vgg16)
        assert [frame.epoch for frame in frames if frame.image is not None] == shown

    @pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
    def test_are_the_same_again(
        self, optimizer: Any, photo: Image.Image, painting: Image.Image, vgg16: Weights
    ) -> None:
        settings = quick(optimizer=optimizer, init="noise", seed=7, pyramid=3, scales=2, size=192)
        one, other = (list(stylize(photo, painting, settings, weights=vgg16)) for _ in range(2))
        assert [frame.losses for frame in one] == [frame.losses for frame in other]
        assert mean_difference(one[-1].image, other[-1].image) == 0

    @pytest.mark.parametrize(("optimizer", "epochs"), [("adam", 12), ("lbfgs", 2), ("lbfgs", 3), ("lbfgs", 12)])
    def test_end_with_a_picture_no_worse_than_the_start(
        self, optimizer: Any, epochs: int, photo: Image.Image, painting: Image.Image, vgg16: Weights
    ) -> None:
        settings = quick(optimizer=optimizer, epochs=epochs)
        *_, last = stylize(photo, painting, settings, weights=vgg16)
        assert last.image is not None
        before, after = (look(photo, painting, picture, settings, vgg16) for picture in (photo, last.image))
        # One step may go uphill a little, which is how it gets on.
        assert after["total"] < before["total"] * (0.9 if epochs == 12 else 1.2)

    def test_carry_the_picture_that_their_losses_belong_to(
        self, photo: Image.Image, painting: Image.Image, vgg16: Weights
    ) -> None:
        for frame in stylize(photo, painting, QUICK, weights=vgg16):
            assert frame.image is not None
            again = look(photo, painting, frame.image, QUICK, vgg16)
            assert frame.losses["style"] == pytest.approx(again["style"], rel=0.05)
            assert frame.losses["tv"] == pytest.approx(again["tv"], rel=0.05)

    def test_weights_can_be_steered_on_the_way(self, photo: Image.Image, painting: Image.Image, vgg16: Weights) -> None:
        settings = quick(optimizer="lbfgs", epochs=14)
        chosen = [settings.weighting]
        totals = []
        for frame in stylize(photo, painting, settings, weights=vgg16, steer=lambda: chosen[-1]):
            totals.append(frame.losses["total"])
            assert (frame.losses["style"] == 0) == (chosen[-1].style == 0)
            if frame.epoch == 6:
                chosen.append(Weighting(5.0, 0.0, 1.0))
        assert min(totals[10:]) < totals[6]


@torch.no_grad()
def look(
    photo: Image.Image, painting: Image.Image, picture: Image.Image, settings: Settings, weights: Weights
) -> dict[str, float]:
    """All terms of the objective at a picture."""
    shape = scale_shapes(photo.size, settings)[-1]
    device = torch.device("cpu")
    paintings = StyleTargets([painting], photo, settings)
    at_scale = ScaledPicture(photo).at(shape, device)
    objective = Objective.between(Network(weights, settings, device), at_scale, paintings, settings)
    resized = picture.convert("RGB").resize((shape[1], shape[0]), Image.Resampling.LANCZOS)
    return {name: float(loss) for name, loss in objective.losses(to_tensor(resized), settings.weighting).items()}


class TestStopping:
    @pytest.fixture
    def looks(self, monkeypatch: pytest.MonkeyPatch) -> list[Tensor]:
        """Every picture whose losses were taken."""
        seen: list[Tensor] = []
        losses = Objective.losses

        def counted(self: Objective, picture: Tensor, weighting: Weighting) -> Any:
            seen.append(picture)
            return losses(self, picture, weighting)

        monkeypatch.setattr(Objective, "losses", counted)
        return seen

    def test_close_stops_at_once(
        self, looks: list[Tensor], photo: Image.Image, painting: Image.Image, vgg16: Weights
    ) -> None:
        frames: Any = stylize(photo, painting, quick(epochs=1000), weights=vgg16)
        *_, last = islice(frames, 12)
        frames.close()
        assert len(looks) <= 13
        assert last.image is not None
        assert list(frames) == []

    def test_nothing_is_done_ahead(
        self, looks: list[Tensor], photo: Image.Image, painting: Image.Image, vgg16: Weights
    ) -> None:
        frames = stylize(photo, painting, quick(epochs=1000), weights=vgg16)
        assert not looks
        next(frames)
        assert len(looks) == 1


class TestBounds:
    """No pixel leaves the range from 0 to 1, and what the last frame tells is true of the file that is saved."""

    @settings_(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        size=st.integers(SMALLEST_SIZE, 160),
        style_weight=st.floats(1e2, 1e6),
        tv_weight=st.floats(0, 50),
        optimizer=st.sampled_from(["adam", "lbfgs"]),
        pyramid=st.integers(1, 3),
        init=st.sampled_from(["photo", "noise"]),
        tv_loss=st.sampled_from(["squared", "absolute"]),
    )
    def test_hold_at_every_step(self, vgg16: Weights, soft_picture: MakePicture, **changes: Any) -> None:
        photo, painting = soft_picture(1, (96, 64)), soft_picture(2, (80, 100))
        low, high = pixel_range()
        for frame in stylize(photo, painting, quick(epochs=9, scales=2, **changes), weights=vgg16):
            assert frame.checkpoint is not None
            picture = frame.checkpoint.state.picture  # type: ignore[attr-defined]
            assert (picture >= low - 1e-5).all()
            assert (picture <= high + 1e-5).all()

    @pytest.mark.parametrize("precision", ["full", "half"])
    @pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
    def test_the_saved_picture_has_the_losses_that_were_told(self, optimizer: Any, precision: Any) -> None:
        """With the real network: one of random numbers makes much of the last bit that a file rounds away."""
        vgg16 = load_weights("vgg16")
        photo, painting = (open_image(paths[0]) for paths in (sample_photos(), sample_paintings()))
        settings = dataclasses.replace(
            Settings(), size=96, epochs=20, optimizer=optimizer, precision=precision, device="cpu"
        )
        *_, last = stylize(photo, painting, settings, weights=vgg16)
        once = dataclasses.replace(settings, scales=1, epochs=1)
        (saved,) = stylize(photo, painting, once, start=last.image, weights=vgg16)
        for name in LOSS_NAMES:
            assert saved.losses[name] == pytest.approx(last.losses[name], rel=0.02), name

    def test_the_notebook_tells_the_clipped_picture_s_losses_as_well(self, vgg16: Weights) -> None:
        photo, painting = (open_image(paths[0]) for paths in (sample_photos(), sample_paintings()))
        settings = dataclasses.replace(NOTEBOOK, shape=(64, 96), epochs=20, device="cpu")
        *_, last = stylize(photo, painting, settings, weights=vgg16)
        once = dataclasses.replace(settings, epochs=1)
        (saved,) = stylize(photo, painting, once, start=last.image, weights=vgg16)
        assert last.clipped_losses is not None
        for name in LOSS_NAMES:
            assert saved.losses[name] == pytest.approx(last.clipped_losses[name], rel=0.02), name
        assert last.losses["style"] < last.clipped_losses["style"]


class TestPaintedAllOver:
    def test_no_part_of_the_canvas_stays_a_photograph(self) -> None:
        """By the least painted of 3 x 3 tiles, on a pair whose sky is a wide, even gradient."""
        photos = {path.stem: open_image(path).convert("RGB") for path in sample_photos()}
        paintings = {path.stem: open_image(path).convert("RGB") for path in sample_paintings()}
        settings = dataclasses.replace(Settings(), size=128, epochs=40, preview_every=40, device="cpu")
        photo, painting = photos["sunset"], paintings["swirl"]
        *_, last = stylize(photo, painting, settings)
        assert last.image is not None
        before = np.asarray(photo.resize(last.image.size), dtype=float)
        change = np.abs(np.asarray(last.image, dtype=float) - before).mean(axis=2)
        rows = [part for band in np.array_split(change, 3) for part in np.array_split(band, 3, axis=1)]
        assert min(part.mean() for part in rows) > 25


class TestPictures:
    def test_transparency_of_the_photo_comes_back(
        self, photo: Image.Image, painting: Image.Image, vgg16: Weights
    ) -> None:
        alpha = Image.linear_gradient("L").resize(photo.size)
        photo.putalpha(alpha)
        *_, last = stylize(photo, painting, QUICK, weights=vgg16)
        assert last.image is not None
        assert last.image.mode == "RGBA"
        assert mean_difference(last.image.getchannel("A"), alpha) == 0
        *_, smaller = stylize(photo, painting, quick(size=72, epochs=1), weights=vgg16)
        assert smaller.image is not None
        assert mean_difference(smaller.image.getchannel("A"), alpha.resize((72, 48))) < 2

    @pytest.mark.parametrize(("size", "result"), [((60, 150), (38, 96)), ((150, 60), (96, 38)), ((70, 70), (96, 96))])
    def test_any_two_shapes_go_together(
        self, size: tuple[int, int], result: tuple[int, int], soft_picture: MakePicture, vgg16: Weights
    ) -> None:
        for other in ((90, 40), (40, 90)):
            *_, last = stylize(soft_picture(1, size), soft_picture(2, other), quick(epochs=1), weights=vgg16)
            assert last.image is not None
            assert last.image.size == result

    def test_a_narrow_painting_is_no_obstacle(self, soft_picture: MakePicture, vgg16: Weights) -> None:
        """A strip of 8 to 1 is what `open_image` lets through."""
        settings = Settings(size=SMALLEST_SIZE, epochs=1, scales=1, device="cpu")
        *_, last = stylize(soft_picture(1, (64, 64)), soft_picture(2, (640, 80)), settings, weights=vgg16)
        assert last.image is not None

    def test_start_is_the_photo_or_a_given_picture(
        self, photo: Image.Image, painting: Image.Image, soft_picture: MakePicture, vgg16: Weights
    ) -> None:
        still = quick(epochs=1, learning_rate=1e-6)
        *_, from_photo = stylize(photo, painting, still, weights=vgg16)
        assert mean_difference(from_photo.image, photo) < 0.01
        other = soft_picture(3, (192, 128))
        *_, from_other = stylize(photo, painting, still, start=other, weights=vgg16)
        assert mean_difference(from_other.image, other.resize(photo.size, Image.Resampling.LANCZOS)) < 2

    def test_noise_is_another_one_with_another_seed(
        self, photo: Image.Image, painting: Image.Image, vgg16: Weights
    ) -> None:
        def noise(seed: int) -> Image.Image | None:
            settings = quick(init="noise", seed=seed, epochs=1, learning_rate=1e-6)
            return list(stylize(photo, painting, settings, weights=vgg16))[-1].image

        assert mean_difference(noise(1), noise(1)) == 0
        assert mean_difference(noise(1), noise(2)) > 10
        assert mean_difference(noise(1), photo) > 10


class TestDivergence:
    """A loss that is not a number must cost steps, never the picture."""

    @staticmethod
    def spoil(monkeypatch: pytest.MonkeyPatch, bad: Callable[[int, Tensor], bool], *, gradient: bool = False) -> None:
        """Make the losses NaN (or their gradient alone) wherever `bad(look, picture)` says so; looks count from 1."""
        losses, looks = Objective.losses, iter(range(1, 1_000_000))

        def spoiled(self: Objective, picture: Tensor, weighting: Weighting) -> Any:
            terms = losses(self, picture, weighting)
            if not bad(next(looks), picture.detach()):
                return terms
            if gradient:
                picture.register_hook(lambda grad: grad * math.nan)
                return terms
            return {name: term * math.nan for name, term in terms.items()}

        monkeypatch.setattr(Objective, "losses", spoiled)

    @staticmethod
    def check(frames: Iterator[Frame], photo: Image.Image) -> list[Frame]:
        """Paint to the end; every frame must be presentable."""
        seen = []
        for frame in frames:
            assert all(math.isfinite(loss) for loss in frame.losses.values())
            assert frame.image is not None
            # No black, and no saturated noise: such a short painting cannot have gone far from the photo.
            assert mean_difference(frame.image, photo) < 60
            assert np.asarray(frame.image).std() > 10
            seen.append(frame)
        return seen

    @pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
    @pytest.mark.parametrize("gradient", [False, True])
    def test_goes_back_says_so_and_goes_on(
        self,
        optimizer: Any,
        gradient: bool,
        photo: Image.Image,
        painting: Image.Image,
        vgg16: Weights,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.spoil(monkeypatch, lambda look, _: look in (4, 8, 9), gradient=gradient)
        settings = quick(optimizer=optimizer, epochs=12)
        frames = self.check(stylize(photo, painting, settings, weights=vgg16), photo)
        assert [frame.epoch for frame in frames] == list(range(1, 13))
        assert [frame.epoch for frame in frames if frame.message] == [4, 8, 9]
        assert frames[-1].losses["total"] < frames[2].losses["total"]
        assert mean_difference(frames[3].image, frames[2].image) < 10

    @pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
    def test_gives_up_in_one_sentence_when_every_step_diverges(
        self,
        optimizer: Any,
        photo: Image.Image,
        painting: Image.Image,
        vgg16: Weights,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        start = to_tensor(photo)
        self.spoil(monkeypatch, lambda _, picture: not torch.equal(picture, start))
        frames = stylize(photo, painting, quick(optimizer=optimizer, epochs=19), weights=vgg16)
        with pytest.raises(StyleTransferError, match="smaller"):
            self.check(frames, photo)

    def test_gives_up_at_once_when_the_start_is_hopeless(
        self, photo: Image.Image, painting: Image.Image, vgg16: Weights
    ) -> None:
        with pytest.raises(StyleTransferError, match="smaller weights"):
            next(stylize(photo, painting, quick(style_weight=1e300), weights=vgg16))

    def test_a_solver_that_jumps_into_nothing_leaves_no_black_picture(
        self, photo: Image.Image, painting: Image.Image, vgg16: Weights, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The losses are finite where the optimizer stood; only its next point is not."""
        calls = iter(range(1, 100))

        class Jumpy(engine.Adam):
            def step(self, x: Tensor, loss: float, grad: Tensor, variation: TotalVariation | None = None) -> Tensor:
                after = super().step(x, loss, grad, variation)
                return after * math.nan if next(calls) in (3, 8) else after

        monkeypatch.setattr(engine, "Adam", Jumpy)
        frames = self.check(stylize(photo, painting, quick(epochs=8), weights=vgg16), photo)
        assert len(frames) == 8


class TestRefusals:
    def test_a_photo_that_is_too_narrow(self, soft_picture: MakePicture, painting: Image.Image, vgg16: Weights) -> None:
        with pytest.raises(StyleTransferError, match="narrow"):
            next(stylize(soft_picture(1, (400, 30)), painting, QUICK, weights=vgg16))

    @pytest.mark.parametrize("device", ["cuda", "mps"])
    def test_a_device_that_is_not_there(
        self,
        device: Any,
        photo: Image.Image,
        painting: Image.Image,
        vgg16: Weights,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
        with pytest.raises(StyleTransferError, match=device):
            next(stylize(photo, painting, quick(device=device), weights=vgg16))
        assert engine.find_device("auto") == torch.device("cpu")

    def test_a_layer_that_the_network_lacks(self, photo: Image.Image, painting: Image.Image, vgg16: Weights) -> None:
        with pytest.raises(StyleTransferError, match="relu4_4"):
            next(stylize(photo, painting, quick(content_layers=("relu4_4",)), weights=vgg16))


class TestScales:
    def test_grow_to_the_final_shape(self, soft_picture: MakePicture, painting: Image.Image, vgg16: Weights) -> None:
        settings = quick(size=161, scales=2, epochs=5)
        frames = list(stylize(soft_picture(1, (200, 170)), painting, settings, weights=vgg16))
        shapes = [frame.scale for frame in frames]
        assert len(frames) == 5
        assert shapes == sorted(shapes)
        assert len(set(shapes)) == 2
        assert shapes[-1] == (137, 161)
        assert [frame.image.size for frame in frames if frame.image] == [(w, h) for h, w in shapes]

    def test_a_larger_one_begins_with_what_the_smaller_one_painted(
        self, painting: Image.Image, soft_picture: MakePicture, vgg16: Weights
    ) -> None:
        settings = quick(size=160, scales=2, epochs=2, init="noise", learning_rate=1e-6)
        small, large = stylize(soft_picture(1, (160, 160)), painting, settings, weights=vgg16)
        assert small.image is not None
        assert large.image is not None
        assert mean_difference(large.image.resize(small.image.size), small.image) < 25

    @given(
        photo=st.tuples(st.integers(1, 6000), st.integers(1, 6000)),
        size=st.integers(SMALLEST_SIZE, 4096),
        scales=st.integers(1, 8),
    )
    def test_shapes(self, photo: tuple[int, int], size: int, scales: int) -> None:
        settings = Settings(size=size, scales=scales)
        narrow = min(photo) * size / max(photo) < SMALLEST_SIDE - 0.5
        if narrow:
            with pytest.raises(StyleTransferError, match="narrow"):
                scale_shapes(photo, settings)
            return
        shapes = scale_shapes(photo, settings)
        assert 1 <= len(shapes) <= scales
        width, height = photo
        final = shapes[-1]
        assert max(final) == size
        assert final[0] == pytest.approx(size * height / max(photo), abs=0.51)
        assert final[1] == pytest.approx(size * width / max(photo), abs=0.51)
        for small, large in pairwise(shapes):
            for shorter, longer in zip(small, large, strict=True):
                assert 2 * shorter == pytest.approx(longer, abs=2)
                assert shorter >= SMALLEST_SIDE

    @given(short=st.integers(20, 400), long=st.integers(401, 3000), size=st.integers(SMALLEST_SIZE, 600))
    def test_the_size_that_is_advised_is_large_enough(self, short: int, long: int, size: int) -> None:
        try:
            scale_shapes((short, long), Settings(size=size))
        except StyleTransferError as error:
            advised = int(str(error).split("at least ")[1].split(",")[0])
            assert min(scale_shapes((short, long), Settings(size=advised))[-1]) >= SMALLEST_SIDE

    def test_a_fixed_shape_is_kept(self) -> None:
        assert scale_shapes((640, 480), Settings(shape=(300, 450), scales=1)) == [(300, 450)]

    @given(epochs=st.integers(1, 2000), scales=st.integers(1, 8))
    def test_epochs_are_shared_out_without_rest(self, epochs: int, scales: int) -> None:
        shares = split_epochs(epochs, scales)
        assert len(shares) == scales
        assert sum(shares) == epochs
        assert 1 not in shares or epochs == 1  # a scale's first epoch only looks
        assert min(shares) > 0 or epochs < 50 * scales
        assert shares == sorted(shares)  # most where it shows


def test_really_paints() -> None:
    """The bundled network, a sample photo, a sample painting: the manner changes, the subject does not."""
    photos = {path.stem: path for path in sample_photos()}
    paintings = {path.stem: path for path in sample_paintings()}
    photo, unrelated = open_image(photos["cat"]), open_image(photos["city"])
    painting = open_image(paintings["swirl"])
    weights = load_weights("vgg16")
    settings = dataclasses.replace(Settings(), size=128, epochs=30, preview_every=30, device="cpu")
    *_, last = stylize(photo, painting, settings, weights=weights)
    assert last.image is not None

    def terms(picture: Image.Image) -> dict[str, float]:
        return look(photo, painting, picture, settings, weights)

    result = terms(last.image)
    assert result["style"] <= 0.1 * terms(photo)["style"]
    assert result["content"] <= 0.7 * min(terms(painting)["content"], terms(unrelated)["content"])
    assert mean_difference(last.image, photo.resize(last.image.size)) > 5


class TestBest:
    """A step may lead uphill, on its way to a better place; what is shown and kept does not follow."""

    def test_no_later_picture_of_a_scale_is_worse(
        self, photo: Image.Image, painting: Image.Image, vgg16: Weights, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looks: list[float] = []
        fetched = engine.fetched

        def noted(terms: Any, grad: Tensor) -> Any:
            looks.append(terms["total"].item())
            return fetched(terms, grad)

        monkeypatch.setattr(engine, "fetched", noted)
        settings = quick(optimizer="lbfgs", size=192, scales=2, epochs=24)
        frames = list(stylize(photo, painting, settings, weights=vgg16))
        for one, other in pairwise(frames):
            if one.scale == other.scale:
                assert other.losses["total"] <= one.losses["total"]
        assert any(look > frame.losses["total"] for look, frame in zip(looks, frames, strict=True))
        last = [look for look, frame in zip(looks, frames, strict=True) if frame.scale == frames[-1].scale]
        assert frames[-1].losses["total"] == pytest.approx(min(last))

    def test_a_walk_uphill_ends(self, photo: Image.Image, vgg16: Weights, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each step is a tenth worse than the last: soon one is taken back, however many there are."""
        losses: list[float] = []
        backtracks = []

        class Uphill(engine.LBFGS):
            def backtrack(self, variation: TotalVariation | None = None) -> Tensor:
                backtracks.append(len(losses))
                return super().backtrack(variation)

        monkeypatch.setattr(engine, "make_optimizer", lambda *_: Uphill())
        settings = quick(optimizer="lbfgs")
        objective = Slope(losses, vgg16, settings)
        steps = engine.optimize(objective, to_tensor(photo), 20, settings, lambda: QUICK.weighting)
        totals = [step.state.losses["total"] for step in steps]
        assert totals == [1.0] * 20
        assert backtracks[0] == 3  # at 1.21 times the first loss

    def test_it_is_another_one_with_other_weights(
        self, photo: Image.Image, painting: Image.Image, vgg16: Weights
    ) -> None:
        chosen = [QUICK.weighting]
        totals = []
        settings = quick(optimizer="lbfgs", epochs=8)
        for frame in stylize(photo, painting, settings, weights=vgg16, steer=lambda: chosen[-1]):
            totals.append(frame.losses["total"])
            if frame.epoch == 4:
                chosen.append(Weighting(100.0, 1e5, 100.0))
        assert totals[4] > 5 * totals[3]

    def test_adams_last_picture_counts(self, photo: Image.Image, painting: Image.Image, vgg16: Weights) -> None:
        totals = [
            frame.losses["total"]
            for frame in stylize(photo, painting, quick(epochs=12, learning_rate=5.0), weights=vgg16)
        ]
        assert totals != sorted(totals, reverse=True)


class Slope(Objective):
    """An objective that is a tenth worse at every look."""

    def __init__(self, losses: list[float], weights: Weights, settings: Settings) -> None:
        super().__init__(Network(weights, settings), [], [], settings)
        object.__setattr__(self, "_losses", losses)

    def losses(self, picture: Tensor, weighting: Weighting) -> dict[str, Tensor]:  # noqa: ARG002
        self._losses.append(1.1 ** len(self._losses))
        smooth = 0 * picture.sum()
        return {"content": smooth, "style": smooth, "tv": smooth, "total": smooth + self._losses[-1]}
