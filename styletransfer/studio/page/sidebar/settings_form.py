"""The left column's settings: a preset, the three weights, the size, the length. Their values are the session's."""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import streamlit as st

from styletransfer.controls import CONTROLS, ON_PAGE, WEIGHTS, Control, at
from styletransfer.settings import PRESETS, Settings, Weighting
from styletransfer.studio.page.sidebar import advanced, region_weights
from styletransfer.studio.page.sidebar.keep_nonempty import keep, refill
from styletransfer.studio.page.sidebar.painting_mix import Split
from styletransfer.studio.presentation import html
from styletransfer.studio.studio import Snapshot, Studio
from styletransfer.texts import Text, _, say

PRESET_NAMES = {
    "draft": Text("Draft"),
    "balanced": Text("Balanced"),
    "fine": Text("Fine"),
    "notebook": Text("Notebook"),
}
_PRESET_NOTES = {
    "draft": Text("A quick sketch, to try out pairs."),
    "balanced": Text("A good picture in a coffee’s time."),
    "fine": Text("Large, with finer strokes. Takes its time."),
    "notebook": Text("The textbook recipe to the letter: both pictures squeezed to 3 : 2, many epochs."),
}

_LIVE = Text("Weights act at once, all else in the next painting.")
"""In the note's place while a run is being painted: one line as that, so that no slider moves from under the hand."""
_APART = Text("This run weighs otherwise: all acts in the next painting.")
"""Likewise, where weights here and in the run that is being painted do not mean the same."""

_HIDDEN = ("normalized", "padding", "bounded", "tv_loss")
"""Settings that nothing on the page sets and that make another painting of the rest: they come along with it."""

_SLIDERS = tuple(control for control in ON_PAGE if control.steps is not None)


def restore(settings: Settings, steered: Weighting | None) -> None:
    """Set everything to what a run was painted with, the weights to those that it was steered to on the way."""
    st.session_state["preset"] = max(PRESETS, key=lambda name: _likeness(PRESETS[name], settings))
    st.session_state["base"] = settings
    _fill(settings)
    if steered is not None:
        st.session_state.update(zip((control.state_key for control in WEIGHTS), steered.terms, strict=True))


def adopt(settings: Settings) -> None:
    """Set everything to what a sheet's cell stands for, except size and length if they are chosen already."""
    if "preset" not in st.session_state or any(getattr(_base(), name) != getattr(settings, name) for name in _HIDDEN):
        restore(settings, None)
        return
    start = st.session_state["init"]
    _fill(replace(settings, size=int(st.session_state["resolution"]), epochs=int(st.session_state["epochs"])))
    st.session_state["init"] = start  # which no sheet varies


def settings_form(studio: Studio, live: Snapshot | None, split: Callable[[], Split]) -> Settings:
    """Show the settings and return what they stand at.

    Args:
        studio: Is told of new weights while it paints.
        live: The run on the stage, unless it is over: its weights follow the sliders.
        split: Tells how the paintings share the picture.

    Raises:
        StyleTransferError: What is chosen under Advanced does not go together, or the regions do not.
    """
    if "preset" not in st.session_state:
        st.session_state["preset"] = "balanced"
        _fill(PRESETS["balanced"])
    st.html(html.label(_("Manner")))
    name = st.segmented_control(
        _("Preset"),
        list(PRESET_NAMES),
        format_func=lambda name: say(PRESET_NAMES[name]),
        key="preset",
        required=True,
        on_change=_adopt_preset,
        label_visibility="collapsed",
        width="stretch",
    )
    st.session_state["preset_shown"] = name
    preset = PRESETS[cast("str", name)]
    st.html(html.line(_note(studio, live, cast("str", name))))
    for control in at("weights"):
        _slider(control, preset, on_change=lambda: _steer(studio))
    if live is not None and live.run_id in studio.active() and _follows(studio, live.run_id):
        region_weights.sliders(studio, live, on_change=lambda: _steer(studio))
    for control in at("manner"):
        _slider(control, preset) if control.steps is not None else _segments(control)
    st.html(html.label(_("Canvas")))
    for control in at("canvas"):
        _slider(control, preset)
    with st.expander(_("Advanced"), key="advanced_panel"):
        advanced.advanced(studio, preset)
        if _base().precision not in ("auto", preset.precision):
            precision = CONTROLS["precision"].read(_base().precision)
            st.html(
                html.line(_("The network reckons in {precision} precision, as the recipe says.", precision=precision))
            )
    return chosen(split())


