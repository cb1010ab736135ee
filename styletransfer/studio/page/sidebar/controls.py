"""The left column's settings: a preset, the three weights, the size, the length. Their values are the session's."""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import streamlit as st

from styletransfer.settings import PRESETS, Settings, Weighting
from styletransfer.studio.page.sidebar import advanced
from styletransfer.studio.page.sidebar.keep_nonempty import keep, refill
from styletransfer.studio.presentation import formatting, html
from styletransfer.studio.studio import Snapshot, Studio

PRESET_NAMES = {"draft": "Draft", "balanced": "Balanced", "fine": "Fine", "notebook": "Notebook"}
_PRESET_NOTES = {
    "draft": "A quick sketch, to try out pairs.",
    "balanced": "A good picture in a coffee’s time.",
    "fine": "Large, with finer strokes. Takes its time.",
    "notebook": "The textbook recipe to the letter: both pictures squeezed to 3 : 2, many epochs.",
}

_LIVE = "Weights act at once, all else in the next painting."
"""In the note's place while a run is being painted: one line as that, so that no slider moves from under the hand."""
_APART = "This run weighs otherwise: all acts in the next painting."
"""Likewise, where weights here and in the run that is being painted do not mean the same."""

_HIDDEN = ("normalized", "padding", "bounded", "tv_loss")
"""Settings that nothing on the page sets and that make another painting of the rest: they come along with it."""

_E6 = (1.0, 1.5, 2.2, 3.3, 4.7, 6.8)
STEPS_EACH_WAY = 12
"""Steps of a weight's slider below and above its default: two decades in the E6 series of preferred numbers."""

SIZES = (128, 160, 192, 256, 320, 384, 450, 512, 600, 720, 840, 960, 1080, 1280, 1440, 1680, 2048, 2560, 3072, 4096)
EPOCHS = (5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 120, 150, 180, 200, 220, 270, 320, 400, 500, 700, 1000, 1500, 2000)

STROKES = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)
_PALETTES = {"painting": "The painting’s", "photo": "The photo’s"}

_WEIGHTS = {
    "content_weight": ("Content weight", "How firmly the photo’s shapes are held. Less lets the paint run free."),
    "style_weight": ("Style weight", "How strongly the painting’s colours and strokes take over."),
    "tv_weight": ("TV weight", "How smooth the surface is. More calms speckles, too much blurs."),
}


def restore(settings: Settings, steered: Weighting | None) -> None:
    """Set everything to what a run was painted with, the weights to those that it was steered to on the way."""
    st.session_state["preset"] = max(PRESETS, key=lambda name: _likeness(PRESETS[name], settings))
    st.session_state["base"] = settings
    _fill(settings)
    if steered is not None:
        st.session_state.update(zip(_WEIGHTS, steered, strict=True))


def adopt(settings: Settings) -> None:
    """Set everything to what a sheet's cell stands for, except size and length if they are chosen already."""
    if "preset" not in st.session_state or any(getattr(_base(), name) != getattr(settings, name) for name in _HIDDEN):
        restore(settings, None)
        return
    start = st.session_state["init"]
    _fill(replace(settings, size=int(st.session_state["resolution"]), epochs=int(st.session_state["epochs"])))
    st.session_state["init"] = start  # which no sheet varies


def controls(studio: Studio, live: Snapshot | None, shares: tuple[float, ...] | None = None) -> Settings:
    """Show the settings and return what they stand at.

    Args:
        studio: Is told of new weights while it paints.
        live: The run on the stage, unless it is over: its weights follow the sliders.
        shares: How much each painting counts, or None for all alike.

    Raises:
        StyleTransferError: What is chosen under Advanced does not go together.
    """
    if "preset" not in st.session_state:
        st.session_state["preset"] = "balanced"
        _fill(PRESETS["balanced"])
    st.html('<h2 class="label">Manner</h2>')
    name = st.segmented_control(
        "Preset",
        list(PRESET_NAMES),
        format_func=PRESET_NAMES.__getitem__,
        key="preset",
        required=True,
        on_change=_adopt_preset,
        label_visibility="collapsed",
        width="stretch",
    )
    st.session_state["preset_shown"] = name
    preset = PRESETS[cast("str", name)]
    st.html(html.line(_note(studio, live, cast("str", name))))
    for key, (label, explained) in _WEIGHTS.items():
        default = getattr(preset, key)
        _slider(label, weight_steps(default), default, key, explained, on_change=lambda: _steer(studio))
    _slider(
        "Stroke size",
        STROKES,
        preset.stroke_size,
        "stroke_size",
        "Finer or broader strokes. Keeps its look at every resolution.",
    )
    st.segmented_control(
        "Palette",
        list(_PALETTES),
        format_func=_PALETTES.__getitem__,
        key="palette",
        required=True,
        width="stretch",
        help="Whose colours are used. With the photo’s, only the strokes come from the painting.",
        on_change=refill,
        args=("palette",),
    )
    keep("palette")
    st.html('<h2 class="label">Canvas</h2>')
    _slider(
        "Resolution",
        _with(SIZES, preset.size),
        preset.size,
        "resolution",
        "Pixels along the long side of the result. Twice as many take about four times as long.",
    )
    _slider(
        "Epochs",
        _with(EPOCHS, preset.epochs),
        preset.epochs,
        "epochs",
        "How often the whole picture is gone over. The first ones change most.",
    )
    with st.expander("Advanced", key="advanced_panel"):
        advanced.advanced(studio, preset)
        if _base().precision not in ("auto", preset.precision):
            st.html(html.line(f"The network reckons in {_base().precision} precision, as the recipe says."))
    return chosen(shares)


