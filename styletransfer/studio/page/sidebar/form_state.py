"""What the left column stands at, and whether that is what the page has set it to, or what a run was painted with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from styletransfer.settings import Settings
from styletransfer.studio.page.sidebar import start_picture
from styletransfer.studio.pictures import Picture
from styletransfer.studio.storage.run_record import at_the_end
from styletransfer.studio.studio import Snapshot, Studio

_File = tuple[str, int]
"""Name as the user knows it, and bytes."""


@dataclass(frozen=True)
class _Standing:
    settings: Settings
    shares: tuple[float, ...]
    files: tuple[_File, ...]
    start: int | None


def keep(photo: Picture | None, paintings: Sequence[Picture] | None, settings: Settings | None) -> None:
    """Keep what the left column stands at, now that it is drawn."""
    now = None
    if photo is not None and paintings is not None and settings is not None:
        files = tuple((picture.name, len(picture.data)) for picture in (photo, *paintings))
        start = start_picture.picture()
        now = _standing(settings, files, None if start is None else len(start.data))
    st.session_state["standing"] = now
    if st.session_state.pop("standing_filled", False) or "standing_given" not in st.session_state:
        st.session_state["standing_given"] = now


def filled() -> None:
    """The page has just set the left column by itself: nothing of the user's is in it."""
    st.session_state["standing_filled"] = True


def untouched() -> bool:
    """Whether the left column stands as the page has set it, so that nothing of the user's is lost with it."""
    return bool(st.session_state.get("standing") == st.session_state.get("standing_given"))


def differs(studio: Studio, snapshot: Snapshot) -> bool:
    """Whether the left column stands at something else than what a run was painted with, weights as in the end."""
    settings, photo = studio.settings(snapshot.run_id), studio.photo_path(snapshot.run_id)
    paintings = studio.painting_paths(snapshot.run_id)
    if settings is None or photo is None or len(paintings) != len(snapshot.painting_names):
        return False  # a damaged run, which cannot be followed
    try:
        names = (snapshot.photo_name, *snapshot.painting_names)
        files = tuple((name, _bytes(path)) for name, path in zip(names, (photo, *paintings), strict=True))
        start = studio.start_path(snapshot.run_id)
        run = _standing(at_the_end(settings, snapshot.steered), files, None if start is None else _bytes(start))
    except OSError:
        return False
    return bool(st.session_state.get("standing") != run)


def _standing(settings: Settings, files: tuple[_File, ...], start: int | None) -> _Standing:
    """In one form, as one and the same painting can be written down in several."""
    shares = tuple(round(share, 4) for share in settings.shares(len(files) - 1))
    size = settings.size if settings.shape is None else max(settings.shape)
    return _Standing(replace(settings, size=size, style_shares=None, device="auto"), shares, files, start)


def _bytes(path: Path) -> int:
    return path.stat().st_size
