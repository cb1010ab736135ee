"""The making of a painting as a film: its kind, length and pace are chosen, the rest is one click.

The film is made by the server while the page goes on, and comes whole or not at all (see `run_routes`).
"""

from urllib.parse import urlencode

import streamlit as st

from styletransfer.imaging.film import FilmFormat
from styletransfer.studio.components.loader import component

HOLD = 2
"""Seconds that a film rests on the last picture."""

_component = component(__file__)
_FORMATS: dict[FilmFormat, str] = {"mp4": "MP4", "webp": "WebP", "gif": "GIF"}
_NOTES: dict[FilmFormat, str] = {
    "mp4": "A video for anything that plays videos; the sharpest of the three.",
    "webp": "Plays by itself in browsers and most chats, in all colours.",
    "gif": "Plays everywhere, small and with 256 colours.",
}
_PACES = {"even": "Even", "slow": "Slow start"}


def film_export(run_id: str, name: str, *, recolored: bool = False) -> None:
    """Show what can be chosen about a film, and the button that makes it.

    Args:
        run_id: The run.
        name: Name of the file without its ending.
        recolored: Whether the picture is shown in other colours than the painting's own, which a film has not.
    """
    with st.popover("Film", icon=":material/movie:", key="film"):
        fmt = st.segmented_control(
            "Kind", list(_FORMATS), default="mp4", format_func=_FORMATS.__getitem__, key="film_kind", required=True
        )
        st.caption(_NOTES[fmt])
        if recolored:
            st.caption("A film keeps to the painting’s own colours.")
        seconds = st.slider("Length", 3, 60, 10, format="%d s", key="film_seconds")
        pace = st.segmented_control(
            "Pace",
            list(_PACES),
            default="even",
            format_func=_PACES.__getitem__,
            key="film_pace",
            required=True,
            help="A slow start lingers on the first strokes, in which most happens.",
        )
        asked = {"seconds": seconds, "hold": HOLD, "name": name, **({"slow": 1} if pace == "slow" else {})}
        data = {
            "address": f"runs/{run_id}/film.{fmt}?{urlencode(asked)}",
            "name": f"{name}.{fmt}",
            "label": f"Export {_FORMATS[fmt]}",
        }
        _component(key="film_export", data=data)
