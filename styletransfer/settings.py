"""What can be chosen about a painting, its limits and its defaults. Nothing else in the project holds a default."""

import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args

from styletransfer.errors import StyleTransferError
from styletransfer.texts import Text

NetworkName = Literal["auto", "vgg16", "vgg19"]
Pooling = Literal["max", "average"]
Start = Literal["photo", "noise"]
Device = Literal["auto", "cpu", "cuda", "mps"]
Optimizer = Literal["adam", "lbfgs"]
Precision = Literal["auto", "full", "half"]
"""What recipes, checkpoints and the command line call them: "full" is float32 and "half" is bfloat16."""
Palette = Literal["painting", "photo"]
StyleLoss = Literal["wasserstein", "gram"]
Variation = Literal["squared", "absolute"]
Padding = Literal["reflect", "zeros"]

SMALLEST_SIZE = 64
"""Long side in pixels under which the deepest tap sees too few positions for its statistics to mean anything."""
SMALLEST_SIDE = 32
"""Short side in pixels under which nothing is left of the picture in front of the deepest tap."""
LARGEST_SIZE = 8192
MOST_PAINTINGS = 4
SMALLEST_STROKE, LARGEST_STROKE = 0.25, 4.0
LARGEST_REGION_WEIGHT = 4.0


_BEFORE: Mapping[str, Any] = MappingProxyType(
    {"style_loss": "gram", "padding": "zeros", "bounded": False, "tv_loss": "absolute"}
)
"""What settings meant that were written when there was no choice of these."""


