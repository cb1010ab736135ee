"""The frozen network against torchvision's own layers, whole and in stripes."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from styletransfer.engine import memory_bounds
from styletransfer.engine.losses.gram import gram_loss
from styletransfer.engine.losses.total_variation import total_variation
from styletransfer.engine.picture_margin import mirrored
from styletransfer.engine.vgg import network as network_module
from styletransfer.engine.vgg.fast import block
from styletransfer.engine.vgg.fast.convolution import Convolution
from styletransfer.engine.vgg.network import Network
from styletransfer.engine.vgg.weights import SLOTS, Weights, calibration_pictures, load_weights
from styletransfer.errors import StyleTransferError
from styletransfer.settings import Settings


def random_picture(height: int, width: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(1)).to(dtype)


@pytest.fixture(scope="module")
def photos() -> list[Tensor]:
    return list(calibration_pictures())


def layer_names(network: str, kind: str) -> tuple[str, ...]:
    return tuple(slot.name.replace("conv", kind) for slot in SLOTS[network])


def unscaled(weights: Weights) -> Weights:
    """The same network, of which rescaling leaves every number as it is."""
    return dataclasses.replace(weights, activation_means=torch.ones_like(weights.activation_means))


def as_trained(**changes: Any) -> Settings:
    """Settings with which the network is what it was trained as."""
    return Settings(**{"pooling": "max", "padding": "zeros", **changes})


def seen_by_torchvision(features: nn.Sequential, picture: Tensor) -> dict[str, Tensor]:
    """What each of torchvision's layers gives, by our names."""
    network = "vgg19" if sum(isinstance(layer, nn.Conv2d) for layer in features) == 16 else "vgg16"
    names = {slot.index: slot.name for slot in SLOTS[network]}
    names |= {slot.index + 1: slot.name.replace("conv", "relu") for slot in SLOTS[network]}
    seen, x = {}, picture
    with torch.no_grad():
        for index, layer in enumerate(features):
            x = layer(x.clone())  # its ReLU works in place
            if index in names:
                seen[names[index]] = x
    return seen


class TestTaps:
    @pytest.mark.parametrize("name", ["vgg16", "vgg19"])
    @pytest.mark.parametrize("kind", ["relu", "conv"])
    def test_see_what_torchvision_sees(self, name: str, kind: str, request: pytest.FixtureRequest) -> None:
        layers = layer_names(name, kind)
        settings = as_trained(content_layers=layers, style_layers=layers)
        picture = random_picture(50, 67)
        expected = seen_by_torchvision(request.getfixturevalue(f"{name}_features"), picture)
        content, moments = Network(unscaled(request.getfixturevalue(name)), settings)(picture)
        for layer, features, seen in zip(layers, content, moments, strict=True):
            exact = expected[layer]
            assert features.shape == exact.shape
            assert float((features - exact).norm() / exact.norm()) < 1e-4, layer
            x = exact[0].flatten(1)
            assert float((seen.gram - x @ x.T / x.numel()).norm() / seen.gram.norm()) < 1e-4, layer
            assert float((seen.mean - x.mean(1)).norm() / seen.mean.norm()) < 1e-4, layer

    def test_keep_the_order_in_which_they_were_named(self, vgg16: Weights) -> None:
        picture = random_picture(32, 32)
        layers = ("relu3_1", "conv1_1", "relu2_2")
        settings = Settings(content_layers=layers, style_layers=layers[::-1])
        content, moments = Network(vgg16, settings)(picture)
        assert [features.shape[1] for features in content] == [256, 64, 128]
        assert [len(seen.mean) for seen in moments] == [128, 64, 256]

    @pytest.mark.parametrize(("name", "last"), [("vgg16", "relu4_3"), ("vgg19", "relu4_4")])
    def test_last_is_the_last_of_its_block(self, name: str, last: str, request: pytest.FixtureRequest) -> None:
        picture, weights = random_picture(32, 48), request.getfixturevalue(name)
        by_name, by_number = (
            Network(weights, Settings(content_layers=(layer,), style_layers=("relu1_1",)))(picture).content[0]
            for layer in ("relu4_last", last)
        )
        assert torch.equal(by_name, by_number)

    @pytest.mark.parametrize("layer", ["relu4_4", "relu6_1", "relu0_1", "relu1_0", "pool1", "", "relu4_", "RELU4_1"])
    def test_unknown_ones_are_refused_by_name(self, layer: str, vgg16: Weights) -> None:
        for layers in ({"content_layers": (layer,)}, {"style_layers": (layer,)}):
            with pytest.raises(StyleTransferError, match="no layer") as caught:
                Network(vgg16, Settings(**layers))  # type: ignore[arg-type]
            assert repr(layer) in str(caught.value)

    def test_deeper_than_the_weights_reach_is_refused(self, vgg16: Weights) -> None:
        short = Weights("vgg16", vgg16.convolutions[:11], vgg16.activation_means[:11], "up to conv5_1")
        Network(short, Settings(style_layers=("conv5_1",)))
        with pytest.raises(StyleTransferError, match="layer"):
            Network(short, Settings(style_layers=("relu5_3",)))

    def test_nothing_is_computed_behind_the_deepest(self, vgg16: Weights) -> None:
        network = Network(vgg16, Settings(content_layers=("relu2_1",), style_layers=("relu1_2",)))
        assert [len(block.stage.convolutions) for block in network.blocks] == [2, 1]


