"""The loss curves' place on the page: what is switched on, the chart, the CSV."""

import streamlit as st

from styletransfer.frames import LOSS_NAMES, LossName
from styletransfer.studio.charts import HEIGHT, LABELS, described, loss_chart
from styletransfer.studio.jobs import Studio
from styletransfer.studio.snapshot import Snapshot

REFRESH_SECONDS = 1.0


def curves(studio: Studio, snapshot: Snapshot) -> None:
    """Show the curves of a run, anew every second while it is being painted."""
    if not snapshot.losses.epochs and snapshot.state.over:
        return
    with st.container(key="losses"):
        with st.container(horizontal=True, vertical_alignment="center", key="loss_head"):
            st.html('<h2 class="label">Losses</h2>', width="content")
            shown: list[LossName] = (
                st.pills(
                    "Curves",
                    LOSS_NAMES,
                    selection_mode="multi",
                    default=LOSS_NAMES,
                    format_func=LABELS.__getitem__,
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
        with st.container(key="loss_chart", height=HEIGHT + 8, border=False):
            if snapshot.state.over:
                _chart(snapshot, shown)
            else:
                st.fragment(_live_chart, run_every=REFRESH_SECONDS)(studio, snapshot.run_id, shown)


def _live_chart(studio: Studio, run_id: str, shown: list[LossName]) -> None:
    snapshot = studio.snapshot(run_id)
    if snapshot is not None:
        _chart(snapshot, shown)


def _chart(snapshot: Snapshot, shown: list[LossName]) -> None:
    if not snapshot.losses.epochs:
        st.html('<p class="note">The curves begin with the first epoch.</p>')
        return
    st.plotly_chart(
        loss_chart(snapshot.losses, shown, [epoch for epoch, _ in snapshot.steered]),
        key="loss_figure",
        height=HEIGHT,
        config={"displayModeBar": False, "responsive": True},
        alt=described(snapshot.losses),
    )
