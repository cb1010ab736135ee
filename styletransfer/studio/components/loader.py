"""Parts of the page that Streamlit does not have: each a folder with its html, css and js, and its face in Python."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer


def component(file: str) -> ComponentRenderer:
    """The component in the folder of `file`; the folder's name is that of its html, css and js, too."""
    folder = Path(file).parent
    html, css, js = ((folder / f"{folder.name}.{ending}").read_text("utf-8") for ending in ("html", "css", "js"))
    return st.components.v2.component(f"styletransfer_{folder.name}", html=html, css=css, js=js)