class Weighting(NamedTuple):
    """The weights of the objective, which may change while a picture is being painted.

    Attributes:
        content: Of the content loss.
        style: Of the style loss.
        tv: Of the total variation.
        regions: How strong the style is in each region, see `Settings.region_weights`; empty for 1 in all.
    """

    content: float
    style: float
    tv: float
    regions: tuple[float, ...] = ()

    @classmethod
    def of(cls, numbers: Iterable[float]) -> "Weighting":
        """From what `numbers` gave. Raises TypeError if there are fewer than three or too many."""
        content, style, tv, *regions = numbers
        if len(regions) > MOST_PAINTINGS:
            raise TypeError("regions")
        return cls(content, style, tv, tuple(regions))

    @property
    def terms(self) -> tuple[float, float, float]:
        """The weights of the three losses."""
        return self.content, self.style, self.tv

    @property
    def numbers(self) -> tuple[float, ...]:
        """All of them in a row: content, style, tv, and those of the regions."""
        return *self.terms, *self.regions


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that decides how a photo is painted, apart from the pictures themselves. Checks itself on creation.

    Attributes:
        size: Long side of the result in pixels; the photo's aspect ratio is kept.
        shape: (height, width) that both pictures are squeezed to instead, whatever their aspect ratio, or None.
        epochs: Steps of the optimizer over the run, all scales together. The first one at each scale looks at what
            it starts from.
        content_weight: Weight of the content loss; 0 switches it off.
        style_weight: Weight of the style loss; 0 switches it off.
        tv_weight: Weight of the total variation; 0 switches it off.
        network: "vgg16", "vgg19", or "auto": VGG-19 if its weights are on disk, else the VGG-16 that comes along.
        weights: Path of a weights file of the user's own, or None for the known ones.
        content_layers: Names of the content taps. "relu4_last" is the last convolution of block 4 in any network.
        style_layers: Names of the style taps, such as "relu1_1" (after the ReLU) or "conv5_1" (before it).
        style_loss: What tells how far the picture's manner is from the painting's: the "wasserstein" distance between
            their features (see `engine.losses.wasserstein`), or the textbook's difference of "gram" matrices.
        style_layer_weights: One weight for each style layer ("wasserstein" divides them by their sum), or None for what
            suits the style loss: the shallow layers first ("wasserstein"), or (channels / 64)^2 ("gram": its matrices
            are divided by their number of channels, which Gatys 2016 does not do; this undoes it, so that broad
            strokes, which deep layers see, count as much as fine grain).
        pooling: "max" as trained, or "average" (Gatys 2016), rescaled to the same mean activation.
        padding: What the network sees beyond a picture's borders: a margin ("reflect", see
            `engine.picture_margin`), or "zeros"
            as trained, which leaves a frame.
        bounded: Keep every pixel within 0 and 1 at every step, so that the losses are those of the picture that is
            saved. Otherwise it is clipped when it is shown.
        normalized: Rescale the network so that every layer has mean activation 1 (Gatys 2016), so that the three
            weights mean the same on every network.
        init: Start from the "photo" or from "noise".
        seed: Seed of everything that is random.
        device: "cpu", "cuda", "mps", or "auto" for the fastest there is.
        precision: "full" for float32 throughout, "half" for a network that reckons in bfloat16 (the picture becomes
            another one of the same kind), or "auto": half where the machine multiplies bfloat16 by itself, else full.
        optimizer: "adam" or "lbfgs".
        learning_rate: Adam's step, in units of the ImageNet standard deviation of a pixel.
        decay_every: Epochs after which the learning rate is multiplied by `decay`.
        decay: Factor on the learning rate every `decay_every` epochs.
        tv_loss: Total variation as the "squared" differences between neighbouring pixels, or the textbook's "absolute"
            ones, which keep hard edges and with them single pixels that stand out.
        scales: Sizes at most that the picture is painted at, each about half the next; 1 paints at the final size
            only. There are no more than make sense: the first one is about 100 pixels long.
        pyramid: Levels of the Laplacian pyramid that stands for the picture's pixels in the optimizer; 1 is pixels.
        preview_every: Epochs between two frames that carry a picture.
        stroke_size: How many times as large as the picture the painting is looked at, long side to long side, at every
            scale: more gives broader strokes. 0.25 to 4.
        palette: Whose colours are painted with: the "painting"'s own, or the "photo"'s, which the painting is given
            before it is looked at.
        style_shares: How much each painting counts, one number of at least 0 for each of up to four paintings, in any
            unit; None for all alike. With masks it has no meaning, and is refused.
        region_weights: How strong the style is in each region, one number from 0 to 4 for each mask; None for 1 in all.

    Raises:
        StyleTransferError: A value is out of range; the sentence names it and says what is allowed.
    """

    size: int = 720
    shape: tuple[int, int] | None = None
    epochs: int = 100
    content_weight: float = 1.0
    style_weight: float = 1e4
    tv_weight: float = 5.0
    network: NetworkName = "auto"
    weights: str | None = None
    content_layers: tuple[str, ...] = ("relu4_2",)
    style_layers: tuple[str, ...] = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
    style_loss: StyleLoss = "wasserstein"
    style_layer_weights: tuple[float, ...] | None = None
    pooling: Pooling = "max"
    padding: Padding = "reflect"
    bounded: bool = True
    tv_loss: Variation = "squared"
    normalized: bool = True
    init: Start = "photo"
    seed: int = 0
    device: Device = "auto"
    precision: Precision = "auto"
    optimizer: Optimizer = "lbfgs"
    learning_rate: float = 0.3
    decay_every: int = 50
    decay: float = 0.8
    scales: int = 8
    pyramid: int = 1
    preview_every: int = 1
    stroke_size: float = 1.0
    palette: Palette = "painting"
    style_shares: tuple[float, ...] | None = None
    region_weights: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        _check_choice("network", self.network, NetworkName)
        _check_choice("pooling", self.pooling, Pooling)
        _check_choice("tv_loss", self.tv_loss, Variation)
        _check_choice("padding", self.padding, Padding)
        _check_choice("style_loss", self.style_loss, StyleLoss)
        _check_choice("init", self.init, Start)
        _check_choice("device", self.device, Device)
        _check_choice("precision", self.precision, Precision)
        _check_choice("optimizer", self.optimizer, Optimizer)
        _check_choice("palette", self.palette, Palette)
        _check_whole("size", self.size, SMALLEST_SIZE, LARGEST_SIZE)
        _check_whole("epochs", self.epochs, 1, 100_000)
        _check_whole("seed", self.seed, 0, 2**63 - 1)
        _check_whole("decay_every", self.decay_every, 1, 100_000)
        _check_whole("scales", self.scales, 1, 8)
        _check_whole("pyramid", self.pyramid, 1, 8)
        _check_whole("preview_every", self.preview_every, 1, 100_000)
        for name in ("normalized", "bounded"):
            if not isinstance(getattr(self, name), bool):
                raise StyleTransferError(
                    "{name} must be true or false, not {value}.", name=name, value=repr(getattr(self, name))
                )
        if not isinstance(self.weights, (str, type(None))):
            raise StyleTransferError("weights must be the path of a file, not {value}.", value=repr(self.weights))
        if self.shape is not None:
            if not isinstance(self.shape, tuple) or len(self.shape) != 2:
                raise StyleTransferError(
                    "shape must be two numbers, height and width, not {value}.", value=repr(self.shape)
                )
            for side in self.shape:
                _check_whole("shape", side, SMALLEST_SIZE, LARGEST_SIZE)
        for name in ("content_weight", "style_weight", "tv_weight"):
            _check_number(name, getattr(self, name), 0.0)
        _check_number("learning_rate", self.learning_rate, 0.0, above=True)
        _check_number("decay", self.decay, 0.0, 1.0, above=True)
        _check_number("stroke_size", self.stroke_size, SMALLEST_STROKE, LARGEST_STROKE)
        self._check_layers()
        self._check_shares()
        self._check_region_weights()

    def _check_layers(self) -> None:
        for name in ("content_layers", "style_layers"):
            layers = getattr(self, name)
            if not isinstance(layers, tuple) or not layers or not all(isinstance(layer, str) for layer in layers):
                raise StyleTransferError("{name} must name at least one layer, for example relu4_1.", name=name)
            if len(set(layers)) != len(layers):
                raise StyleTransferError(
                    "A layer stands twice in {name}: {layers}.", name=name, layers=", ".join(layers)
                )
        weights = self.style_layer_weights
        if weights is None:
            return
        if not isinstance(weights, tuple):
            raise StyleTransferError(
                "style_layer_weights must be one number for each layer, not {value}.", value=repr(weights)
            )
        if len(weights) != len(self.style_layers):
            raise StyleTransferError(
                "There are {layers} style layers but {weights} style_layer_weights; give one weight for each layer.",
                layers=len(self.style_layers),
                weights=len(weights),
            )
        for weight in weights:
            _check_number("style_layer_weights", weight, 0.0)

    def _check_shares(self) -> None:
        shares = self.style_shares
        if shares is None:
            return
        if not isinstance(shares, tuple) or not 1 <= len(shares) <= MOST_PAINTINGS:
            raise StyleTransferError(
                "style_shares must be one number for each of 1 to {most} paintings, not {shares}.",
                most=MOST_PAINTINGS,
                shares=repr(shares),
            )
        for share in shares:
            _check_number("style_shares", share, 0.0, 1e6)
        if not sum(shares) > 0:
            raise StyleTransferError("style_shares are all 0; give at least one painting a share.")

    def _check_region_weights(self) -> None:
        weights = self.region_weights
        if weights is None:
            return
        if not isinstance(weights, tuple) or not 1 <= len(weights) <= MOST_PAINTINGS:
            raise StyleTransferError(
                "region_weights must be one number for each of 1 to {most} masks, not {weights}.",
                most=MOST_PAINTINGS,
                weights=repr(weights),
            )
        for weight in weights:
            _check_number("region_weights", weight, 0.0, LARGEST_REGION_WEIGHT)

    def check_roles(self, paintings: int, masks: int = 0) -> None:
        """Make sure that so many paintings, and so many masks, can be painted with.

        Raises:
            StyleTransferError: There are too many or too few, or shares or weights do not fit them.
        """
        self.shares(paintings)
        if masks not in (0, paintings):
            raise StyleTransferError(
                "There are {paintings} paintings, but the number of masks is {masks}; give one mask for each painting, "
                "in the same order, or none.",
                paintings=paintings,
                masks=masks,
            )
        if masks and self.style_shares is not None:
            raise StyleTransferError(
                "Masks say where each painting applies, so that shares (style_shares) mean nothing beside them; give "
                "one or the other."
            )
        if self.region_weights is not None and len(self.region_weights) != masks:
            raise StyleTransferError(
                "The number of region_weights is {weights}, that of masks {masks}; give one weight for each mask.",
                weights=len(self.region_weights),
                masks=masks,
            )

    def shares(self, paintings: int) -> tuple[float, ...]:
        """The share of each of so many paintings; together they are 1.

        Raises:
            StyleTransferError: There are no paintings, too many, or another number than shares.
        """
        if not 1 <= paintings <= MOST_PAINTINGS:
            raise StyleTransferError(
                "{paintings} paintings were given; it takes 1 to {most}.",
                paintings=paintings,
                most=MOST_PAINTINGS,
            )
        shares = (1.0,) * paintings if self.style_shares is None else self.style_shares
        if len(shares) != paintings:
            raise StyleTransferError(
                "There are {paintings} paintings, but the number of shares is {shares}; give one share for each "
                "painting.",
                paintings=paintings,
                shares=len(shares),
            )
        return tuple(share / math.fsum(shares) for share in shares)

    @property
    def weighting(self) -> Weighting:
        """The weights that a run begins with."""
        return Weighting(self.content_weight, self.style_weight, self.tv_weight, self.region_weights or ())

    def weighted(self, weighting: Weighting) -> "Settings":
        """The same with other weights."""
        content, style, tv = weighting.terms
        regions = weighting.regions or None
        return replace(self, content_weight=content, style_weight=style, tv_weight=tv, region_weights=regions)

    def to_dict(self) -> dict[str, Any]:
        """All values as plain JSON types, for `from_dict`."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Settings":
        """Settings from what `to_dict` gave, also that of earlier versions, which did not know of a style loss.

        Other names that are missing keep their defaults, and so does everything where there are none at all.

        Raises:
            StyleTransferError: A name is unknown, or a value has the wrong type or is out of range.
        """
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            names = ", ".join(map(str, unknown))[:200]
            raise StyleTransferError(
                "These settings are not known here: {names}; a newer version may know them.", names=names
            )
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
        }
        if plain and "style_loss" not in plain:
            plain = {**_BEFORE, **plain}
        try:
            return cls(**plain)
        except (TypeError, ValueError) as error:
            raise StyleTransferError("These settings cannot be read: {error}.", error=error) from error


