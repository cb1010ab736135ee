"""The film that is chosen in the photo's place: what it is, and what of it is to be painted."""

import math
from contextlib import suppress
from datetime import time, timedelta

import streamlit as st

from styletransfer.errors import StyleTransferError
from styletransfer.studio.film_file import WHOLE, FilmFile, FilmPart
from styletransfer.studio.page.sidebar.picker import adopt_film, film
from styletransfer.studio.presentation import html
from styletransfer.studio.presentation.formatting import pixels
from styletransfer.support import units
from styletransfer.texts import Text, _, local, say
from styletransfer.video.defaults import EPOCHS

_DAY = 24 * 3600
_SHORT = 60.0
"""Seconds up to which a part is chosen by tenths."""
_EVERY = {
    1: Text("Every"),
    2: Text("Every second"),
    4: Text("Every fourth"),
}
"""Of how many frames one is painted."""


def part() -> FilmPart:
    """What is to be painted of the film that is chosen."""
    chosen = film()
    if chosen is None:
        return WHOLE
    every = int(st.session_state.get("film_every") or 1)
    span = st.session_state.get("film_span")
    if span is None or not _may_cut(chosen):
        return FilmPart(every=every)
    begin, end = map(_seconds, span)
    return FilmPart(begin=begin, end=None if end >= _last(chosen) else end, every=every)


def adopt(file: FilmFile, painted: FilmPart) -> None:
    """Choose a film, and what of it was painted. A damaged one leaves the choice."""
    with suppress(StyleTransferError):
        adopt_film(file, painted.begin)
        _fill(file, painted)


def choose() -> None:
    """Show what the chosen film is and let a part of it be chosen; nothing without one."""
    chosen = film()
    if chosen is None:
        return
    if st.session_state.get("film_of") != str(chosen.path):
        _fill(chosen, WHOLE)
    with st.container(key="film_place"):
        st.html(html.line(_facts(chosen), "note film"))
        if _may_cut(chosen):
            tenths = _last(chosen) <= _SHORT
            st.slider(
                _("Part"),
                _time(0),
                _time(_last(chosen)),
                key="film_span",
                step=timedelta(seconds=0.1 if tenths else 1),
                format="m:ss.S" if tenths else "H:mm:ss" if _last(chosen) >= 3600 else "m:ss",
                on_change=_show_beginning,
                help=_("From where to where it is painted; the picture above is where it begins."),
            )
        st.segmented_control(
            _("Frames"),
            list(_EVERY),
            format_func=lambda every: say(_EVERY[every]),
            key="film_every",
            required=True,
            width="stretch",
            help=_("With fewer frames it takes less time and moves less smoothly; it lasts as long."),
        )
        epochs = _("The epochs below are those of the first frame of each shot; each other one takes {epochs}.",
                   epochs=EPOCHS)  # fmt: skip
        st.html(html.line(epochs))


def _fill(chosen: FilmFile, painted: FilmPart) -> None:
    st.session_state["film_of"] = str(chosen.path)
    st.session_state["film_every"] = painted.every if painted.every in _EVERY else 1
    if _may_cut(chosen):
        end = _last(chosen) if painted.end is None else min(painted.end, _last(chosen))
        st.session_state["film_span"] = (_time(min(painted.begin, end)), _time(end))


def _show_beginning() -> None:
    """The still is what the film is painted from first."""
    chosen = film()
    if chosen is not None:
        with suppress(StyleTransferError):  # nothing is decoded there, as at the very end
            adopt_film(chosen, part().begin)


def _facts(chosen: FilmFile) -> str:
    seconds = "" if chosen.seconds is None else _length(chosen.seconds)
    rate = _("{rate} frames a second", rate=local(f"{chosen.rate:.4g}"))
    sound = _("with sound") if chosen.sound else _("without sound")
    bright = _("in a high dynamic range, painted in the usual one") if chosen.high_range else ""
    facts = ", ".join(filter(None, (seconds, f"{pixels(chosen.size)} px", rate, sound, bright)))
    return _("A film: {facts}", facts=facts)


def _length(seconds: float) -> str:
    return units.duration(seconds) if seconds >= 10 else f"{local(f'{seconds:.2g}')} s"


def _may_cut(chosen: FilmFile) -> bool:
    """Whether there is enough of it, and not too much for a clock."""
    return chosen.seconds is not None and chosen.seconds >= 1 and _last(chosen) < _DAY


def _last(chosen: FilmFile) -> float:
    """Its end, in steps of the slider."""
    seconds = chosen.seconds or 0.0
    return math.ceil(10 * seconds) / 10 if seconds <= _SHORT else math.ceil(seconds)


def _time(seconds: float) -> time:
    whole, tenths = divmod(round(10 * seconds), 10)
    return time(whole // 3600, whole // 60 % 60, whole % 60, 100_000 * tenths)


def _seconds(at: time) -> float:
    return at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1e6
