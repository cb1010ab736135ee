"""What the left column stands at, and whether that is what the page has set it to, or what a run was painted with."""

from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from styletransfer.inputs import Inputs
from styletransfer.settings import Settings
from styletransfer.studio.page.sidebar.chosen_inputs import named
from styletransfer.studio.pictures import Picture
from styletransfer.studio.storage.run_record import at_the_end
from styletransfer.studio.studio import Snapshot, Studio

_File = tuple[str, int]
"""Name as the user knows it, and bytes."""


@dataclass(frozen=True)
class _FormState:
    settings: Settings
    shares: tuple[float, ...]
    inputs: Inputs[_File]


def keep(inputs: Inputs[Picture] | None, settings: Settings | None) -> None:
    """Keep what the left column stands at, now that it is drawn."""
    now = None
    if inputs is not None and settings is not None:
        now = _form_state(settings, inputs.map(lambda picture: (picture.name, len(picture.data))))
    st.session_state["form_state"] = now
    if st.session_state.pop("form_filled", False) or "form_given" not in st.session_state:
        st.session_state["form_given"] = now


def filled() -> None:
    """The page has just set the left column by itself: nothing of the user's is in it."""
    st.session_state["form_filled"] = True


def untouched() -> bool:
    """Whether the left column stands as the page has set it, so that nothing of the user's is lost with it."""
    return bool(st.session_state.get("form_state") == st.session_state.get("form_given"))


def differs(studio: Studio, snapshot: Snapshot) -> bool:
    """Whether the left column stands at something else than what a run was painted with, weights as in the end."""
    settings, inputs = studio.settings(snapshot.run_id), studio.inputs(snapshot.run_id)
    if settings is None or inputs is None or len(inputs.paintings) != len(snapshot.painting_names):
        return False  # a damaged run, which cannot be followed
    try:
        files = named(snapshot.photo_name, snapshot.painting_names, inputs)
        run = _form_state(at_the_end(settings, snapshot.steered), files.map(lambda file: (file[0], _bytes(file[1]))))
    except OSError:
        return False
    return bool(st.session_state.get("form_state") != run)


def _form_state(settings: Settings, inputs: Inputs[_File]) -> _FormState:
    """In one form, as one and the same painting can be written down in several."""
    shares = tuple(round(share, 4) for share in settings.shares(len(inputs.paintings)))
    if inputs.start is not None:
        inputs = replace(inputs, start=("", inputs.start[1]))  # a run does not keep what the user called it
    size = settings.size if settings.shape is None else max(settings.shape)
    weights = settings.region_weights if settings.region_weights != (1.0,) * len(inputs.masks) else None
    settings = replace(settings, size=size, style_shares=None, region_weights=weights, device="auto")
    return _FormState(settings, shares, inputs)


def _bytes(path: Path | None) -> int:
    return path.stat().st_size if path else 0
