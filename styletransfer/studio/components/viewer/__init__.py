"""The viewer of a run: through its moments, between its colours and the photo's, against another picture.

It fetches its pictures by itself from the addresses in `run_routes`, so that no picture travels with the page.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import streamlit as st

from styletransfer.texts import _, language

_FOLDER = Path(__file__).parent
_BEFORE_AFTER = _FOLDER.with_name("before_after")
_component = st.components.v2.component(
    "styletransfer_viewer",
    html=(_FOLDER / "viewer.html").read_text("utf-8"),
    css="\n".join(path.read_text("utf-8") for path in (_BEFORE_AFTER / "before_after.css", _FOLDER / "viewer.css")),
    js="\n".join(
        path.read_text("utf-8")
        for path in (_BEFORE_AFTER / "border.js", *(_FOLDER / name for name in ("pieces.js", "colors.js", "viewer.js")))
    ),
)


@dataclass(frozen=True)
class Look:
    """What is looked at.

    Attributes:
        epoch: The moment, or None for the finished or else the newest picture.
        colors: Share of the photo's colours, 0 to 100 percent.
    """

    epoch: int | None = None
    colors: int = 0


def viewer(
    run: str,
    version: int,
    size: tuple[int, int],
    *,
    photo: str,
    epochs: int,
    compared: bool = True,
    ongoing: bool = False,
) -> Look:
    """Show the viewer and give what is looked at; the part of the page around it runs anew when that has changed.

    Args:
        run: The run's id; another one starts at its finished picture.
        version: A number that changes with the picture.
        size: (height, width) of the finished picture as it is shown.
        photo: Title of the photo.
        epochs: Epochs of the whole run, 0 if that is not known.
        compared: Whether there is the photo to compare with and to take colours from.
        ongoing: Whether it is still being painted, so that there is no finished picture.
    """
    height, width = size
    data = {
        "run": run,
        "version": version,
        "width": width,
        "height": height,
        "photo": photo,
        "epochs": epochs,
        "compared": compared,
        "ongoing": ongoing,
        "words": _words(photo),
        "locale": language(),
    }
    key = "viewer_past" if ongoing else "viewer"
    _component(key=key, data=data, on_shown_change=lambda: None)
    state = cast("dict[str, Any]", st.session_state.get(key) or {})
    return _look(state.get("shown"), run, version)


def _words(photo: str) -> dict[str, str]:
    """What stands on the viewer and what screen readers say; {epoch}, {epochs} and {share} are the browser's."""
    return {
        "border": _("Border between the two pictures"),
        "moment": _("Moment of the painting"),
        "compareWith": _("Compare with"),
        "photo": _("Photo"),
        "pin": _("This moment"),
        "pinExplained": _("Keep this moment on the left side, then go to another"),
        "paintingColors": _("Painting’s colours"),
        "photoColors": _("Photo’s"),
        "colors": _("Colours, from the painting’s to the photo’s"),
        "colorShare": _("{share} % of the photo’s colours"),
        "photoSide": _("photo"),
        "paintedSide": _("painted"),
        "epochSide": _("epoch {epoch}"),
        "epoch": _("Epoch {epoch}"),
        "epochOf": _("Epoch {epoch} of {epochs}"),
        "finished": _("The painted picture of {photo}", photo=photo),
        "unfinished": _("{photo}, painted up to epoch {epoch}", photo=photo),
        "original": _("The photo: {photo}", photo=photo),
        "content": _("content"),
        "style": _("style"),
        "tv": _("TV"),
        "total": _("total"),
        "play": _("Play how it was painted"),
        "hold": _("Hold"),
    }


def _look(shown: object, run: str, version: int) -> Look:
    """What the browser has told last, if it is of this picture; what it sends is not to be trusted."""
    if not isinstance(shown, dict) or (shown.get("run"), shown.get("version")) != (run, version):
        return Look()
    epoch, colors = shown.get("epoch"), shown.get("colors")
    return Look(epoch if isinstance(epoch, int) else None, min(100, max(0, colors)) if isinstance(colors, int) else 0)