def chosen(split: Split) -> Settings:
    """What the settings stand at, once they have been shown.

    Args:
        split: How the paintings share the picture.

    Raises:
        StyleTransferError: What is chosen under Advanced does not go together.
    """
    base, size = _base(), int(st.session_state["resolution"])
    shape = base.shape
    if shape is not None:
        height, width = shape
        shape = (round(size * height / max(shape)), round(size * width / max(shape)))
    sliders = {control.name: st.session_state[control.state_key] for control in _SLIDERS}
    choices = {control.name: st.session_state[control.state_key] for control in at("manner") if control.choices}
    whole = {"size": size, "shape": shape, "epochs": int(sliders["epochs"])}
    shared = {"style_shares": split.shares, "region_weights": split.region_weights}
    wanted = {**sliders, **choices, **advanced.chosen(), **whole, **shared}
    return replace(base, **wanted, style_layer_weights=_layer_weights(base, wanted["style_layers"]))


def _layer_weights(base: Settings, layers: tuple[str, ...]) -> tuple[float, ...] | None:
    """The weights of the style layers that are chosen, which nothing on the page sets; a new one weighs as usual."""
    weights = base.style_layer_weights
    if weights is None:
        return None
    known = dict(zip(base.style_layers, weights, strict=True))
    return tuple(known.get(layer, sum(weights) / len(weights)) for layer in layers)


def _base() -> Settings:
    """Where the settings come from that nothing on the page sets: the picture that was restored, or the preset."""
    return cast("Settings", st.session_state.get("base", PRESETS[st.session_state["preset"]]))


def _likeness(preset: Settings, settings: Settings) -> int:
    ours, theirs = preset.to_dict(), settings.to_dict()
    return sum(ours[name] == theirs[name] for name in ours)


def _note(studio: Studio, live: Snapshot | None, preset: str) -> str:
    """What is said of the preset, or of what the sliders do to the run that this server paints."""
    if live is None or live.run_id not in studio.active():
        return say(_PRESET_NOTES[preset])
    return say(_LIVE if _follows(studio, live.run_id) else _APART)


def _steer(studio: Studio) -> None:
    """Hand the weights to the run that is on the stage now, if that is being painted and they mean the same there."""
    run_id = st.query_params.get("run", "")
    if run_id in studio.active() and _follows(studio, run_id):
        terms = [float(st.session_state[control.state_key]) for control in WEIGHTS]
        studio.steer(run_id, Weighting.of([*terms, *region_weights.chosen(studio, run_id)]))


def _follows(studio: Studio, run_id: str) -> bool:
    """Whether the weights here mean the same to a run."""
    painted = studio.settings(run_id)
    base = _base()
    return painted is not None and (painted.normalized, painted.tv_loss) == (base.normalized, base.tv_loss)


def _slider(control: Control, preset: Settings, *, on_change: Callable[[], None] | None = None) -> None:
    """A slider over uneven steps that says at which of them the preset stands, and marks it on the track.

    A value between the steps, which a run from elsewhere may have, is a step of its own as long as it is chosen.
    """
    key, default = control.state_key, getattr(preset, control.name)
    options = tuple(sorted({*(control.steps(default) if control.steps else ()), st.session_state[key]}))
    share = options.index(default) / (len(options) - 1)
    st.html(f"<style>.st-key-{key}{{--default:{share:.4f}}}</style>")
    said = _("Default: {value} (the mark on the line).", value=control.read(default))
    st.select_slider(
        say(control.label),
        options,
        key=key,
        format_func=control.read,
        help=f"{say(control.help)} {said}",
        on_change=on_change,
    )


def _segments(control: Control) -> None:
    """A choice of few, side by side."""
    key = control.state_key
    st.segmented_control(
        say(control.label),
        list(control.choices or ()),
        format_func=control.read,
        key=key,
        required=True,
        width="stretch",
        help=say(control.help),
        on_change=refill,
        args=(key,),
    )
    keep(key)


def _adopt_preset() -> None:
    if st.session_state["preset"] is None:  # a browser whose page is not whole yet may say so: nothing was chosen
        st.session_state["preset"] = st.session_state.get("preset_shown", "balanced")
        return
    st.session_state.pop("base", None)
    _fill(PRESETS[st.session_state["preset"]])


def _fill(settings: Settings) -> None:
    for control in (*at("weights"), *at("manner"), *at("canvas")):
        st.session_state[control.state_key] = getattr(settings, control.name)
    st.session_state["resolution"] = settings.size if settings.shape is None else max(settings.shape)
    advanced.fill(settings)
