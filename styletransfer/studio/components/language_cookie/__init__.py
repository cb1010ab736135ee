"""Keeps the language that was chosen, in a cookie: for the page's own addresses, and for when it is reloaded."""

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "styletransfer_language_cookie", js=(Path(__file__).parent / "language_cookie.js").read_text("utf-8")
)


def language_cookie(name: str, code: str) -> None:
    """Keep a language under that name. Shows nothing."""
    _component(key="language_kept", data={"name": name, "code": code})
