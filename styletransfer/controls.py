"""One table of all that can be set: what each setting is called, what it does, what may be chosen, how it reads.

The page's sliders and choices, the captions in the gallery, the sheets of variations, the comparison of two paintings
and the command line's help all read it. A new slider is one entry here and one field in `Settings`, which knows its
default and its limits. Within a part of the page, a caption and the help, each stands in the order of the table.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from styletransfer.texts import Text, _, joined, ngettext, number, say

Place = Literal["weights", "manner", "canvas", "advanced"]
"""A part of the page's left column."""

_E6 = (1.0, 1.5, 2.2, 3.3, 4.7, 6.8)
STEPS_EACH_WAY = 12
"""Steps of a weight's slider below and above its default: two decades in the E6 series of preferred numbers."""
LARGEST_SEED = 2**53 - 1
"""Beyond it, a browser rounds."""
DEEPEST = "relu4_last"
LAYERS = (
    *(f"relu{block}_{place}" for block, places in enumerate((2, 2, 3, 3, 3), 1) for place in range(1, places + 1)),
    DEEPEST,
    "conv5_1",
)
"""Taps that every network here has."""

_SIZES = (128, 160, 192, 256, 320, 384, 450, 512, 600, 720, 840, 960, 1080, 1280, 1440, 1680, 2048, 2560, 3072, 4096)
_EPOCHS = (5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 120, 150, 180, 200, 220, 270, 320, 400, 500, 700, 1000, 1500, 2000)
_STROKES = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)

OFF = Text("off")


class Varied(NamedTuple):
    """How a sheet of variations varies a setting.

    Attributes:
        stride: Steps of the slider from one cell to the next.
        less, much_less, more, much_more: What a painter calls less and more of it.
    """

    stride: int
    less: Text
    much_less: Text
    more: Text
    much_more: Text


@dataclass(frozen=True, kw_only=True)
class Control:
    """A setting as people meet it.

    Attributes:
        name: Its field in `Settings`.
        label: What it is called.
        noun: The same in the middle of a sentence.
        short: The same beside its fellows, where the heading tells the rest.
        help: What it does, and what more and less of it do; empty for what the page does not offer.
        place: Where on the page it stands, or None for what only a recipe, a preset or the command line sets.
        key: Its name among the page's values.
        steps: What its slider offers, given the preset's value; None for what is no slider.
        choices: What can be chosen and what each choice is called; None for what is no choice.
        off: Whether 0 switches it off.
        varied: How a sheet varies it, or None if none does.
        caption: Gives what a caption says of a value, "" for nothing; None for what no caption tells of.
        flag: Its name on the command line; that of the field if empty.
        option: Stands for its value in the command line's help; "" for a choice, None for what is no option of its own
            there.
        hint: What the command line's help says besides.
    """

    name: str
    label: Text
    noun: str = ""
    short: str = ""
    help: str = ""
    place: Place | None = None
    key: str = ""
    steps: Callable[[float], tuple[float, ...]] | None = None
    choices: Mapping[str, Text] | None = None
    off: bool = False
    varied: Varied | None = None
    caption: Callable[[Any], str] | None = None
    flag: str = ""
    option: str | None = None
    hint: str = ""

    @property
    def state_key(self) -> str:
        """Its name among the page's values."""
        return self.key or self.name

    def read(self, value: Any) -> str:
        """How a value reads: "off", "15 000", "VGG-16", "relu1_1 and relu2_1"."""
        if value is None:
            return _("as usual")
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list | tuple):
            return joined(self.read(each) for each in value)
        if isinstance(value, int | float):
            return number(value) if value or not self.off else say(OFF)
        return say((self.choices or {}).get(value, value))


def weight_steps(default: float) -> tuple[float, ...]:
    """What a weight's slider offers: off, then two decades up to the default and two beyond it."""
    span = range(-STEPS_EACH_WAY, STEPS_EACH_WAY + 1)
    return (0.0, *(float(f"{default * _E6[step % 6] * 10.0 ** (step // 6):.3g}") for step in span))


def _with(options: Sequence[float]) -> Callable[[float], tuple[float, ...]]:
    return lambda default: tuple(sorted({*options, default}))


