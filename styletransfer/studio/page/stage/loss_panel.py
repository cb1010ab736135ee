"""The loss curves' place on the page: what is switched on, the chart, the CSV."""

import streamlit as st

from styletransfer.engine.frames import LOSS_NAMES, LossName
from styletransfer.studio.components import live
from styletransfer.studio.presentation import html, status_text
from styletransfer.studio.presentation.loss_figure import HEIGHT, LABELS
from styletransfer.studio.snapshot import Snapshot
from styletransfer.studio.studio import Studio
from styletransfer.texts import _, say

LINE = 44
"""Pixels for the words below the curves that tell the loss of the picture as it is saved, if that is another."""


def loss_panel(studio: Studio, snapshot: Snapshot) -> None:
    """Show the curves of a run; while it is being painted they keep themselves up to date."""
    if not snapshot.losses.epochs and snapshot.state.over:
        return
    with st.container(key="losses"):
        with st.container(horizontal=True, vertical_alignment="center", key="loss_head"):
            st.html(html.label(_("Losses")), width="content")
            shown: list[LossName] = (
                st.pills(
                    _("Curves"),
                    LOSS_NAMES,
                    selection_mode="multi",
                    default=LOSS_NAMES,
                    format_func=lambda name: say(LABELS[name]),
                    key="curves",
                    label_visibility="collapsed",
                )
                or []
            )
            st.space("stretch")
            st.download_button(
                "CSV",
                lambda: studio.losses_csv(snapshot.run_id) or b"",
                file_name=f"{snapshot.run_id}-losses.csv",
                mime="text/csv",
                key="losses_csv",
                on_click="ignore",
                icon=":material/download:",
                type="tertiary",
            )
        settings = studio.settings(snapshot.run_id)
        clips = bool(snapshot.clipped) or not (snapshot.state.over or settings is None or settings.bounded)
        height = HEIGHT + (LINE if clips else 0)
        with st.container(key="loss_chart", height=height + 8, border=False):
            live.chart(snapshot.run_id, shown, height, ongoing=not snapshot.state.over)
        if snapshot.state.over and snapshot.steered:
            for sentence in status_text.sentences(snapshot, settings.weighting if settings else None):
                st.html(html.line(sentence))
