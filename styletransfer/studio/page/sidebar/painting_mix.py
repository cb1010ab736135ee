"""The paintings in the left column: one, or up to four that are blended, each with its share."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, cast

import streamlit as st

from styletransfer.settings import MOST_PAINTINGS
from styletransfer.studio.page.sidebar import region_choice
from styletransfer.studio.page.sidebar.picker import adopt_file, begin, chosen_at, picker
from styletransfer.studio.pictures import Picture
from styletransfer.studio.presentation import html
from styletransfer.studio.presentation.markdown import plain
from styletransfer.texts import Text, _, say

FIRST = "painting"
"""The place of the painting that is always there."""
_HEADINGS = (Text("Painting"), Text("Second painting"), Text("Third painting"), Text("Fourth painting"))
_REMOVALS = (
    Text("Take out the painting"),
    Text("Take out the second painting"),
    Text("Take out the third painting"),
    Text("Take out the fourth painting"),
)
_PARTS = tuple(float(part) for part in range(5, 101, 5))
"""What a share's slider offers; only the proportion of the shares counts."""
_EVEN = 50.0
"""Where it begins: all alike, with room either way."""


class Split(NamedTuple):
    """How the paintings share the picture.

    Attributes:
        shares: How much each counts everywhere, in any unit; None while there is only one, or where regions tell.
        region_weights: How strong the style is in each mask, or None without masks.
    """

    shares: tuple[float, ...] | None
    region_weights: tuple[float, ...] | None


def paintings() -> None:
    """Show the pickers, with the shares as long as no region says where each painting applies."""
    places, mixed = _places(), region_choice.mixed()
    for number, place in enumerate(places):
        with st.container(key=f"place_{place}"):
            if number:
                _remove_button(place, say(_REMOVALS[number]))
            picker(place, say(_HEADINGS[number]))
            if len(places) > 1 and mixed:
                _share_slider(place)
    found = placed()
    if len(found) == len(places) > 1 and mixed:
        st.html(html.line(_("The mixture: {paintings}.", paintings=_mixture(list(found.values())))))
    if may_add():
        st.button(
            _("Blend in another painting") if mixed else _("Another painting"),
            key="blend_add",
            icon=":material/add:",
            type="tertiary",
            on_click=add,
        )


def placed() -> dict[str, Picture]:
    """The paintings that are chosen by their places, from top to bottom, once they have been shown."""
    return {place: picture for place in _places() if (picture := chosen_at(place)) is not None}


def chosen() -> dict[str, Picture] | None:
    """All paintings by their places, once they have been shown, or None when one is missing."""
    found = placed()
    return found if len(found) == len(_places()) else None


def split() -> Split:
    """How the paintings share the picture. Raises StyleTransferError if the regions do not go together."""
    places = _places()
    weights = region_choice.weights(places)
    mixed = len(places) > 1 and region_choice.mixed()
    return Split(tuple(_part(place) for place in places) if mixed else None, weights)


def adopt(files: Sequence[tuple[str, Path | None]], given: tuple[float, ...] | None) -> list[str]:
    """Choose the paintings that a run is painted after.

    Args:
        files: (name as the user knows it, file) of each.
        given: Their shares in any unit; None for all alike.

    Returns:
        The place of each.
    """
    if not files:  # a damaged run: what is chosen stays
        return []
    st.session_state["blend"] = [FIRST]
    while len(_places()) < len(files):
        add()
    parts = given if given is not None and len(given) == len(files) else (1.0,) * len(files)
    scale = min(_EVEN * len(parts) / sum(parts), _PARTS[-1] / max(parts))
    for place, (name, path), part in zip(_places(), files, parts, strict=False):
        adopt_file(place, name, path)
        st.session_state[f"share_{place}"] = scale * part
    return _places()


def may_add() -> bool:
    """Whether there is room for another painting."""
    return len(_places()) < MOST_PAINTINGS


def add() -> None:
    """Open a place for another painting, and choose one that is not chosen yet. No effect without room."""
    if not may_add():
        return
    number = st.session_state["blend_places"] = st.session_state.get("blend_places", 1) + 1
    place = f"{FIRST}_{number}"
    begin(place, other_than=[str(st.session_state.get(f"{other}_choice")) for other in _places()])
    st.session_state["blend"] = [*_places(), place]


def _places() -> list[str]:
    """The places of the paintings, from top to bottom; a place that is left is never taken again."""
    return cast("list[str]", st.session_state.setdefault("blend", [FIRST]))


def _remove(place: str) -> None:
    st.session_state["blend"] = [other for other in _places() if other != place]


def _remove_button(place: str, label: str) -> None:
    st.button(
        plain(label), key=f"remove_{place}", icon=":material/close:", type="tertiary", on_click=_remove, args=(place,)
    )


def _part(place: str) -> float:
    return float(st.session_state.setdefault(f"share_{place}", _EVEN))


def _share_slider(place: str) -> None:
    st.select_slider(
        _("Share"),
        sorted({*_PARTS, _part(place)}),
        key=f"share_{place}",
        format_func="{:g}".format,  # not the part of the whole: the browser knows a choice by its text
        help=_("How much of the mixture is in the manner of this painting, beside the others."),
    )


def _mixture(pictures: list[Picture]) -> str:
    parts = [_part(place) for place in _places()]
    return ", ".join(
        f"{picture.title} {100 * part / sum(parts):.0f} %" for picture, part in zip(pictures, parts, strict=True)
    )
