"""Where the network's numbers come from: the VGG-16 that comes along, a downloaded VGG-19, or a file of the user's.

All of them take RGB pictures normalised with `IMAGENET_MEAN` and `IMAGENET_STD`, and all are VGG networks of
Simonyan and Zisserman (2015): blocks of 3 x 3 convolutions, each followed by a ReLU, with pooling between blocks.
"""

import logging
import re
import warnings
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.torch
import torch
import torch.nn.functional as F
from torch import Tensor

from styletransfer.engine.tensors import IMAGENET_MEAN, IMAGENET_STD
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import fit, open_image
from styletransfer.settings import NetworkName
from styletransfer.support.files import replacing
from styletransfer.support.paths import sample_photos, vgg16_path, vgg19_available, vgg19_path
from styletransfer.texts import Text

CALIBRATION_SIZE = 256
"""Long side in pixels of the photos that activations are measured on."""

VGG19_METADATA = {
    "network": "VGG-19, conv1_1 to conv5_4 (configuration E)",
    "source": "torchvision, VGG19_Weights.IMAGENET1K_V1 (vgg19-dcbb9e9d.pth)",
    "changes": "float16; without the classifier; activation_means added",
}

Convolutions = Sequence[tuple[Tensor, Tensor]]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Slot:
    """One convolution's place in a network: "conv3_1", 10 in torchvision's `features`, (out, in) channels."""

    name: str
    index: int
    channels: tuple[int, int]


def _slots(depths: Sequence[int]) -> tuple[Slot, ...]:
    slots, index, inputs = [], 0, 3
    for block, (depth, width) in enumerate(zip(depths, (64, 128, 256, 512, 512), strict=True), start=1):
        for place in range(1, depth + 1):
            slots.append(Slot(f"conv{block}_{place}", index, (width, inputs)))
            inputs, index = width, index + 2  # a convolution and its ReLU
        index += 1  # the pooling
    return tuple(slots)


DEPTHS: Mapping[str, tuple[int, ...]] = {"vgg19": (2, 2, 4, 4, 4), "vgg16": (2, 2, 3, 3, 3)}
"""How many convolutions each block of a network has."""

SLOTS: Mapping[str, tuple[Slot, ...]] = {network: _slots(depths) for network, depths in DEPTHS.items()}
"""The convolutions of each network in order. VGG-19 first: by their names, VGG-16's are a subset of VGG-19's."""

_EXPECTED = Text(
    "a state dict (.pth) or safetensors file of VGG-16 or VGG-19 without batch normalisation, "
    "whole or its convolutions down to conv5_1 at least"
)

_SHALLOWEST_END = "conv5_1"
"""A file that ends before this one is of no use: the deepest style tap is here."""


@dataclass(frozen=True)
class Weights:
    """The numbers of one network.

    Attributes:
        name: "vgg16" or "vgg19".
        convolutions: (weight, bias) of each convolution in the network's order, float32, of shape
            (out, in, 3, 3) and (out,). Reaches at least conv5_1.
        activation_means: Mean activation after the ReLU of each convolution, as `measure_activation_means` gives it.
        source: What the numbers are and where they come from, to be said to the user.
    """

    name: str
    convolutions: tuple[tuple[Tensor, Tensor], ...]
    activation_means: Tensor
    source: str

    def checksum(self) -> int:
        """CRC-32 of all numbers; some hundredths of a second."""
        numbers = 0
        for pair in self.convolutions:
            for tensor in pair:
                numbers = zlib.crc32(tensor.contiguous().numpy().data, numbers)
        return numbers


