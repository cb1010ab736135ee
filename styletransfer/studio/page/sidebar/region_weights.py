"""How strong the style is in each region of the run that is being painted: sliders that act at once."""

from collections.abc import Callable

import streamlit as st

from styletransfer.settings import LARGEST_REGION_WEIGHT
from styletransfer.studio.page.sidebar import painting_mix, region_choice
from styletransfer.studio.pictures import title
from styletransfer.studio.presentation.markdown import plain
from styletransfer.studio.storage.run_record import at_the_end
from styletransfer.studio.studio import Snapshot, Studio
from styletransfer.texts import _

_STEPS = tuple(round(0.1 * step, 1) for step in range(round(10 * LARGEST_REGION_WEIGHT) + 1))


def sliders(studio: Studio, live: Snapshot, *, on_change: Callable[[], None]) -> None:
    """Show one for each region of a run, except what no region covers.

    Args:
        studio: Knows the run.
        live: The run.
        on_change: Called before the next run of the page; `chosen` then says what.
    """
    weights = _painted_with(studio, live.run_id)
    if not weights:
        return
    if st.session_state.get("region_weights_of") != live.run_id:
        st.session_state["region_weights_of"] = live.run_id
        st.session_state.update({_key(number): weight for number, weight in enumerate(weights)})
    for number, name in enumerate(live.painting_names[: len(weights)]):
        if not number and weights[0] == 1.0:
            continue
        st.html(f"<style>.st-key-{_key(number)}{{--default:{1 / LARGEST_REGION_WEIGHT}}}</style>")
        now = st.session_state.setdefault(_key(number), weights[number])
        st.select_slider(
            plain(_("Style in the region of {painting}", painting=title(name))),
            sorted({*_STEPS, now}),
            key=_key(number),
            format_func="{:g}".format,
            on_change=_changed,
            args=(number, on_change),
        )


def chosen(studio: Studio, run_id: str) -> tuple[float, ...]:
    """What the sliders stand at for a run that is being painted, or what it is painted with; nothing without masks."""
    weights = _painted_with(studio, run_id)
    if st.session_state.get("region_weights_of") != run_id:
        return weights
    return tuple(float(st.session_state.get(_key(number), weight)) for number, weight in enumerate(weights))


def _painted_with(studio: Studio, run_id: str) -> tuple[float, ...]:
    settings, inputs, snapshot = studio.settings(run_id), studio.inputs(run_id), studio.snapshot(run_id)
    if settings is None or inputs is None or snapshot is None:
        return ()
    weights = at_the_end(settings, snapshot.steered).region_weights
    return weights or (1.0,) * len(inputs.masks)


def _changed(number: int, on_change: Callable[[], None]) -> None:
    region_choice.weigh(tuple(painting_mix.placed()), number, float(st.session_state[_key(number)]))
    on_change()


def _key(number: int) -> str:
    return f"region_weight_{number}"