def chosen(shares: tuple[float, ...] | None) -> Settings:
    """What the settings stand at, once they have been shown.

    Args:
        shares: How much each painting counts, or None for all alike.

    Raises:
        StyleTransferError: What is chosen under Advanced does not go together.
    """
    base, size = _base(), int(st.session_state["resolution"])
    shape = base.shape
    if shape is not None:
        height, width = shape
        shape = (round(size * height / max(shape)), round(size * width / max(shape)))
    return replace(
        base,
        size=size,
        shape=shape,
        epochs=int(st.session_state["epochs"]),
        content_weight=st.session_state["content_weight"],
        style_weight=st.session_state["style_weight"],
        tv_weight=st.session_state["tv_weight"],
        stroke_size=st.session_state["stroke_size"],
        palette=st.session_state["palette"],
        style_shares=shares,
        **advanced.chosen(),
    )


def _base() -> Settings:
    """Where the settings come from that nothing on the page sets: the picture that was restored, or the preset."""
    return cast("Settings", st.session_state.get("base", PRESETS[st.session_state["preset"]]))


def _likeness(preset: Settings, settings: Settings) -> int:
    ours, theirs = preset.to_dict(), settings.to_dict()
    return sum(ours[name] == theirs[name] for name in ours)


def weight_steps(default: float) -> tuple[float, ...]:
    """What a weight's slider offers: off, then two decades up to the default and two beyond it."""
    span = range(-STEPS_EACH_WAY, STEPS_EACH_WAY + 1)
    return (0.0, *(float(f"{default * _E6[step % 6] * 10.0 ** (step // 6):.3g}") for step in span))


def _note(studio: Studio, live: Snapshot | None, preset: str) -> str:
    """What is said of the preset, or of what the sliders do to the run that this server paints."""
    if live is None or live.run_id not in studio.active():
        return _PRESET_NOTES[preset]
    return _LIVE if _follows(studio, live.run_id) else _APART


def _steer(studio: Studio) -> None:
    """Hand the weights to the run that is on the stage now, if that is being painted and they mean the same there."""
    run_id = st.query_params.get("run", "")
    if run_id in studio.active() and _follows(studio, run_id):
        studio.steer(run_id, Weighting(*(float(st.session_state[key]) for key in _WEIGHTS)))


def _follows(studio: Studio, run_id: str) -> bool:
    """Whether the weights here mean the same to a run."""
    painted = studio.settings(run_id)
    base = _base()
    return painted is not None and (painted.normalized, painted.tv_loss) == (base.normalized, base.tv_loss)


def _slider(
    label: str,
    options: tuple[float, ...],
    default: float,
    key: str,
    explained: str,
    *,
    on_change: Callable[[], None] | None = None,
) -> None:
    """A slider over uneven steps that says at which of them the preset stands, and marks it on the track.

    A value between the steps, which a run from elsewhere may have, is a step of its own as long as it is chosen.
    """
    options = tuple(sorted({*options, st.session_state[key]}))
    share = options.index(default) / (len(options) - 1)
    st.html(f"<style>.st-key-{key}{{--default:{share:.4f}}}</style>")
    st.select_slider(
        label,
        options,
        key=key,
        format_func=formatting.weight,
        help=f"{explained} Default: {formatting.weight(default)} (the mark on the line).",
        on_change=on_change,
    )


def _with(options: tuple[int, ...], value: int) -> tuple[int, ...]:
    return tuple(sorted({*options, value}))


def _adopt_preset() -> None:
    if st.session_state["preset"] is None:  # a browser whose page is not whole yet may say so: nothing was chosen
        st.session_state["preset"] = st.session_state.get("preset_shown", "balanced")
        return
    st.session_state.pop("base", None)
    _fill(PRESETS[st.session_state["preset"]])


def _fill(settings: Settings) -> None:
    st.session_state["resolution"] = settings.size if settings.shape is None else max(settings.shape)
    st.session_state["epochs"] = settings.epochs
    st.session_state["stroke_size"] = settings.stroke_size
    st.session_state["palette"] = settings.palette
    for key in _WEIGHTS:
        st.session_state[key] = getattr(settings, key)
    advanced.fill(settings)