def load_weights(network: NetworkName = "auto", path: str | Path | None = None) -> Weights:
    """Load a network's numbers and log which they are.

    Args:
        network: "vgg16", "vgg19", or "auto": VGG-19 if it has been downloaded, else the VGG-16 that comes along.
        path: A weights file to take instead: a PyTorch state dict of torchvision's VGG-16 or VGG-19 or of its
            `features`, or a safetensors file of either. With it, "auto" means whichever network the file holds.
            It must take what torchvision's networks take; Caffe's convention (BGR, 0 to 255) cannot be told apart.

    Raises:
        StyleTransferError: There is no such file, it cannot be read, or it holds something else.
    """
    if path is not None:
        weights = _load_file(Path(path), Text("from {file}", file=Path(path).name))
        if network not in ("auto", weights.name):
            raise StyleTransferError(
                "{path} holds {found}, not {wanted}; choose that network.",
                path=path,
                found=_title(weights.name),
                wanted=_title(network),
            )
    elif network == "vgg16" or (network == "auto" and not vgg19_available()):
        weights = _load_file(vgg16_path(), Text("the original weights, which come along"))
    elif vgg19_available():
        weights = _load_file(vgg19_path(), Text("torchvision's weights, downloaded"))
    else:
        raise StyleTransferError("The weights of VGG-19 are not on this machine: download them first, or use VGG-16.")
    _logger.info("Network: %s", weights.source)
    return weights


def save_weights(path: Path, convolutions: Convolutions, activation_means: Tensor, metadata: Mapping[str, str]) -> None:
    """Write a network as safetensors: convolutions in float16 under their names, and `activation_means` in float32.

    The file appears whole or not at all.

    Raises:
        StyleTransferError: The folder is missing or the file cannot be written, for example because the disk is full.
        ValueError: A number does not fit into float16.
    """
    tensors = {"activation_means": activation_means.float().contiguous()}
    for slot, (weight, bias) in zip(_slots_of(convolutions), convolutions, strict=True):
        for part, values in (("weight", weight), ("bias", bias)):
            tensors[f"{slot.name}.{part}"] = values.half().contiguous()
            if not tensors[f"{slot.name}.{part}"].isfinite().all():
                raise ValueError(f"{slot.name}.{part} does not fit into float16")
    with replacing(path) as temporary:
        temporary.write_bytes(safetensors.torch.save(tensors, dict(metadata)))


def convert(source: str | Path, target: str | Path) -> None:
    """Boil torchvision's VGG-19 down to a file of its convolutions (80 MB to 40 MB; relative error 5e-4 at most).

    Raises:
        StyleTransferError: `source` is something else, or `target` cannot be written.
    """
    weights = load_weights("vgg19", source)
    save_weights(Path(target), weights.convolutions, weights.activation_means, VGG19_METADATA)


@torch.no_grad()
def measure_activation_means(convolutions: Convolutions, pictures: Iterable[Tensor]) -> Tensor:
    """Mean activation after each convolution's ReLU, over all channels, positions and pictures, with max pooling.

    Dividing each layer by its mean gives every layer the mean activation 1. Gatys et al. (2016) do this for every
    filter; one number for a layer does not blow up the filters that hardly ever fire.

    Args:
        convolutions: (weight, bias) of a VGG-16's or VGG-19's convolutions from the first one on.
        pictures: Normalised RGB of shape (1, 3, height, width), all weighing the same.

    Returns:
        float32 of shape (len(convolutions),).
    """
    slots = _slots_of(convolutions)
    means = []
    for picture in pictures:
        activation = picture
        row: list[Tensor] = []
        for slot, (weight, bias) in zip(slots, convolutions, strict=True):
            if slot.name.endswith("_1") and row:
                activation = F.max_pool2d(activation, 2)
            activation = F.conv2d(activation, weight, bias, padding=1).relu_()
            row.append(activation.mean())
        means.append(torch.stack(row))
    return torch.stack(means).mean(dim=0)


def calibration_pictures() -> Iterator[Tensor]:
    """The photos that come along, `CALIBRATION_SIZE` on the long side, normalised, of shape (1, 3, height, width)."""
    for path in sample_photos():
        pixels = torch.from_numpy(np.array(fit(open_image(path), CALIBRATION_SIZE).convert("RGB")))
        normalized = (pixels / 255 - torch.tensor(IMAGENET_MEAN)) / torch.tensor(IMAGENET_STD)
        yield normalized.permute(2, 0, 1).unsqueeze(0)