class TestGradient:
    @pytest.mark.parametrize(
        ("content", "style"),
        [
            (("relu4_3",), ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "conv5_1")),  # the notebook's
            (("conv2_1", "relu2_1", "relu3_3"), ("conv2_1", "relu2_1", "conv3_3")),  # several where one was read
            (("relu1_2",), ("conv1_2", "relu2_2")),
        ],
    )
    def test_is_that_of_plain_autograd(self, content: tuple[str, ...], style: tuple[str, ...], vgg16: Weights) -> None:
        settings = as_trained(content_layers=content, style_layers=style)
        picture = random_picture(39, 52, torch.float64).requires_grad_()
        plain = plainly(unscaled(vgg16), picture)
        seen = [plain[name] for name in content]
        seen += [x @ x.T / x.numel() for x in (plain[name][0].flatten(1) for name in style)]
        ours = Network(unscaled(vgg16), settings, dtype=torch.float64)(picture)
        generator = torch.Generator().manual_seed(2)
        factors = [torch.randn(x.shape, dtype=torch.float64, generator=generator) for x in seen]
        expected, gradient = (
            torch.autograd.grad(sum((x * f).sum() for x, f in zip(terms, factors, strict=True)), picture)[0]
            for terms in (seen, [*ours.content, *(one.gram for one in ours.moments)])
        )
        assert float((gradient - expected).norm() / expected.norm()) < 1e-10


def plainly(weights: Weights, x: Tensor) -> dict[str, Tensor]:
    """What each convolution and each ReLU gives, by our names, for autograd to differentiate."""
    seen: dict[str, Tensor] = {}
    for slot, (weight, bias) in zip(SLOTS[weights.name], weights.convolutions, strict=True):
        if slot.name.endswith("_1") and slot.name != "conv1_1":
            x = F.max_pool2d(x, 2)
        seen[slot.name] = F.conv2d(x, weight.to(x), bias.to(x), padding=1)
        seen[slot.name.replace("conv", "relu")] = x = seen[slot.name].relu()
    return seen


class TestPooling:
    def test_average_is_the_average_but_for_a_factor(self, vgg16: Weights, vgg16_features: nn.Sequential) -> None:
        settings = as_trained(content_layers=("relu1_2", "conv2_1"), style_layers=("relu1_1",), pooling="average")
        before, after = Network(unscaled(vgg16), settings)(random_picture(33, 38)).content
        gain = network_module.AVERAGE_POOLING_GAIN[0]
        with torch.no_grad():
            expected = vgg16_features[5](gain * F.avg_pool2d(before, 2))
        assert float((after - expected).norm() / expected.norm()) < 1e-4

    def test_average_leaves_the_layers_as_lively_as_max(self, photos: list[Tensor]) -> None:
        """Otherwise the weights of content and style would mean something else with either pooling."""
        weights = load_weights("vgg16")
        names = ("relu2_1", "relu3_1", "relu4_1", "relu5_1")
        means = {}
        for pooling in ("max", "average"):
            network = Network(weights, Settings(content_layers=names, style_layers=names, pooling=pooling))  # type: ignore[arg-type]
            means[pooling] = mean_activations(network, photos[::3])
        assert torch.allclose(means["average"], means["max"], rtol=0.25)


