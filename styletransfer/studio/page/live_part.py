"""A part of the page that is drawn again and again while what it shows is being painted."""

from collections.abc import Callable
from typing import Any

import streamlit as st

REFRESH_SECONDS = 1.0
_CHANGED = "live_part_changed"


def draw_part(draw: Callable[..., None], *args: Any, live: bool, every: float = REFRESH_SECONDS) -> None:
    """Draw a part by `draw(*args, live=live)`: once, or while it is `live` again after every so many seconds."""
    (st.fragment(draw, run_every=every) if live else draw)(*args, live=live)


def part_changed() -> None:
    """Say, from a callback, that more of the page than the part is to be drawn anew."""
    st.session_state[_CHANGED] = True


def has_part_changed() -> bool:
    """Whether that was said since this was asked last."""
    return bool(st.session_state.pop(_CHANGED, False))
