"""What both painters are given: the same network, the same two pictures, the same objective."""

from dataclasses import replace

import torch
import torchvision
from torch import nn

from benchmarks.notebook import Recipe
from styletransfer import open_image
from styletransfer.engine.vgg.network import RAW_LOSS_SCALE, normalize
from styletransfer.engine.vgg.weights import load_weights
from styletransfer.settings import NOTEBOOK, Settings
from styletransfer.support.paths import assets_dir

PHOTO = open_image(assets_dir() / "photos" / "bridge.jpg")
PAINTING = open_image(assets_dir() / "paintings" / "swirl.jpg")

VGG16 = Recipe(
    style_layers=(0, 5, 10, 17, 24),
    content_layers=(21,),
    content_weight=NOTEBOOK.content_weight * RAW_LOSS_SCALE["vgg16"].content,
    style_weight=NOTEBOOK.style_weight * RAW_LOSS_SCALE["vgg16"].style,
    tv_weight=NOTEBOOK.tv_weight,
)
"""The notebook's recipe on the network that comes along."""


def settings(shape: tuple[int, int]) -> Settings:
    """The same recipe for our engine, at (height, width)."""
    return replace(NOTEBOOK, network="vgg16", device="cpu", shape=shape, preview_every=NOTEBOOK.epochs)


def features() -> nn.Sequential:
    """VGG-16 of torchvision with the weights that come along, rescaled as our engine rescales them."""
    with torch.device("meta"):  # no random numbers are drawn, nor memory taken for the classifier
        layers: nn.Sequential = torchvision.models.vgg16(weights=None, init_weights=False).features
    layers = layers.to_empty(device="cpu")
    convolutions = [layer for layer in layers if isinstance(layer, nn.Conv2d)]
    for layer, (weight, bias) in zip(convolutions, normalize(load_weights("vgg16")), strict=True):
        layer.weight.data, layer.bias.data = weight, bias  # type: ignore[union-attr]
    return layers