class TestPadding:
    """With "reflect" the network sees the picture mirrored over its borders, and counts what lies within them."""

    LAYERS = ("relu1_1", "relu2_2", "relu3_1", "conv4_2", "relu5_1")

    def moments(self, weights: Weights, picture: Tensor, **changes: Any) -> list[Any]:
        settings = as_trained(content_layers=("relu1_1",), style_layers=self.LAYERS, **changes)
        return Network(weights, settings)(picture).moments

    def test_is_a_mirrored_picture_of_which_the_margin_does_not_count(self, vgg16: Weights) -> None:
        picture = random_picture(50, 67)
        plain = plainly(unscaled(vgg16), F.pad(picture, (16,) * 4, mode="reflect"))
        for layer, seen in zip(self.LAYERS, self.moments(unscaled(vgg16), picture, padding="reflect"), strict=True):
            edge = 16 >> (int(layer[4]) - 1)
            x = plain[layer][0, :, edge:-edge, edge:-edge].flatten(1)
            assert float((seen.gram - x @ x.T / x.numel()).norm() / seen.gram.norm()) < 1e-4, layer
            assert float((seen.mean - x.mean(1)).norm() / seen.mean.norm()) < 1e-4, layer

    def test_content_is_that_of_a_mirrored_picture_without_its_margin(self, vgg16: Weights) -> None:
        settings = as_trained(content_layers=("relu2_2", "relu4_2"), style_layers=("relu1_1",), padding="reflect")
        network, picture = Network(vgg16, settings), random_picture(50, 67)
        alone = network(picture).content
        whole = network(mirrored(picture, 16), has_margin=True)
        for seen, seen_whole, edge in zip(alone, whole.content, (8, 2), strict=True):
            assert torch.equal(seen, seen_whole[:, :, edge:-edge, edge:-edge])

    def test_style_leaves_out_a_margin_that_is_the_pictures_own(self, vgg16: Weights) -> None:
        settings = as_trained(content_layers=("relu1_1",), style_layers=("relu1_1",), padding="reflect")
        network, whole = Network(vgg16, settings), random_picture(64, 80)
        grey = whole.clone()
        grey[:, :, :15] = 0.5  # but for the last row, which the first that counts borders on
        assert torch.equal(
            network(whole, has_margin=True).moments[0].mean, network(grey, has_margin=True).moments[0].mean
        )

    def test_no_border_is_to_be_told_from_the_middle(self, vgg16: Weights) -> None:
        """A flat picture has the same features all over, but for the frame that zeros leave."""
        flat = torch.full((1, 3, 96, 96), 0.7)
        for padding, framed in (("reflect", False), ("zeros", True)):
            for seen in self.moments(vgg16, flat, padding=padding)[:3]:
                assert (float(seen.covariance.trace()) > 1e-3 * float(seen.second.trace())) == framed

    def test_a_pixel_is_pulled_at_where_it_is_and_not_where_its_mirror_image_is(self, vgg16: Weights) -> None:
        picture = random_picture(48, 64)
        settings = as_trained(content_layers=("relu1_1",), style_layers=("relu3_1",), padding="reflect")
        network = Network(vgg16, settings)

        picture.requires_grad_()
        (alone,) = torch.autograd.grad(network(picture).moments[0].second.square().sum(), picture)
        whole = F.pad(picture.detach(), (16,) * 4, mode="reflect").requires_grad_()
        seen = network(whole, has_margin=True).moments[0].second.square().sum()
        (of_margin_too,) = torch.autograd.grad(seen, whole)
        assert torch.allclose(alone, of_margin_too[:, :, 16:-16, 16:-16], rtol=1e-3, atol=1e-6)

    @pytest.mark.parametrize("shape", [(32, 32), (33, 47), (40, 200)])
    def test_the_smallest_pictures_have_an_inside(self, shape: tuple[int, int], vgg16: Weights) -> None:
        assert all(torch.isfinite(seen.second).all() for seen in self.moments(vgg16, random_picture(*shape)))


@torch.no_grad()
def mean_activations(network: Network, pictures: Sequence[Tensor]) -> Tensor:
    rows = [torch.stack([features.mean() for features in network(picture).content]) for picture in pictures]
    return torch.stack(rows).mean(dim=0)


class TestNormalization:
    def test_every_layer_of_the_bundled_network_has_mean_activation_1(self, photos: list[Tensor]) -> None:
        names = layer_names("vgg16", "relu")[:11]
        network = Network(load_weights("vgg16"), as_trained(content_layers=names, style_layers=names))
        means = mean_activations(network, photos)
        assert torch.allclose(means, torch.ones(len(names)), rtol=0.05), means

    def test_features_are_the_raw_ones_over_their_mean(self, vgg19: Weights) -> None:
        names = (*layer_names("vgg19", "relu"), "conv4_2")
        picture = random_picture(34, 45)
        raw, normal = (
            Network(vgg19, as_trained(content_layers=names, style_layers=("relu1_1",), normalized=normalized))(
                picture
            ).content
            for normalized in (False, True)
        )
        means = [*vgg19.activation_means.tolist(), float(vgg19.activation_means[9])]
        for before, after, mean in zip(raw, normal, means, strict=True):
            assert float((after * mean - before).norm() / before.norm()) < 1e-4


