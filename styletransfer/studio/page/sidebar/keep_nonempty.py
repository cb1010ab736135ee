"""Choices of which one is always needed.

A browser whose page is not whole yet may say that nothing is chosen, though all is shown as it was. Then, as when the
user takes the last one away, what was chosen before stays.
"""

import streamlit as st


def refill(key: str) -> None:
    """Called when a choice has changed: an empty one becomes what it was."""
    if not st.session_state[key] and f"{key}_kept" in st.session_state:
        st.session_state[key] = st.session_state[f"{key}_kept"]


def keep(key: str) -> None:
    """Called once the choice is drawn."""
    if st.session_state[key]:
        st.session_state[f"{key}_kept"] = st.session_state[key]
