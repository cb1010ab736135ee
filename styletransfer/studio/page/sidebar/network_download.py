"""The offer to fetch VGG-19, and how the download stands. The only thing on the page that goes to the internet."""

import streamlit as st

from styletransfer.studio.presentation import html
from styletransfer.studio.presentation.markdown import plain
from styletransfer.studio.studio import Studio
from styletransfer.support import units
from styletransfer.support.paths import vgg19_available
from styletransfer.texts import Text, _, say

SIZE = 548_000_000
"""Bytes that torchvision's VGG-19 weights take."""
REFRESH_SECONDS = 1.0


def download(studio: Studio) -> None:
    """Show the offer while VGG-19 is not there, or the progress of its download."""
    progress = studio.fetching()
    if vgg19_available() and (progress is None or progress.state != "running"):
        return
    with st.container(key="vgg19"):
        running = progress is not None and progress.state == "running"
        st.fragment(_progress, run_every=REFRESH_SECONDS if running else None)(studio)


def _progress(studio: Studio) -> None:
    progress = studio.fetching()
    if progress is not None and progress.state == "running":
        size = progress.size or SIZE
        far = _("{part} of {whole}", part=units.megabytes(progress.received), whole=units.megabytes(size))
        st.html(html.progress(progress.received / size, far, "", "", still=False, label=_("Download of VGG-19")))
        st.button(_("Cancel the download"), key="cancel_fetch", on_click=studio.cancel_fetch, type="tertiary")
        st.session_state["fetching"] = True
        return
    if st.session_state.pop("fetching", False):
        st.rerun()  # the timer stops only when the whole page is drawn anew
    if progress is not None and progress.state == "failed":
        said = say(progress.error or Text("The download failed; try again."))
        st.error(plain(said), icon=":material/cloud_off:")
    large = units.megabytes(SIZE)
    st.html(html.line(_("VGG-19 is not here yet: a download of {size}, once. VGG-16 paints without.", size=large)))
    if st.button(_("Download VGG-19"), key="fetch", icon=":material/download:"):
        studio.fetch_vgg19()
        st.rerun()
