"""The stage: what is being painted, live. The painting itself happens in another process; this only looks at it."""

from dataclasses import dataclass

import streamlit as st

from styletransfer.inputs import Inputs
from styletransfer.studio.components import live
from styletransfer.studio.pictures import Shown, title
from styletransfer.studio.presentation import formatting, html
from styletransfer.studio.presentation.status_text import gauge, painted, signature
from styletransfer.studio.storage.gallery import called
from styletransfer.studio.studio import Snapshot, State, Studio
from styletransfer.texts import _


@dataclass(frozen=True)
class Sources:
    """What a run is painted from.

    Attributes:
        inputs: Its pictures, None where a file is gone.
        shape: (height, width) with the aspect ratio of the result.
        regions: The photo with its regions in their colours, as a `data:` URL; empty without any.
    """

    inputs: Inputs[Shown | None]
    shape: tuple[int, int]
    regions: str = ""

    @property
    def canvas(self) -> str:
        """`data:` URL of what is shown before the first stroke; empty where all files are gone."""
        first = self.inputs.start or self.inputs.photo
        return first.small if first else ""

    def markup(self, snapshot: Snapshot) -> str:
        """The pictures, small, with their titles."""
        names = (snapshot.photo_name, *snapshot.painting_names)
        shown = zip((self.inputs.photo, *self.inputs.paintings), names, strict=False)
        photo, *paintings = ((picture.small if picture else "", title(name)) for picture, name in shown)
        return html.sources(photo, *dict.fromkeys(paintings), regions=self.regions)


def live_stage(studio: Studio, run_id: str, sources: Sources) -> None:
    """Show a run that is not over. The picture and the gauge keep themselves up to date; see `live`."""
    st.html(html.ratio_style(sources.shape))
    st.fragment(_frame)(studio, run_id, sources, studio.active())


def _frame(studio: Studio, run_id: str, sources: Sources, queue: list[str]) -> None:
    """Draw the stage, anew whenever a button is pressed or the gauge tells that the run stands otherwise."""
    snapshot = studio.snapshot(run_id)
    if snapshot is None or snapshot.state.over or studio.active() != queue:
        st.rerun()  # the whole page: it looks different then, not only the stage
    settings = studio.settings(run_id) if snapshot.steered else None
    with st.container(horizontal=True, key="head", vertical_alignment="center"):
        st.html(html.headline(*_headline(called(studio.gallery, snapshot), snapshot)))
        _buttons(studio, snapshot)
    with st.container(key="easel"):
        with st.container(key="live_image"):
            live.picture(run_id, sources.canvas, painted(snapshot))
        st.html(sources.markup(snapshot), width="content")
    with st.container(key="progress"):
        live.gauge(run_id, gauge(snapshot, settings.weighting if settings else None), signature(snapshot))


def _headline(name: str, snapshot: Snapshot) -> tuple[str, str]:
    if snapshot.state is State.QUEUED:
        return name, _("{place}. It begins by itself.", place=formatting.ordinal(max(1, snapshot.place)))
    if snapshot.requested == "stop":
        return name, _("Stopping after this step.")
    if snapshot.state is State.PAUSED:
        return name, _("Paused. Nothing is lost; go on whenever you like.")
    if snapshot.state is State.STARTING:
        return name, _("Getting the brushes ready.")
    return name, _("Being painted.")


def _buttons(studio: Studio, snapshot: Snapshot) -> None:
    run_id, paused = snapshot.run_id, snapshot.state is State.PAUSED
    if run_id not in studio.active():
        return  # another studio is at work on it
    if snapshot.state is not State.QUEUED:
        st.button(
            _("Resume") if paused else _("Pause"),
            key="pause",
            icon=":material/play_arrow:" if paused else ":material/pause:",
            on_click=studio.resume if paused else studio.pause,
            args=(run_id,),
            disabled=snapshot.requested is not None,
        )
    waiting = snapshot.state is State.QUEUED
    st.button(
        _("Leave the queue") if waiting else _("Stop"),
        key="stop",
        icon=":material/close:" if waiting else ":material/stop:",
        on_click=studio.stop,
        args=(run_id,),
        disabled=snapshot.requested == "stop",
        shortcut="Alt+S",
    )