def _load_file(path: Path, origin: str) -> Weights:
    tensors = _read_tensors(path)
    found = {network: _convolutions(tensors, slots) for network, slots in SLOTS.items()}
    network, convolutions = next(((network, pairs) for network, pairs in found.items() if pairs), (None, None))
    if network is None or convolutions is None:
        raise StyleTransferError(
            "{path} holds {other}; give {expected}.", path=path, other=_other(tensors), expected=_EXPECTED
        )
    if not all(part.isfinite().all() for pair in convolutions for part in pair):
        raise StyleTransferError(
            "{path} holds numbers that are not finite, so it is damaged; give {expected}.",
            path=path,
            expected=_EXPECTED,
        )
    means = tensors.get("activation_means")
    if means is None or means.shape != (len(convolutions),):
        means = measure_activation_means(convolutions, calibration_pictures())
    if not (means > 0).all():  # also catches NaN
        raise StyleTransferError(
            "{path} holds a network that sees nothing in photos; give {expected}.", path=path, expected=_EXPECTED
        )
    return Weights(
        network, convolutions, means.float(), Text("{network} ({origin})", network=_title(network), origin=origin)
    )


def _read_tensors(path: Path) -> dict[str, Tensor]:
    """All tensors of a state dict or safetensors file, without the prefixes that containers put before names."""
    try:
        with path.open("rb") as file:
            is_safetensors = file.read(9)[8:] == b"{"  # the length of a JSON header, then the header
        content = safetensors.torch.load_file(path) if is_safetensors else _load_pickle(path)
    except FileNotFoundError as error:
        raise StyleTransferError("There is no weights file {path}; check the name.", path=path) from error
    except OSError as error:
        raise StyleTransferError(
            "{path} cannot be read ({reason}); check the file.", path=path, reason=error.strerror or error
        ) from error
    except Exception as error:  # a file of any other kind can break the readers in any way
        raise StyleTransferError(
            "{path} is not a weights file, or is damaged; give {expected}.", path=path, expected=_EXPECTED
        ) from error
    if isinstance(content, Mapping):
        content = content.get("state_dict", content)  # a training checkpoint
    if not isinstance(content, Mapping) or not all(isinstance(key, str) for key in content):
        raise StyleTransferError("{path} holds no state dict; give {expected}.", path=path, expected=_EXPECTED)
    return {
        re.sub(r"^((module|features)\.)+", "", key): value.detach()
        for key, value in content.items()
        if isinstance(value, Tensor)
    }


def _load_pickle(path: Path) -> Any:
    """What `torch.save` wrote. Only tensors and plain containers are let in, never code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch guesses aloud at what a foreign file could be
        return torch.load(path, map_location="cpu", weights_only=True)


def _convolutions(tensors: Mapping[str, Tensor], slots: Sequence[Slot]) -> tuple[tuple[Tensor, Tensor], ...] | None:
    """The leading convolutions of these slots that are there, or None if they are others or end before conv5_1."""
    convolutions: list[tuple[Tensor, Tensor]] = []
    for slot in slots:
        for prefix in (slot.name, str(slot.index)):
            weight, bias = tensors.get(f"{prefix}.weight"), tensors.get(f"{prefix}.bias")
            if weight is not None and bias is not None:
                break
        else:
            break
        if weight.shape != (*slot.channels, 3, 3) or bias.shape != slot.channels[:1]:
            return None
        convolutions.append((weight.float(), bias.float()))
    reached = [slot.name for slot in slots[: len(convolutions)]]
    return tuple(convolutions) if _SHALLOWEST_END in reached else None


def _other(tensors: Mapping[str, Tensor]) -> str:
    """What a file holds that is not what was expected, in words."""
    if not tensors:
        return Text("no tensors")
    if any(key.endswith("running_mean") for key in tensors):
        return Text("a network with batch normalisation")
    return Text("another network")


def _slots_of(convolutions: Convolutions) -> tuple[Slot, ...]:
    """The slots that these convolutions fill, told by their channels; eight of them are enough."""
    channels = [tuple(weight.shape[:2]) for weight, _ in convolutions]
    for slots in SLOTS.values():
        if channels == [slot.channels for slot in slots[: len(channels)]]:
            return slots[: len(channels)]
    raise ValueError("these are not the convolutions of VGG-16 or VGG-19")


def _title(network: str) -> str:
    return network.upper().replace("VGG", "VGG-")
