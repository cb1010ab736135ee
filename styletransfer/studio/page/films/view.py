"""A film on the page: a strip that grows frame by frame; at the end, the film to be played and taken home."""

import streamlit as st

from styletransfer.errors import StyleTransferError
from styletransfer.studio.components.film_strip import Screen, StripFrame, film_strip
from styletransfer.studio.films import FilmView
from styletransfer.studio.page.live_part import draw_part, has_part_changed, part_changed
from styletransfer.studio.page.stage.finished_run import leave
from styletransfer.studio.pictures import data_url, shown_file, title
from styletransfer.studio.presentation import html
from styletransfer.studio.presentation.formatting import clock
from styletransfer.studio.presentation.markdown import plain
from styletransfer.studio.studio import Studio
from styletransfer.support import units
from styletransfer.texts import _, ngettext, say

_WIDE = (9, 16)


def film_stage(studio: Studio, view: FilmView) -> None:
    """Show a film."""
    with st.container(horizontal=True, key="head", vertical_alignment="center"):
        st.html(html.headline(studio.gallery.title_of(view.run_id), _standing(view)))
        if view.result is not None:
            st.html(html.download(f"{_address(view)}&download", _("Download")), width="content")
        if view.progress is None:
            args = (studio, view.run_id)
            st.button(_("Delete"), key="film_delete", icon=":material/delete:", on_click=_delete, args=args)
        st.button(_("New painting"), key="new", icon=":material/add:", on_click=leave)
    if problem := st.session_state.pop("film_problem", None):
        st.error(plain(say(problem)), icon=":material/error:")
    st.html(html.ratio_style(_size(view)))
    with st.container(key="film"):
        draw_part(_card, studio, view.run_id, live=view.progress is not None)


def _card(studio: Studio, run_id: str, *, live: bool) -> None:
    """Draw the film, again and again while it is `live`; at the end the whole page is drawn anew."""
    view = studio.films.view(run_id)
    changed = has_part_changed()
    if view is None or (live and (changed or view.progress is None)):
        st.rerun()
    with st.container(key="easel"):
        with st.container(key="film_screen"):
            height, width = _size(view)
            film_strip(run_id, _screen(view), _frames(view), width / height)
        st.html(_sources(view), width="content")
    if not view.whole:
        with st.container(horizontal=True, key="film_progress", vertical_alignment="center"):
            _progress(studio, view)


def _progress(studio: Studio, view: FilmView) -> None:
    args = (studio, view.run_id)
    if view.progress is not None:
        far = _("{part} of {whole} frames", part=view.painted, whole=view.frames)
        share = view.painted / max(1, view.frames)
        st.html(html.progress(share, far, _left(view), "", still=False, label=_("The film")))
        st.button(_("Pause"), key="film_pause", icon=":material/pause:", on_click=_pause, args=args)
        st.button(
            _("Stop"),
            key="film_stop",
            icon=":material/stop:",
            on_click=_stop,
            args=args,
            disabled=not view.painted,
            help=_("Puts the film together as far as it is painted. It can be gone on with."),
        )
    else:
        st.html(html.line(_broken_off(view)))
        carry_on = studio.films.carry_on
        st.button(_("Go on"), key="film_go_on", icon=":material/play_arrow:", on_click=carry_on, args=(view.run_id,))
        if view.painted and view.result is None:
            st.button(_("Make a film of these"), key="film_gather", icon=":material/movie:", on_click=_stop, args=args)


def _pause(studio: Studio, run_id: str) -> None:
    studio.films.pause(run_id)
    part_changed()


def _stop(studio: Studio, run_id: str) -> None:
    studio.films.stop(run_id)
    part_changed()


def _delete(studio: Studio, run_id: str) -> None:
    """Take it down; the page then says so, and how to bring it back."""
    try:
        studio.gallery.delete(run_id)
    except StyleTransferError as error:
        st.session_state["film_problem"] = error.text


def _standing(view: FilmView) -> str:
    time = units.duration(view.seconds)
    if view.progress is not None:
        return _("Being painted.")
    if view.fault is not None:
        return ""
    if view.whole:
        return ngettext("Finished: {count} frame in {time}.", "Finished: {count} frames in {time}.", view.painted,
                        time=time)  # fmt: skip
    if view.result is not None:
        return _("Stopped. This is the film as far as it is painted; go on whenever you like.")
    return _("Paused. Nothing is lost; go on whenever you like.")


def _broken_off(view: FilmView) -> str:
    if view.fault is not None:
        return view.fault.said
    return _("{part} of {whole} frames are painted.", part=view.painted, whole=view.frames)


def _left(view: FilmView) -> str:
    progress = view.progress
    if progress is None or progress.cell is None:
        return _("Waits until the easel is free")
    if progress.film is None:
        return _("Getting the brushes ready.")
    if view.painted >= progress.film.frames:
        return _("Putting the film together")
    if progress.film.seconds_left is None:
        return ""
    return _("about {time} left", time=units.duration(progress.film.seconds_left))


def _size(view: FilmView) -> tuple[int, int]:
    """(height, width), or what has the same shape."""
    return view.settings.shape or view.scale or (view.source.size if view.source else _WIDE)


def _screen(view: FilmView) -> Screen:
    own, name = f"runs/{view.run_id}", title(view.name)
    video, newest, alt, blank = "", f"{own}/photo.jpg", _("The film: {name}", name=name), True
    draft = view.progress.draft if view.progress else None
    if view.previews:
        newest, blank = f"{own}/moment/{max(view.previews)}.jpg", False
        alt = _("The newest frame of {name}", name=name)
    if draft is not None:
        newest, alt, blank = data_url(draft), _("The newest frame of {name}", name=name), False
    if view.result is not None and view.progress is None:
        video, alt = _address(view), _("The painted film of {name}", name=name)
    return Screen(video=video, newest=newest, alt=alt, blank=blank)


def _frames(view: FilmView) -> list[StripFrame]:
    each = view.part.every / view.source.rate if view.source else 0.0
    return [
        StripFrame(number=number, at=round((number - 1) * each, 3), time=clock((number - 1) * each + view.part.begin))
        for number in view.previews
    ]


def _sources(view: FilmView) -> str:
    """The still and the paintings, small, with their titles."""
    shown: list[tuple[str, str]] = []
    for path, name in zip(view.inputs, (view.name, *view.painting_names), strict=False):
        try:
            shown.append((shown_file(path).small, title(name)))
        except StyleTransferError:
            shown.append(("", title(name)))
    return html.sources(*shown)


def _address(view: FilmView) -> str:
    """Where the painted film is; another one after each change."""
    changed = view.result.stat().st_mtime_ns // 1_000_000 if view.result is not None and view.result.exists() else 0
    return f"runs/{view.run_id}/painted.mp4?v={changed}"
