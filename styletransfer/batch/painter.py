"""Paints the pictures of a batch one after the other, each from bytes to bytes, here or on another machine."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol, Self

from PIL import Image

from styletransfer.batch.plan import Item
from styletransfer.engine.checkpoint import Checkpoint
from styletransfer.engine.device import find_device
from styletransfer.engine.frames import Frame, LossName
from styletransfer.engine.shared_network import SharedNetwork
from styletransfer.engine.stylize import stylize
from styletransfer.engine.vgg.precision import settled_precision
from styletransfer.engine.vgg.weights import Weights
from styletransfer.imaging import images
from styletransfer.imaging.color import Painted as Picture
from styletransfer.imaging.color import with_photo_colors
from styletransfer.imaging.recipe import Recipe, installed_versions, make_recipe
from styletransfer.inputs import Inputs
from styletransfer.settings import Precision, Settings


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a picture is painted from, and how.

    Attributes:
        files: Each picture's file, read.
        names: What each is called when something is wrong with it.
        recipe: The picture's, but that its versions and its precision are those of whoever paints it.
        ending: What the picture's name ends in.
        bits: Of each channel of the picture.
    """

    files: Inputs[bytes]
    names: Inputs[str]
    recipe: Recipe
    ending: str
    bits: Literal[8, 16]

    @classmethod
    def of(cls, item: Item, network: str) -> Self:
        """Read the files; `network` is its name. Raises StyleTransferError if one cannot be read."""
        pair = item.pair
        files = pair.inputs.map(images.read_file)
        recipe = make_recipe(
            pair.settings, network=network, inputs=files, steered=pair.steered, photo_colors=pair.photo_colors
        )
        return cls(files=files, names=pair.inputs.map(str), recipe=recipe, ending=item.name.suffix, bits=pair.bits)

    def opened(self) -> Inputs[Image.Image]:
        """The pictures. Raises StyleTransferError if a file is no picture or a damaged one."""
        names = iter(self.names)
        return self.files.map(lambda data: images.open_image(data, name=next(names)))


@dataclass(frozen=True, kw_only=True)
class Painted:
    """A picture as it is to be saved.

    Attributes:
        data: Its file.
        seconds: That it was painted for.
        losses: Its losses.
        where: Which machine painted it, or empty for this one.
    """

    data: bytes
    seconds: float
    losses: Mapping[LossName, float]
    where: str = ""


class MemoryCheck(Protocol):
    """Makes sure that a picture can be painted; else raises a StyleTransferError."""

    def __call__(self, photo_size: tuple[int, int], settings: Settings, device: str, /, *, bfloat16: bool) -> None:
        """For a photo of (width, height) on that kind of device, with a network that reckons in bfloat16 or not."""


class Painter:
    """Paints with one network, which is loaded and made once.

    Args:
        weights: Of the network.
        check: Is asked before a picture is painted.
    """

    def __init__(self, weights: Weights, check: MemoryCheck | None = None) -> None:
        self._shared = SharedNetwork(weights)
        self._check = check

    def recipe(self, order: Order) -> Recipe:
        """What the picture's recipe will be. Raises StyleTransferError if the device cannot do what is asked for."""
        settings = order.recipe.settings
        return _recipe(order, settled_precision(find_device(settings.device), settings.precision))

    def frames(self, order: Order, resume: Checkpoint | None = None) -> Iterator[Frame]:
        """Paint it; only the last frame carries the picture.

        Raises:
            StyleTransferError: The pictures, the settings, the device or the checkpoint do not allow it.
        """
        settings, inputs = order.recipe.settings, order.opened()
        if self._check is not None:
            device = find_device(settings.device)
            bfloat16 = settled_precision(device, settings.precision) == "half"
            self._check(inputs.photo.size, settings, device.type, bfloat16=bfloat16)
        done = [0 if resume is None else resume.epoch]
        for frame in stylize(
            inputs.photo,
            inputs.paintings,
            replace(settings, preview_every=settings.epochs),
            **inputs.besides(),
            weights=self._shared,
            steer=lambda: order.recipe.weighting(done[0] + 1),
            resume=resume,
            bits=order.bits,
        ):
            done[0] = frame.epoch
            yield frame

    def finished(self, order: Order, last: Frame, where: str = "") -> Painted:
        """The picture of the last frame, as the command for a single one would save it."""
        assert last.image is not None  # noqa: S101 - the last frame has one
        picture = _in_colors(last.image, order) if last.pixels is None else _in_colors(last.pixels, order)
        recipe = _recipe(order, "half" if last.bfloat16 else "full")
        data = images.encode_for(picture, f"picture{order.ending}", recipe=recipe.to_json())
        return Painted(data=data, seconds=last.seconds, losses=dict(last.losses), where=where)


def _recipe(order: Order, precision: Precision) -> Recipe:
    settings = replace(order.recipe.settings, precision=precision)
    return replace(order.recipe, settings=settings, versions=installed_versions())


def _in_colors(picture: Picture, order: Order) -> Picture:
    colors = order.recipe.photo_colors
    return with_photo_colors(picture, order.opened().photo, colors) if colors else picture
