"""What moves while a picture is being painted: the picture, the gauge below it, and the loss curves.

The page draws them once. From then on they ask the server for news by themselves (see `live_routes`),
and only what has changed is drawn anew; this costs the painting far less than drawing the page again and again.
"""

from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st

from styletransfer.engine.frames import LossName
from styletransfer.texts import Text, _, say

_FOLDER = Path(__file__).parent
_LOST = Text("The connection to the studio is lost. If it was closed, start it again; this page comes back by itself.")


def _script(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


_picture = st.components.v2.component(
    "styletransfer_picture", html="<img>", js=_script("picture.js"), isolate_styles=False
)
_gauge = st.components.v2.component(
    "styletransfer_gauge", html='<div class="gauge"></div>', js=_script("gauge.js"), isolate_styles=False
)
_chart = st.components.v2.component(
    "styletransfer_chart",
    html='<p class="note" hidden></p><div class="chart" role="img"></div><p class="note below" hidden></p>',
    css=_script("chart.css"),
    js=_script("chart.js"),
    isolate_styles=False,
)


def picture(run_id: str, photo: str, alt: str) -> None:
    """Show the newest picture of a run.

    Args:
        run_id: The run.
        photo: `data:` URL of what is shown until there is a picture.
        alt: What a screen reader says of that.
    """
    _picture(key="canvas", data={**_addresses(run_id), "photo": photo, "alt": alt})


def gauge(run_id: str, html: str, signature: str) -> None:
    """Show how far a run is.

    Args:
        run_id: The run.
        html: The gauge as it stands.
        signature: As `status_text.signature` gives it. Once it is another one, the fragment around this runs again.
    """
    lost = f'<p class="notice" role="status">{escape(say(_LOST))}</p>'
    data = {**_addresses(run_id), "html": html, "signature": signature, "lost": lost}
    _gauge(key="gauge", data=data, on_changed_change=lambda: None)


def chart(run_id: str, shown: Sequence[LossName], height: int, *, ongoing: bool) -> None:
    """Show the loss curves of a run.

    Args:
        run_id: The run.
        shown: Names of the curves to draw.
        height: Pixels.
        ongoing: Whether more is to come.
    """
    data = {
        **_addresses(run_id),
        "plotly": "live/plotly.min.js",
        "shown": ",".join(shown),
        "ongoing": ongoing,
        "empty": _("The curves begin with the first epoch."),
    }
    _chart(key="loss_figure", data=data, height=height)


def _addresses(run_id: str) -> dict[str, str]:
    return {"feed": "live/feed.js", "address": f"live/{run_id}"}