def _check_choice(name: str, value: object, choices: Any) -> None:
    if value not in get_args(choices):
        raise StyleTransferError(
            "{name} must be one of {choices}, not {value}.",
            name=name,
            choices=", ".join(get_args(choices)),
            value=repr(value),
        )


def _check_whole(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise StyleTransferError(
            "{name} must be a whole number from {low} to {high}, not {value}.",
            name=name,
            low=low,
            high=high,
            value=repr(value),
        )


def _check_number(name: str, value: object, low: float, high: float = math.inf, *, above: bool = False) -> None:
    most = min(high, sys.float_info.max)  # a whole number may be finite, and too large to reckon with
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= most
    if not fits or (above and value == low):
        if math.isinf(high):
            allowed = Text("greater than {low}", low=low) if above else Text("at least {low}", low=low)
        elif above:
            allowed = Text("greater than {low} and at most {high}", low=low, high=high)
        else:
            allowed = Text("at least {low} and at most {high}", low=low, high=high)
        raise StyleTransferError(
            "{name} must be a number {allowed}, not {value}.", name=name, allowed=allowed, value=repr(value)
        )


NOTEBOOK = Settings(
    size=450,
    shape=(300, 450),
    epochs=500,
    content_weight=1.0,
    style_weight=1e4,
    tv_weight=10.0,
    content_layers=("relu4_last",),
    style_layers=("relu1_1", "relu2_1", "relu3_1", "relu4_1", "conv5_1"),
    style_loss="gram",
    style_layer_weights=(1.0, 1.0, 1.0, 1.0, 1.0),
    pooling="max",
    padding="zeros",
    bounded=False,
    tv_loss="absolute",
    normalized=False,
    precision="full",
    optimizer="adam",
    scales=1,
    pyramid=1,
    preview_every=10,
)
"""The recipe of *Dive into Deep Learning* 14.12 to the letter. The taps are what torchvision's VGG-19 gives there:
its in-place ReLU overwrites every tapped convolution but the last with its post-ReLU value. On VGG-16, whose original
weights have activations of another scale, the rescaled network stands in (see `network.RAW_LOSS_SCALE`)."""

PRESETS: Mapping[str, Settings] = MappingProxyType(
    {
        "draft": Settings(size=384, epochs=40),
        "balanced": Settings(),
        "fine": Settings(size=1440, epochs=110),
        "notebook": NOTEBOOK,
    }
)
"""Starting points by name; `balanced` is what `Settings()` gives."""
