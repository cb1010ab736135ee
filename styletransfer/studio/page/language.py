"""The page's language: the browser's, or the one that the visitor has chosen; and the words of the style sheets."""

import json
from collections.abc import Iterator

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from styletransfer import texts
from styletransfer.controls import ON_PAGE
from styletransfer.studio.components.language_cookie import language_cookie
from styletransfer.studio.server.access import LANGUAGE_COOKIE
from styletransfer.texts import Text, language_name, languages, preferred, say

_CHOICE = "language"
_SET = {"preset", "film_every", *(control.state_key for control in ON_PAGE)}
_WORDS = {
    "closed": Text("The studio is closed"),
    "closed-more": Text(
        "What was painted is kept. Start the studio again with “streamlit run app.py”, and this page comes back by "
        "itself."
    ),
    "drop": Text("Drop your own here"),
    "upload": Text("Upload"),
    "change": Text("Change"),
    "not-taken": Text(
        "This file was not taken: pictures of up to 200 MB are welcome, as JPEG, PNG, WebP, AVIF, TIFF, GIF, HEIC or "
        "BMP, and at Photo a film of up to 1 GB. What was chosen stays."
    ),
    "drop-recipe": Text("Painted here before? Drop the picture to get its recipe back"),
    "drop-recipe-here": Text("Drop a painted picture here to get its recipe back"),
}
"""What takes the place of Streamlit's own words, which know only English, by its name in the style sheets."""


def visitors() -> str | None:
    """The language of the visitor whom this thread draws the page for; None in any other thread."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    return preferred(_wanted())


def _wanted() -> Iterator[object]:
    """What tells the language, one by one: it is asked for with every sentence, and a browser's word takes a while."""
    yield st.session_state.get(_CHOICE)
    yield st.context.cookies.get(LANGUAGE_COOKIE)
    yield st.context.locale


def follow_visitor() -> None:
    """Speak the visitor's language on the page; it is found out once, as every sentence asks for it."""
    texts.follow(visitors)
    if _CHOICE not in st.session_state:
        st.session_state[_CHOICE] = texts.language()


def words() -> None:
    """Give the style sheets their words."""
    lines = "".join(f"--word-{name}: {json.dumps(say(word), ensure_ascii=False)};" for name, word in _WORDS.items())
    st.html(f"<style>:root {{{lines}}}</style>")


def switch() -> None:
    """The choice between the languages; what is chosen is kept by the browser."""
    st.segmented_control(
        say(Text("Language")),
        languages(),
        format_func=language_name,
        key=_CHOICE,
        required=True,
        on_change=_chosen,
        label_visibility="collapsed",
    )
    if st.session_state.get("language_chosen"):
        language_cookie(LANGUAGE_COOKIE, texts.language())


def _chosen() -> None:
    """What is set stays: a browser knows a choice by its words, which are others now."""
    st.session_state["language_chosen"] = True
    for key in map(str, st.session_state):
        if key in _SET or key.startswith(("share_", "region_weight_")):
            st.session_state[key] = st.session_state[key]
