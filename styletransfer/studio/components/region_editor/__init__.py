"""The region editor: painting regions on the photo, and saying what becomes of each.

All painting happens in the browser, on a small copy of the photo; the page is told a moment after each change.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict, cast

import streamlit as st

from styletransfer.texts import _, language

_FOLDER = Path(__file__).parent
_SCRIPTS = ("masks", "history", "pick", "view", "tools", "pointer", "bar", "panel", "region_editor")
_component = st.components.v2.component(
    "styletransfer_region_editor",
    html=(_FOLDER / "region_editor.html").read_text("utf-8"),
    css=(_FOLDER / "region_editor.css").read_text("utf-8"),
    js="\n".join((_FOLDER / f"{name}.js").read_text("utf-8") for name in _SCRIPTS),
)


class Canvas(TypedDict):
    """What is painted on.

    `src` is the photo and `tile` it small, as `data:` URLs; `width` and `height` are those of the small copy that masks
    have; `labels` is a picture of that size with the number of each pixel's superpixel, red + 256 green; `title` is
    what a screen reader says.
    """

    src: str
    tile: str
    labels: str
    width: int
    height: int
    title: str


class PaintingChoice(TypedDict):
    """A painting that a region may follow: its place on the page, its title, and it small as a `data:` URL."""

    id: str
    title: str
    src: str


class GivenRegion(TypedDict):
    """A region to begin with: `painting` is a place or None for what stays, `mask` a `data:` URL, if any."""

    name: str
    color: str
    painting: str | None
    weight: float
    mask: str | None


def region_editor(
    canvas: Canvas,
    paintings: list[PaintingChoice],
    *,
    seed: str,
    regions: list[GivenRegion],
    feather: float,
    may_add: bool,
    key: str,
    on_change: Callable[[], None],
    on_painting: Callable[[], None],
) -> None:
    """Show the editor.

    Args:
        canvas: What is painted on.
        paintings: What a region may follow.
        seed: Another one makes the editor begin with `regions`; with the same it goes on with what was painted in it.
        regions: What there is to begin with.
        feather: Width of the edges, in percent of the long side.
        may_add: Whether another painting can be asked for.
        key: The component's key.
        on_change: Called before the next run of the page when something was painted; `painted(key)` then says what.
        on_painting: Likewise when another painting is asked for.
    """
    data = {
        "photo": canvas,
        "paintings": paintings,
        "seed": seed,
        "regions": regions,
        "feather": feather,
        "mayAdd": may_add,
        "words": _words(),
        "locale": language(),
    }
    _component(key=key, data=data, on_regions_change=on_change, on_painting_change=on_painting)


def painted(key: str) -> Any:
    """What the browser has told last, or None. It is not to be trusted."""
    return cast("dict[str, Any]", st.session_state.get(key) or {}).get("regions")


def _words() -> dict[str, str]:
    """What stands on the editor and what screen readers say; {number} is the browser's."""
    return {
        "tools": _("Tools"),
        "pick": _("Pick"),
        "brush": _("Brush"),
        "eraser": _("Eraser"),
        "rectangle": _("Rectangle"),
        "lasso": _("Lasso"),
        "pickHint": _("Click on something: all that belongs to it is taken in."),
        "brushHint": _("Paint over what belongs to the region."),
        "eraserHint": _("Wipe away what is not to belong to any region."),
        "rectangleHint": _("Draw a rectangle from corner to corner."),
        "lassoHint": _("Draw around what belongs to the region."),
        "otherButton": _("The right button takes away."),
        "pickKey": "P",
        "brushKey": "B",
        "eraserKey": "E",
        "rectangleKey": "R",
        "lassoKey": "L",
        "undoKey": "Ctrl+Z",
        "redoKey": "Ctrl+Y",
        "invertKey": "I",
        "clearKey": "Del",
        "fitKey": "0",
        "zoomInKey": "+",
        "zoomOutKey": "−",
        "takeAway": _("Take away"),
        "takeAwayHint": _("The tool takes away instead, as the right button or Alt does"),
        "tolerance": _("Reach"),
        "size": _("Size"),
        "softness": _("Softness"),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "invert": _("Swap with everything else"),
        "clear": _("Empty the region"),
        "zoomIn": _("Larger"),
        "zoomOut": _("Smaller"),
        "fit": _("The whole photo"),
        "region": _("Region {number}", number="{number}"),
        "choose": _("Paint in this region"),
        "name": _("Name of the region"),
        "empty": _("nothing yet"),
        "remove": _("Remove the region"),
        "becomes": _("What becomes of it"),
        "keep": _("Leave it as it is in the photo"),
        "keepShort": _("As it is"),
        "more": _("Another painting"),
        "weight": _("Style"),
        "add": _("Add a region"),
        "rest": _("Everything else"),
        "feather": _("Soft edges"),
    }
