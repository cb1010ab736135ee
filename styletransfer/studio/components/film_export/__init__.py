"""The making of a painting as a film: its kind, length and pace are chosen, the rest is one click.

The film is made by the server while the page goes on, and comes whole or not at all (see `run_routes`).
"""

from urllib.parse import urlencode

import streamlit as st

from styletransfer.imaging.film import FilmFormat
from styletransfer.studio.components.loader import component
from styletransfer.texts import Text, _, language, say

HOLD = 2
"""Seconds that a film rests on the last picture."""

_component = component(__file__)
_FORMATS: dict[FilmFormat, str] = {"mp4": "MP4", "webp": "WebP", "gif": "GIF"}
_NOTES: dict[FilmFormat, Text] = {
    "mp4": Text("A video for anything that plays videos; the sharpest of the three."),
    "webp": Text("Plays by itself in browsers and most chats, in all colours."),
    "gif": Text("Plays everywhere, small and with 256 colours."),
}
_PACES = {"even": Text("Even"), "slow": Text("Slow start")}


def film_export(run_id: str, name: str, *, recolored: bool = False) -> None:
    """Show what can be chosen about a film, and the button that makes it.

    Args:
        run_id: The run.
        name: Name of the file without its ending.
        recolored: Whether the picture is shown in other colours than the painting's own, which a film has not.
    """
    with st.popover(_("Film"), icon=":material/movie:", key="film"):
        fmt = st.segmented_control(
            _("Kind"), list(_FORMATS), default="mp4", format_func=_FORMATS.__getitem__, key="film_kind", required=True
        )
        st.caption(say(_NOTES[fmt]))
        if recolored:
            st.caption(_("A film keeps to the painting’s own colours."))
        seconds = st.slider(_("Length"), 3, 60, 10, format="%d s", key="film_seconds")
        pace = st.segmented_control(
            _("Pace"),
            list(_PACES),
            default="even",
            format_func=lambda pace: say(_PACES[pace]),
            key="film_pace",
            required=True,
            help=_("A slow start lingers on the first strokes, in which most happens."),
        )
        asked = {"seconds": seconds, "hold": HOLD, "name": name, **({"slow": 1} if pace == "slow" else {})}
        data = {
            "address": f"runs/{run_id}/film.{fmt}?{urlencode(asked)}",
            "name": f"{name}.{fmt}",
            "locale": language(),
            "words": {
                "export": _("Export {format}", format=_FORMATS[fmt]),
                "giveUp": _("Give up"),
                "working": _(
                    "Putting the film together, which can take up to a minute. The page can be used meanwhile."
                ),
                "saved": _("Saved: {size} MB."),
                "givenUp": _("Given up."),
                "noAnswer": _("The server does not answer; is it still running?"),
            },
        }
        _component(key="film_export", data=data)
