"""What stands on the canvas at first: the photo, noise, or another picture of the user's own."""

from contextlib import suppress
from pathlib import Path
from typing import cast

import streamlit as st

from styletransfer.controls import CONTROLS
from styletransfer.errors import StyleTransferError
from styletransfer.settings import Start
from styletransfer.studio.page.sidebar.picker import ENDINGS, LARGEST_MB
from styletransfer.studio.pictures import Picture, read_picture
from styletransfer.studio.presentation import html
from styletransfer.studio.presentation.markdown import plain
from styletransfer.texts import Text, _, say

OTHER = "other"
"""The choice that is no setting: a picture file goes with the run."""
MISSING = Text("Choose the picture to start from, under Advanced.")
_CONTROL = CONTROLS["init"]


def choose() -> None:
    """Show the choice and, for another picture, the place to drop it."""
    st.selectbox(
        say(_CONTROL.label),
        [*(_CONTROL.choices or ()), OTHER],
        format_func=lambda start: _("Another picture") if start == OTHER else _CONTROL.read(start),
        key=_CONTROL.state_key,
        help=say(_CONTROL.help),
    )
    if st.session_state["init"] != OTHER:
        return
    with st.container(key="start_place"):
        st.file_uploader(
            _("The picture to start from"),
            type=ENDINGS,
            key="start_picture",
            on_change=_adopt_upload,
            max_upload_size=LARGEST_MB,
            label_visibility="collapsed",
        )
        if problem := st.session_state.get("start_picture_error"):
            st.error(plain(say(problem)), icon=":material/image_not_supported:")
        if (own := _own()) is not None:
            st.html(html.thumbnail(own, say(_CONTROL.label)))


def setting() -> Start:
    """The choice as the settings have it."""
    choice = st.session_state["init"]
    return "photo" if choice == OTHER else cast("Start", choice)


def picture() -> Picture | None:
    """The picture to start from, or None where that is the photo, noise, or not chosen yet."""
    return _own() if st.session_state["init"] == OTHER else None


def missing() -> bool:
    """Whether another picture is wanted, but none is chosen."""
    return st.session_state.get("init") == OTHER and _own() is None


def adopt(path: Path | None) -> None:
    """Choose the picture that a run began with. A file that is gone or damaged leaves the choice as it was."""
    if path is None:
        return
    with suppress(StyleTransferError, OSError):
        st.session_state["start_own"] = read_picture(path.read_bytes(), path.name)
        st.session_state["init"] = OTHER


def _own() -> Picture | None:
    return cast("Picture | None", st.session_state.get("start_own"))


def _adopt_upload() -> None:
    """Check what was dropped. A file that cannot be used leaves the choice as it was."""
    file = st.session_state["start_picture"]
    st.session_state["start_picture_error"] = None
    if file is None:  # taken away again
        st.session_state["start_own"] = None
        return
    try:
        st.session_state["start_own"] = read_picture(file.getvalue(), file.name)
    except StyleTransferError as error:
        st.session_state["start_picture_error"] = error.text
