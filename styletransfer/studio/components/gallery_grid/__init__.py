"""What is shown in the gallery: pictures with their labels below them, and what can be done with each."""

from collections.abc import Callable
from typing import Any, TypedDict, cast

import streamlit as st

from styletransfer.studio.components.loader import component
from styletransfer.texts import _

_component = component(__file__)


class GalleryTile(TypedDict):
    """One picture with its label.

    Attributes:
        id: The run's id.
        address: Where it is seen large, from "?" on.
        title: What stands on the label.
        facts: What it was painted with, in short.
        state: How it stands, and when it was begun.
        note: What is special about it, or nothing.
        src: Address of the small picture.
        alt: What a screen reader says.
        painted: Whether the picture shows anything painted yet.
        ratio: Width over height of the picture.
        share: How far it is painted, 0 to 1, or None when it is over.
        pinned: Whether it is kept whatever happens.
        chosen: Whether it is among those chosen.
        may: What can be done with it: "choose", "rename", "repeat", "pin", "delete".
    """

    id: str
    address: str
    title: str
    facts: str
    state: str
    note: str
    src: str
    alt: str
    painted: bool
    ratio: float
    share: float | None
    pinned: bool
    chosen: bool
    may: list[str]


class Act(TypedDict):
    """What the user did: `what` with the run `id`, or, where that is "choose", which of those shown are chosen now."""

    what: str
    id: str
    title: str
    chosen: list[str]


def gallery_grid(label: str, pictures: list[GalleryTile], *, key: str, on_act: Callable[[], None]) -> None:
    """Show the pictures. `on_act` runs when the user has done something; `acted(key)` then says what.

    Args:
        label: What is shown, for screen readers.
        pictures: In their order.
        key: The component's key.
        on_act: Called before the next run of the page.
    """
    _component(key=key, data={"label": label, "pictures": pictures, "words": _words()}, on_act_change=on_act)


def _words() -> dict[str, str]:
    """What stands on the buttons and what screen readers say; {title} is each picture's."""
    return {
        "open": _("Open {title}"),
        "notShown": _("The picture cannot be shown"),
        "choose": _("Choose, to compare, export or delete"),
        "chooseOne": _("Choose {title}"),
        "newTitle": _("New title"),
        "repeat": _("Repeat"),
        "repeatOne": _("Repeat {title} with changes"),
        "rename": _("Rename"),
        "renameOne": _("Rename {title}"),
        "pin": _("Pin"),
        "pinOne": _("Pin {title}: it is kept whatever happens, and hangs first"),
        "unpin": _("Unpin"),
        "unpinOne": _("Unpin {title}: it may go when space is short"),
        "delete": _("Delete"),
        "deleteOne": _("Delete {title}; it can be undone"),
    }


def acted(key: str) -> Act | None:
    """What the user has just done, checked for its form, since it comes from a browser; None if nothing."""
    state = cast("dict[str, Any]", st.session_state.get(key, {}))
    act = state.get("act")
    if not isinstance(act, dict):
        return None
    what, run_id, title, chosen = act.get("what"), act.get("id"), act.get("title", ""), act.get("chosen", [])
    if not all(isinstance(value, str) for value in (what, run_id, title)) or not isinstance(chosen, list):
        return None
    ids = [each for each in chosen if isinstance(each, str)]
    return Act(what=str(what), id=str(run_id), title=str(title), chosen=ids)
