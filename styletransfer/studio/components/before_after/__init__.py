"""The before/after slider: the photo over the painting, with a border that is moved by mouse, finger or arrow keys."""

from pathlib import Path

import streamlit as st

from styletransfer.texts import _

_FOLDER = Path(__file__).parent
_component = st.components.v2.component(
    "styletransfer_before_after",
    html=(_FOLDER / "before_after.html").read_text("utf-8"),
    css=(_FOLDER / "before_after.css").read_text("utf-8"),
    js="\n".join((_FOLDER / name).read_text("utf-8") for name in ("border.js", "before_after.js")),
)


def before_after(
    run: str, before: str, after: str, ratio: float, *, photo: str, painted: str | None = None, position: int = 12
) -> None:
    """Show two pictures over each other.

    Args:
        run: What is compared; another value sets the border back to `position`.
        before: The photo as a `data:` URL.
        after: The painted picture as a `data:` URL.
        ratio: Width over height of both.
        photo: Title of the photo, for the alt texts; or of the one painted picture, where two are compared.
        painted: Title of the other painted picture, where two are compared.
        position: Where the border stands at first, in percent from the left: mostly the new picture, with
            enough of the old one to show that there is something to drag.
    """
    names = (_("photo"), _("painted")) if painted is None else (photo, painted)
    _component(
        key="compare_slider",
        data={
            "run": run,
            "label": _("Border between the two pictures"),
            "before": names[0],
            "after": names[1],
            "before_src": before,
            "after_src": after,
            "before_alt": _("The photo: {photo}", photo=photo) if painted is None else photo,
            "after_alt": painted or _("The painted picture of {photo}", photo=photo),
            "ratio": ratio,
            "position": position,
        },
    )
