"""What most painters leave alone: network, layers, style loss, pooling, solver, start, seed, device."""

from typing import TypedDict

import streamlit as st

from styletransfer.settings import Device, Network, Optimizer, Pooling, Settings, Start, StyleLoss
from styletransfer.studio.page.sidebar import start_picture
from styletransfer.studio.page.sidebar.keep_nonempty import keep, refill
from styletransfer.studio.page.sidebar.network_download import download
from styletransfer.studio.studio import Studio
from styletransfer.support.paths import vgg19_available

DEEPEST = "relu4_last"
LAYERS = (
    *(f"relu{block}_{place}" for block, places in enumerate((2, 2, 3, 3, 3), 1) for place in range(1, places + 1)),
    DEEPEST,
    "conv5_1",
)
"""Taps that every network here has."""

_NETWORKS = {"auto": "Best there is", "vgg16": "VGG-16", "vgg19": "VGG-19"}
_STYLE_LOSSES = {"wasserstein": "Wasserstein", "gram": "Gram (textbook)"}
_POOLINGS = {"max": "Max", "average": "Average"}
_OPTIMIZERS = {"lbfgs": "L-BFGS", "adam": "Adam"}
_DEVICES = {"auto": "Fastest there is", "cpu": "Processor", "cuda": "NVIDIA graphics card", "mps": "Apple graphics"}


LARGEST_SEED = 2**53 - 1
"""Beyond it, a browser rounds."""


class Chosen(TypedDict):
    """The advanced settings by their names in `Settings`."""

    network: Network
    content_layers: tuple[str, ...]
    style_layers: tuple[str, ...]
    style_loss: StyleLoss
    pooling: Pooling
    optimizer: Optimizer
    init: Start
    seed: int
    device: Device


def fill(settings: Settings) -> None:
    """Set everything to what `settings` says."""
    for name in Chosen.__annotations__:
        value = getattr(settings, name)
        st.session_state[name] = list(value) if isinstance(value, tuple) else value


def advanced(studio: Studio, preset: Settings) -> None:
    """Show the advanced settings."""
    st.selectbox(
        "Network",
        list(_NETWORKS),
        format_func=_network_label,
        key="network",
        help="Whose eyes judge the picture. VGG-19 sees a little finer and takes a little longer.",
    )
    download(studio)
    present = (*st.session_state["content_layers"], *st.session_state["style_layers"])
    layers = list(dict.fromkeys((*LAYERS, *preset.content_layers, *preset.style_layers, *present)))
    st.multiselect(
        "Content layers",
        layers,
        format_func=_layer_label,
        key="content_layers",
        help="Where the photo’s shapes are looked for. Deep layers (4, 5) know things, not edges.",
        on_change=refill,
        args=("content_layers",),
    )
    keep("content_layers")
    st.multiselect(
        "Style layers",
        layers,
        format_func=_layer_label,
        key="style_layers",
        help="Where the painting’s manner is looked for: 1 is grain and colour, 5 is large forms.",
        on_change=refill,
        args=("style_layers",),
    )
    keep("style_layers")
    st.selectbox(
        "Style loss",
        list(_STYLE_LOSSES),
        format_func=_STYLE_LOSSES.__getitem__,
        key="style_loss",
        help="How the painting’s manner is compared. Wasserstein: faint traits count too, so that all of the canvas is "
        "painted. Gram: a few strong traits outweigh the rest.",
    )
    st.selectbox(
        "Pooling",
        list(_POOLINGS),
        format_func=_POOLINGS.__getitem__,
        key="pooling",
        help="How the network steps back from the picture. Average gives softer transitions.",
    )
    st.selectbox(
        "Optimiser",
        list(_OPTIMIZERS),
        format_func=_OPTIMIZERS.__getitem__,
        key="optimizer",
        help="Who holds the brush. L-BFGS needs fewer epochs, Adam is patient and steady.",
    )
    start_picture.choose()
    st.number_input(
        "Seed",
        min_value=0,
        max_value=LARGEST_SEED,
        step=1,
        key="seed",
        help="The same number gives the same picture; another one another throw of the dice.",
    )
    st.selectbox(
        "Device",
        list(_DEVICES),
        format_func=_DEVICES.__getitem__,
        key="device",
        help="What does the work. A graphics card is much faster, if there is one.",
    )


def chosen() -> Chosen:
    """What is chosen of the advanced settings."""
    state = st.session_state
    return Chosen(
        network=state["network"],
        content_layers=tuple(state["content_layers"]),
        style_layers=tuple(state["style_layers"]),
        style_loss=state["style_loss"],
        pooling=state["pooling"],
        optimizer=state["optimizer"],
        init=start_picture.setting(),
        seed=int(state["seed"]),
        device=state["device"],
    )


def _network_label(name: str) -> str:
    missing = name == "vgg19" and not vgg19_available()
    return _NETWORKS[name] + (" (548 MB download)" if missing else "")


def _layer_label(name: str) -> str:
    return "relu4, the last" if name == DEEPEST else name
