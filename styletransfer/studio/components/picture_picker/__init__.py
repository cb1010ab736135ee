"""The gallery: small pictures in a grid, one of which is chosen, by mouse or by arrow keys."""

from collections.abc import Callable
from typing import TypedDict, cast

import streamlit as st

from styletransfer.studio.components.loader import component

_component = component(__file__)


class Tile(TypedDict):
    """One picture of the gallery: what it is called, what a screen reader says, and it as a `data:` URL."""

    id: str
    alt: str
    src: str


def picture_picker(
    label: str, tiles: list[Tile], chosen: str | None, *, key: str, on_change: Callable[[], None]
) -> None:
    """Show the gallery. `on_change` runs when the user has chosen; `picked(key)` then says what.

    Args:
        label: What is being chosen, for screen readers.
        tiles: The pictures in their order.
        chosen: Id of the one that is in use, or None.
        key: The component's key.
        on_change: Called before the next run of the page.
    """
    data = {"label": label, "tiles": tiles, "chosen": chosen}
    _component(key=key, data=data, on_chosen_change=on_change)


def picked(key: str) -> str | None:
    """Id of the tile that the user has chosen last, or None."""
    state = cast("dict[str, dict[str, str] | None]", st.session_state.get(key, {}))
    chosen = state.get("chosen")
    return chosen["id"] if chosen else None
