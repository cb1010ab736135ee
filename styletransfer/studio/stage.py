"""The stage: what is being painted, live. The painting itself happens in another process; this only looks at it."""

from dataclasses import dataclass

import streamlit as st

from styletransfer.studio import markup, words
from styletransfer.studio.jobs import Snapshot, State, Studio
from styletransfer.studio.pictures import Shown, data_url, pair, title

REFRESH_SECONDS = 0.5


@dataclass(frozen=True)
class Sources:
    """The pictures of a run, None where a file is gone, and (height, width) with the aspect ratio of the result."""

    photo: Shown | None
    paintings: tuple[Shown | None, ...]
    shape: tuple[int, int]

    def markup(self, snapshot: Snapshot) -> str:
        """The pictures, small, with their titles."""
        names = (snapshot.photo_name, *snapshot.painting_names)
        shown = zip((self.photo, *self.paintings), names, strict=False)
        return markup.sources(*((picture.small if picture else "", title(name)) for picture, name in shown))


def live_stage(studio: Studio, run_id: str, sources: Sources) -> None:
    """Show a run that is not over, anew twice a second; when it ends, the whole page is drawn once more."""
    st.html(markup.ratio_style(sources.shape))
    st.fragment(_tick, run_every=REFRESH_SECONDS)(studio, run_id, sources)


def _tick(studio: Studio, run_id: str, sources: Sources) -> None:
    snapshot = studio.snapshot(run_id)
    if snapshot is None or snapshot.state.over:
        st.rerun()  # the timer lives in the browser and stops only when the page is drawn without this fragment
    with st.container(horizontal=True, key="head", vertical_alignment="center"):
        st.html(markup.headline(*_headline(snapshot)))
        _buttons(studio, snapshot)
    with st.container(key="easel"):
        with st.container(key="live_image"):
            _picture(snapshot, sources)
        st.html(sources.markup(snapshot), width="content")
    with st.container(key="progress"):
        st.html(_progress(snapshot))
    if snapshot.message:
        st.html(markup.line(snapshot.message))


def _headline(snapshot: Snapshot) -> tuple[str, str]:
    name = pair(snapshot.photo_name, snapshot.painting_names)
    if snapshot.state is State.QUEUED:
        return name, f"Waiting: {words.ordinal(max(1, snapshot.place))}. It begins by itself."
    if snapshot.requested == "stop":
        return name, "Stopping after this step."
    if snapshot.state is State.PAUSED:
        return name, "Paused. Nothing is lost; go on whenever you like."
    if snapshot.state is State.STARTING:
        return name, "Getting the brushes ready."
    return name, "Being painted."


def _picture(snapshot: Snapshot, sources: Sources) -> None:
    name = title(snapshot.photo_name)
    if snapshot.preview is None:
        alt = f"The photo {name}, not painted yet"
        if sources.photo:
            with st.container(key="blank"):
                st.image(sources.photo.small, alt=alt, width="stretch")
        return
    st.image(data_url(snapshot.preview), alt=f"{name}, painted up to epoch {snapshot.preview_epoch}", width="stretch")


def _progress(snapshot: Snapshot) -> str:
    share = snapshot.epoch / snapshot.epochs
    far = f"Epoch {snapshot.epoch} of {snapshot.epochs}"
    if snapshot.state is State.QUEUED:
        return markup.progress(0, "In the queue", "", "", still=True)
    if snapshot.state is State.STARTING:
        return markup.progress(share, far, "", "", still=False)
    if snapshot.state is State.PAUSED:
        return markup.progress(share, far, "paused", _scale(snapshot), still=True)
    left = f"about {words.duration(snapshot.seconds_left)} left" if snapshot.seconds_left is not None else ""
    pace = words.speed(snapshot.epochs_per_second) if snapshot.epochs_per_second else ""
    return markup.progress(share, far, left, " · ".join(filter(None, (pace, _scale(snapshot)))), still=False)


def _scale(snapshot: Snapshot) -> str:
    return f"{words.pixels(snapshot.scale)} px" if snapshot.scale else ""


def _buttons(studio: Studio, snapshot: Snapshot) -> None:
    run_id, paused = snapshot.run_id, snapshot.state is State.PAUSED
    if snapshot.state is not State.QUEUED:
        st.button(
            "Resume" if paused else "Pause",
            key="pause",
            icon=":material/play_arrow:" if paused else ":material/pause:",
            on_click=studio.resume if paused else studio.pause,
            args=(run_id,),
            disabled=snapshot.requested is not None,
        )
    waiting = snapshot.state is State.QUEUED
    st.button(
        "Leave the queue" if waiting else "Stop",
        key="stop",
        icon=":material/close:" if waiting else ":material/stop:",
        on_click=studio.stop,
        args=(run_id,),
        disabled=snapshot.requested == "stop",
        shortcut="Alt+S",
    )
