"""A run that is over: the photo against the painted picture, how it ended, and the downloads."""

from functools import partial
from pathlib import Path

import streamlit as st

from styletransfer import images
from styletransfer.errors import StyleTransferError
from styletransfer.studio import markup, words
from styletransfer.studio.compare import compare
from styletransfer.studio.jobs import Snapshot, State, Studio
from styletransfer.studio.pictures import Shown, converted, pair, shown_file, title
from styletransfer.studio.stage import Sources

_FORMATS: dict[images.Format, str] = {"png": "PNG", "jpeg": "JPEG", "webp": "WebP"}


def result(studio: Studio, snapshot: Snapshot, sources: Sources) -> None:
    """Show a run that is over."""
    name = pair(snapshot.photo_name, snapshot.painting_names)
    path = studio.result_path(snapshot.run_id)
    with st.container(horizontal=True, key="head", vertical_alignment="center"):
        st.html(markup.headline(name, _ending(snapshot, painted=path is not None)))
        st.button("New painting", key="new", icon=":material/add:", on_click=leave)
    if snapshot.state is State.FAILED:
        with st.container(key="failure"):
            st.error(snapshot.error or "The painting ended unexpectedly.", icon=":material/error:")
            if snapshot.remedy:
                st.html(markup.line(snapshot.remedy))
    if path is None:
        st.html(markup.note("Nothing was painted in this run.", "Change what you like and press Start again."))
    else:
        try:
            painted = shown_file(path)
        except StyleTransferError as error:
            st.html(markup.note("The picture of this run cannot be shown.", str(error)))
            return
        _picture(snapshot, sources, painted)
        _downloads(snapshot, path, painted)


def leave() -> None:
    """Go back to the empty stage; what is chosen stays."""
    st.query_params.clear()


def _ending(snapshot: Snapshot, *, painted: bool) -> str:
    time = f"{snapshot.epoch} of {snapshot.epochs} epochs in {words.duration(snapshot.seconds)}"
    if snapshot.state is State.FINISHED:
        return f"Finished: {snapshot.epochs} epochs in {words.duration(snapshot.seconds)}."
    if snapshot.state is State.STOPPED:
        return f"Stopped after {time}. What was painted is kept." if painted else "Stopped before the first stroke."
    return f"Ended after {time}." if painted else "Ended before the first stroke."


def _picture(snapshot: Snapshot, sources: Sources, painted: Shown) -> None:
    height, width = painted.size
    photo = sources.photo or painted
    st.html(markup.ratio_style(painted.size))
    with st.container(key="easel"):
        with st.container(key="compare"):
            compare(snapshot.run_id, photo.url, painted.url, width / height, photo=title(snapshot.photo_name))
        st.html(sources.markup(snapshot), width="content")


def _downloads(snapshot: Snapshot, path: Path, painted: Shown) -> None:
    stem = "-".join(pair(snapshot.photo_name, snapshot.painting_names).lower().replace(",", "").split())
    with st.container(horizontal=True, key="downloads", vertical_alignment="center"):
        for fmt, label in _FORMATS.items():
            st.download_button(
                label,
                partial(converted, path, fmt),
                file_name=f"{stem}.{'jpg' if fmt == 'jpeg' else fmt}",
                mime=f"image/{fmt}",
                key=f"download_{fmt}",
                icon=":material/download:",
                type="primary" if fmt == "png" else "secondary",
                on_click="ignore",
            )
        st.html(markup.line(f"{words.pixels(painted.size)} px, full resolution"), width="content")