_LAYERS: Mapping[str, Text] = {name: Text("relu4, the last") if name == DEEPEST else Text(name) for name in LAYERS}

_TABLE = (
    Control(
        name="size",
        label=Text("Resolution"),
        help=Text("Pixels along the long side of the result. Twice as many take about four times as long."),
        place="canvas",
        key="resolution",
        steps=_with(_SIZES),
        caption=lambda value: _("{size} px", size=value),
        option="PIXELS",
    ),
    Control(
        name="epochs",
        label=Text("Epochs"),
        help=Text("How often the whole picture is gone over. The first ones change most."),
        place="canvas",
        steps=_with(_EPOCHS),
        caption=lambda value: ngettext("{count} epoch", "{count} epochs", value),
        option="N",
    ),
    Control(
        name="content_weight",
        label=Text("Content weight"),
        noun=Text("content weight"),
        short=Text("content"),
        help=Text("How firmly the photo’s shapes are held. Less lets the paint run free."),
        place="weights",
        steps=weight_steps,
        off=True,
        varied=Varied(4, Text("freer"), Text("much freer"), Text("firmer"), Text("much firmer")),
        option="X",
    ),
    Control(
        name="style_weight",
        label=Text("Style weight"),
        noun=Text("style weight"),
        short=Text("style"),
        help=Text("How strongly the painting’s colours and strokes take over."),
        place="weights",
        steps=weight_steps,
        off=True,
        varied=Varied(4, Text("calmer"), Text("much calmer"), Text("bolder"), Text("much bolder")),
        caption=lambda value: _("style {value}", value=number(value)),
        option="X",
    ),
    Control(
        name="tv_weight",
        label=Text("TV weight"),
        noun=Text("TV weight"),
        short=Text("TV"),
        help=Text("How smooth the surface is. More calms speckles, too much blurs."),
        place="weights",
        steps=weight_steps,
        off=True,
        varied=Varied(4, Text("rougher"), Text("much rougher"), Text("smoother"), Text("much smoother")),
        option="X",
    ),
    Control(
        name="stroke_size",
        label=Text("Stroke size"),
        noun=Text("stroke size"),
        help=Text("Finer or broader strokes. Keeps its look at every resolution."),
        place="manner",
        steps=_with(_STROKES),
        varied=Varied(2, Text("finer"), Text("much finer"), Text("broader"), Text("much broader")),
        caption=lambda value: "" if value == 1 else _("strokes × {value}", value=number(value)),
        option="X",
        hint=Text("2 is twice as broad, 0.5 half as broad."),
    ),
    Control(
        name="palette",
        label=Text("Palette"),
        help=Text("Whose colours are used. With the photo’s, only the strokes come from the painting."),
        place="manner",
        choices={"painting": Text("The painting’s"), "photo": Text("The photo’s")},
        caption=lambda value: _("the photo’s palette") if value == "photo" else "",
    ),
    Control(
        name="network",
        label=Text("Network"),
        help=Text("Whose eyes judge the picture. VGG-19 sees a little finer and takes a little longer."),
        place="advanced",
        choices={"auto": Text("Best there is"), "vgg16": Text("VGG-16"), "vgg19": Text("VGG-19")},
        option="",
        hint=Text("auto: VGG-19 if it has been downloaded, else VGG-16."),
    ),
    Control(
        name="content_layers",
        label=Text("Content layers"),
        help=Text("Where the photo’s shapes are looked for. Deep layers (4, 5) know things, not edges."),
        place="advanced",
        choices=_LAYERS,
        option="A,B",
        hint=Text("For example {layers}.", layers="relu4_2"),
    ),
    Control(
        name="style_layers",
        label=Text("Style layers"),
        help=Text("Where the painting’s manner is looked for: 1 is grain and colour, 5 is large forms."),
        place="advanced",
        choices=_LAYERS,
        option="A,B",
        hint=Text("For example {layers}.", layers="relu1_1,relu2_1"),
    ),
    Control(
        name="style_loss",
        label=Text("Style loss"),
        help=Text(
            "How the painting’s manner is compared. Wasserstein: faint traits count too, so that all of the canvas is "
            "painted. Gram: a few strong traits outweigh the rest."
        ),
        place="advanced",
        choices={"wasserstein": Text("Wasserstein"), "gram": Text("Gram (textbook)")},
        option="",
    ),
    Control(
        name="pooling",
        label=Text("Pooling"),
        help=Text("How the network steps back from the picture. Average gives softer transitions."),
        place="advanced",
        choices={"max": Text("Max"), "average": Text("Average")},
        option="",
    ),
    Control(
        name="optimizer",
        label=Text("Optimiser"),
        help=Text("Who holds the brush. L-BFGS needs fewer epochs, Adam is patient and steady."),
        place="advanced",
        choices={"lbfgs": Text("L-BFGS"), "adam": Text("Adam")},
        option="",
    ),
    Control(
        name="init",
        label=Text("Start picture"),
        help=Text("What stands on the canvas at first. From noise, the photo shines through less."),
        place="advanced",
        choices={"photo": Text("The photo"), "noise": Text("Noise")},
        option="START",
        hint=Text("photo, noise, or the file of a picture."),
    ),
    Control(
        name="seed",
        label=Text("Seed"),
        help=Text("The same number gives the same picture; another one another throw of the dice."),
        place="advanced",
        option="N",
    ),
    Control(
        name="device",
        label=Text("Device"),
        help=Text("What does the work. A graphics card is much faster, if there is one."),
        place="advanced",
        choices={
            "auto": Text("Fastest there is"),
            "cpu": Text("Processor"),
            "cuda": Text("NVIDIA graphics card"),
            "mps": Text("Apple graphics"),
        },
        option="",
    ),
    Control(
        name="precision",
        label=Text("Precision"),
        help=Text("How exactly the network reckons. auto: half where the machine is made for it."),
        choices={"auto": Text("as usual"), "full": Text("full"), "half": Text("half")},
        option="",
    ),
    Control(
        name="style_shares",
        label=Text("Shares"),
        help=Text("How much each painting counts, such as 2,1."),
        flag="shares",
        option="X,Y",
    ),
    Control(
        name="region_weights",
        label=Text("Region weights"),
        help=Text("How strong the style is in the region of each mask, from 0 to 4, such as 1,0.5."),
        option="X,Y",
    ),
    Control(
        name="weights",
        label=Text("Weights"),
        help=Text("Weights of VGG-16 or VGG-19 of your own (.pth or .safetensors)."),
        option="FILE",
    ),
    Control(name="shape", label=Text("Shape")),
    Control(name="style_layer_weights", label=Text("Style layer weights")),
    Control(
        name="padding",
        label=Text("Padding"),
        choices={"reflect": Text("mirrored"), "zeros": Text("zeros")},
    ),
    Control(name="bounded", label=Text("Bounded")),
    Control(
        name="tv_loss",
        label=Text("TV loss"),
        choices={"squared": Text("squared"), "absolute": Text("absolute")},
    ),
    Control(name="normalized", label=Text("Normalised")),
    Control(name="learning_rate", label=Text("Learning rate")),
    Control(name="decay_every", label=Text("Decay every")),
    Control(name="decay", label=Text("Decay")),
    Control(name="scales", label=Text("Scales")),
    Control(name="pyramid", label=Text("Pyramid")),
    Control(name="preview_every", label=Text("Preview every")),
)

CONTROLS: Mapping[str, Control] = MappingProxyType({control.name: control for control in _TABLE})
"""All settings, by their names in `Settings`."""

WEIGHTS = tuple(control for control in _TABLE if control.place == "weights")
"""The three weights, in the order of `Weighting.terms`."""

VARIED: Mapping[str, Varied] = MappingProxyType({c.name: c.varied for c in _TABLE if c.varied is not None})
"""The settings that a sheet can vary."""


def at(place: Place) -> tuple[Control, ...]:
    """The settings at a place of the page, from top to bottom."""
    return tuple(control for control in _TABLE if control.place == place)


ON_PAGE = tuple(control for control in _TABLE if control.place is not None)
"""All that the page sets."""