class TestStripes:
    """What does not fit into memory at once must give the same, to the last row."""

    @pytest.fixture
    def stripes(self, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """The number of stripes of each block that was cut."""
        counts: list[int] = []
        cut = block._stripes

        def counted(*args: Any) -> list[tuple[slice, slice]]:
            counts.append(len(cut(*args)))
            return cut(*args)

        monkeypatch.setattr(block, "_stripes", counted)
        return counts

    @staticmethod
    def activations(weights: Weights, settings: Settings, picture: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """All terms of an objective, and the gradient of their sum."""
        network = Network(weights, settings, dtype=dtype)
        x = picture.to(dtype).requires_grad_()
        content, moments = network(x)
        style = [
            gram_loss(seen.gram, torch.eye(len(seen.mean), dtype=dtype)) + seen.mean.square().mean() for seen in moments
        ]
        terms = torch.stack([content[0].square().mean(), torch.stack(style).sum(), total_variation(x)])
        return terms.detach(), torch.autograd.grad(terms.sum(), x)[0]

    @pytest.mark.parametrize(
        ("shape", "rows", "pooling", "padding"),
        [
            ((37, 33), 4, "max", "zeros"),  # the narrowest stripes there are
            ((37, 33), 4, "average", "reflect"),  # some lie all in the margin
            ((49, 34), 12, "average", "zeros"),
            ((66, 45), 28, "max", "reflect"),
        ],
    )
    def test_equal_the_whole(
        self,
        shape: tuple[int, int],
        rows: int,
        pooling: Any,
        padding: Any,
        vgg16: Weights,
        stripes: list[int],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        settings = Settings(
            content_layers=("relu4_last",),
            style_layers=("relu1_1", "conv1_2", "relu2_1", "relu3_1", "relu3_3", "relu4_1"),
            pooling=pooling,
            padding=padding,
        )
        picture = random_picture(*shape)
        for dtype, tolerance in ((torch.float32, (1e-4, 1e-3)), (torch.float64, (1e-10, 1e-10))):
            whole, whole_gradient = self.activations(vgg16, settings, picture, dtype)
            with monkeypatch.context() as patch:
                patch.setattr(memory_bounds, "WHOLE_BYTES", 0)
                patch.setattr(memory_bounds, "STRIPE_ROWS", rows)
                striped, gradient = self.activations(vgg16, settings, picture, dtype)
            assert stripes
            assert max(stripes) > 1
            assert torch.allclose(striped, whole, rtol=tolerance[0])
            assert float((gradient - whole_gradient).norm() / whole_gradient.norm()) < tolerance[1]

    @pytest.mark.parametrize("height", range(1, 20))
    @pytest.mark.parametrize("rows", [4, 8, 64])
    def test_every_row_is_kept_once(self, height: int, rows: int) -> None:
        kept = []
        for source, keep in block._stripes(height, rows):
            lines = list(range(height))[source][keep]
            assert lines[0] % 4 == 0
            assert len(lines) > 1 or height == 1
            kept += lines
        assert kept == list(range(height))

    @pytest.mark.parametrize(("shape", "large"), [((724, 724), False), ((728, 724), True)])
    def test_large_pictures_are_cut_by_the_rule_that_others_reckon_with(
        self, shape: tuple[int, int], large: bool, vgg16: Weights, stripes: list[int]
    ) -> None:
        network = Network(vgg16, Settings(content_layers=("relu2_1",), style_layers=("relu1_1",)))
        reads: list[int] = []
        block = network.blocks[0]
        counted = [Counting(convolution, reads) for convolution in block.stage.convolutions]
        first = dataclasses.replace(block, stage=dataclasses.replace(block.stage, convolutions=counted))
        with torch.no_grad():
            first(torch.zeros(1, 3, *shape))
        assert memory_bounds.is_large(shape) == large
        assert len(reads) == (stripes[0] if large else 1)


class Counting:
    """A convolution that notes how many rows it is given."""

    def __init__(self, convolution: Convolution, reads: list[int]) -> None:
        self.convolution, self.reads = convolution, reads

    def __call__(self, x: Tensor, rows: slice | None = None) -> Tensor:
        self.reads.append(x.shape[2])
        return self.convolution(x, rows)

    def backward(self, grad: Tensor, rows: slice | None = None, out: Tensor | None = None) -> Tensor:
        return self.convolution.backward(grad, rows, out)
