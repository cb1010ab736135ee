"""What most painters leave alone: network, layers, style loss, pooling, solver, start, seed, device."""

from typing import Any

import streamlit as st

from styletransfer.controls import CONTROLS, LARGEST_SEED, LAYERS, Control, at
from styletransfer.settings import Settings
from styletransfer.studio.page.sidebar import start_picture
from styletransfer.studio.page.sidebar.keep_nonempty import keep, refill
from styletransfer.studio.page.sidebar.network_download import download
from styletransfer.studio.studio import Studio
from styletransfer.support.paths import vgg19_available
from styletransfer.texts import _, say


def fill(settings: Settings) -> None:
    """Set everything to what `settings` says."""
    for control in at("advanced"):
        value = getattr(settings, control.name)
        st.session_state[control.state_key] = list(value) if isinstance(value, tuple) else value


def advanced(studio: Studio, preset: Settings) -> None:
    """Show the advanced settings."""
    for control in at("advanced"):
        if control.name == "init":
            start_picture.choose()
        elif control.name == "seed":
            _seed(control)
        elif control.choices is not None and "layers" in control.name:
            _layers(control, preset)
        else:
            _choice(control)
        if control.name == "network":
            download(studio)


def _choice(control: Control) -> None:
    st.selectbox(
        say(control.label),
        list(control.choices or ()),
        format_func=_network_label if control.name == "network" else control.read,
        key=control.state_key,
        help=say(control.help),
    )


def _layers(control: Control, preset: Settings) -> None:
    present = (*st.session_state["content_layers"], *st.session_state["style_layers"])
    st.multiselect(
        say(control.label),
        list(dict.fromkeys((*LAYERS, *preset.content_layers, *preset.style_layers, *present))),
        format_func=control.read,
        key=control.state_key,
        help=say(control.help),
        on_change=refill,
        args=(control.state_key,),
        placeholder=_("Choose layers"),
    )
    keep(control.state_key)


def _seed(control: Control) -> None:
    st.number_input(
        say(control.label),
        min_value=0,
        max_value=LARGEST_SEED,
        step=1,
        key=control.state_key,
        help=say(control.help),
    )


def chosen() -> dict[str, Any]:
    """What is chosen of the advanced settings, by their names in `Settings`."""
    values = {control.name: st.session_state[control.state_key] for control in at("advanced")}
    plain = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return {**plain, "init": start_picture.setting(), "seed": int(values["seed"])}


def _network_label(name: str) -> str:
    label = CONTROLS["network"].read(name)
    if name == "vgg19" and not vgg19_available():
        return _("{network} (548 MB download)", network=label)
    return label
