"""Variations: small paintings in labelled rows and columns, one of which is chosen by mouse or arrow keys."""

from collections.abc import Callable
from typing import Literal, TypedDict, cast

import streamlit as st

from styletransfer.studio.components.loader import component
from styletransfer.texts import _

_component = component(__file__)


class Label(TypedDict):
    """What stands at a row or column: what a painter calls it, and its number."""

    words: str
    value: str


class Cell(TypedDict):
    """One small painting: it as a `data:` URL or "", what a screen reader says, and where it stands."""

    src: str
    alt: str
    state: Literal["waiting", "painting", "painted"]


class Grid(TypedDict):
    """All that is shown.

    `across` and `down` name the two settings, `cells` go row by row, `chosen` is the number of the one that is in use
    or None, `ratio` is width over height.
    """

    across: str
    down: str
    columns: list[Label]
    rows: list[Label]
    cells: list[Cell]
    chosen: int | None
    ratio: float


def variation_grid(grid: Grid, *, key: str, on_change: Callable[[], None]) -> None:
    """Show the sheet. `on_change` runs when the user has chosen; `picked(key)` then says what."""
    words = {
        "order": _("{across} from left to right, {down} from top to bottom", across=grid["across"], down=grid["down"]),
        "painting": _("being painted"),
    }
    _component(key=key, data={**grid, "words": words}, on_chosen_change=on_change)


def picked(key: str) -> int | None:
    """Number of the cell that the user has chosen last, or None."""
    state = cast("dict[str, dict[str, int] | None]", st.session_state.get(key, {}))
    chosen = state.get("chosen")
    return chosen["cell"] if chosen else None
