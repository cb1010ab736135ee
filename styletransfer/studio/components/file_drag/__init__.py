"""Lets the page know that a file is being dragged over it: `:root[data-dragging]` in a style sheet."""

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "styletransfer_file_drag", js=(Path(__file__).parent / "file_drag.js").read_text("utf-8")
)


def file_drag() -> None:
    """Watch for it. Shows nothing."""
    _component(key="dragging")
