"""An album on the page: a contact sheet that fills before one's eyes, each picture of which can be seen large."""

from functools import lru_cache, partial
from pathlib import Path

import streamlit as st

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import size_of
from styletransfer.machine import cost
from styletransfer.studio.albums import AlbumView
from styletransfer.studio.components.before_after import before_after
from styletransfer.studio.components.gallery_grid import GalleryTile, acted, gallery_grid
from styletransfer.studio.page.live_part import draw_part, has_part_changed, part_changed
from styletransfer.studio.page.stage.finished_run import leave
from styletransfer.studio.pictures import data_url, shown_file, title
from styletransfer.studio.presentation import html
from styletransfer.studio.presentation.markdown import plain
from styletransfer.studio.server.gallery_routes import export_address
from styletransfer.studio.studio import Studio
from styletransfer.support import units
from styletransfer.texts import _, ngettext, say

_GRID = "album_grid"
_PHOTO = "photo"
"""Name in the address of the number of the picture that is seen large."""
_LANDSCAPE = (3, 4)


def album_stage(studio: Studio, view: AlbumView) -> None:
    """Show an album, or the picture of it that is named in the address."""
    number = next((number for number in view.painted if str(number) == st.query_params.get(_PHOTO)), None)
    if number is not None:
        _large(view, number)
        return
    with st.container(horizontal=True, key="head", vertical_alignment="center"):
        st.html(html.headline(studio.gallery.title_of(view.run_id), _standing(view)))
        if view.painted and view.progress is None:
            st.html(html.download(export_address([view.run_id]), _("Download as ZIP")), width="content")
        st.button(_("New painting"), key="new", icon=":material/add:", on_click=leave)
    with st.container(key="album"):
        draw_part(_sheet, studio, view.run_id, live=view.progress is not None)


def _sheet(studio: Studio, run_id: str, *, live: bool) -> None:
    """Draw progress and pictures, again and again while it is `live`; at the end the whole page is drawn anew."""
    view = studio.albums.view(run_id)
    changed = has_part_changed()
    if view is None or (live and (changed or view.progress is None)):
        st.rerun()
    with st.container(horizontal=True, key="album_progress", vertical_alignment="center"):
        _progress(studio, view)
    tiles = [_tile(view, number) for number in range(1, len(view.names) + 1)]
    gallery_grid(_("Album"), tiles, key=_GRID, on_act=_open)


def _progress(studio: Studio, view: AlbumView) -> None:
    done, photos = view.done, len(view.names)
    if view.progress is not None:
        far = _("{part} of {whole}", part=done, whole=photos)
        st.html(html.progress(done / photos, far, _left(view), "", still=False, label=_("Album")))
        if view.painted:
            st.html(html.download(export_address([view.run_id]), _("Download as ZIP")), width="content")
        st.button(_("Pause"), key="album_pause", icon=":material/pause:", on_click=_pause, args=(studio, view.run_id))
    elif len(view.painted) < photos:
        st.html(html.line(_broken_off(view)))
        again = done == photos
        st.button(
            _("Try them again") if again else _("Go on"),
            key="album_go_on",
            icon=":material/refresh:" if again else ":material/play_arrow:",
            on_click=studio.albums.carry_on,
            args=(view.run_id,),
        )


def _pause(studio: Studio, run_id: str) -> None:
    studio.albums.pause(run_id)
    part_changed()


def _open() -> None:
    act = acted(_GRID)
    if act is not None and act["what"] == "open":  # a number that is not painted shows the sheet again
        st.query_params[_PHOTO] = act["id"]
        part_changed()


def _standing(view: AlbumView) -> str:
    if view.progress is not None:
        return _("Being painted.")
    if view.fault is not None:
        return ""
    if view.done < len(view.names):
        return _("Paused. Nothing is lost; go on whenever you like.")
    time = units.duration(view.seconds)
    return ngettext("Finished: {count} picture in {time}.", "Finished: {count} pictures in {time}.", len(view.painted),
                    time=time)  # fmt: skip


def _broken_off(view: AlbumView) -> str:
    if view.fault is not None:
        return view.fault.said
    if view.done < len(view.names):
        return _("{part} of {whole} are painted.", part=len(view.painted), whole=len(view.names))
    return ngettext(
        "{count} photo could not be painted; why stands below it.",
        "{count} photos could not be painted; why stands below each.",
        len(view.failed),
    )


def _left(view: AlbumView) -> str:
    if view.progress is None or view.progress.cell is None:
        return _("Waits until the easel is free")
    if not view.painted:
        return ""
    done = sum(_work(view, number) for number in view.painted)
    left = sum(_work(view, number) for number in range(1, len(view.names) + 1) if _is_left(view, number))
    left -= view.progress.share * _work(view, view.progress.cell)
    return _("about {time} left", time=units.duration(view.seconds * max(0.0, left) / done))


def _is_left(view: AlbumView, number: int) -> bool:
    return number not in view.painted and (number not in view.failed or view.done == len(view.names))


def _work(view: AlbumView, number: int) -> float:
    """What a photo takes, in the unit of `cost.work`; next to nothing if it cannot be painted."""
    size = _size(view.photos[number - 1])
    try:
        return 0.1 if size is None else cost.work(size[::-1], view.settings, len(view.painting_names))
    except StyleTransferError:  # too narrow
        return 0.1


def _tile(view: AlbumView, number: int) -> GalleryTile:
    name, own = title(view.names[number - 1]), f"runs/{view.run_id}"
    src, state, note, painted = f"{own}/album/{number}.jpg", _("Waiting for its turn"), "", False
    size = _size(view.photos[number - 1])
    if size is None:
        src = ""
    if number in view.painted:
        src, state, painted = f"{own}/moment/{number}.jpg", "", True
        size = _size(view.previews[number]) if number in view.previews else size
    elif view.progress is not None and view.progress.cell == number:
        draft = view.progress.draft
        src, state, painted = data_url(draft) if draft else src, _("Being painted"), draft is not None
    elif number in view.failed:
        src, state, note = "", "", say(view.failed[number])
    height, width = size or _LANDSCAPE
    return GalleryTile(
        id=str(number),
        address=f"?run={view.run_id}&{_PHOTO}={number}",
        title=name,
        facts="",
        state=state,
        note=note,
        src=src,
        alt=" ".join(filter(None, (name, state))) if src else _("No picture"),
        painted=painted,
        ratio=round(width / height, 4),
        share=None,
        pinned=False,
        chosen=False,
        may=[],
    )


@lru_cache(maxsize=2048)
def _size(path: Path) -> tuple[int, int] | None:
    return size_of(path)


def _large(view: AlbumView, number: int) -> None:
    """One picture over its photo, with ways to the ones beside it and back."""
    photo, name = view.photos[number - 1], title(view.names[number - 1])
    with st.container(key="album"):
        with st.container(horizontal=True, key="head", vertical_alignment="center"):
            place = _("{part} of {whole}", part=number, whole=len(view.names))
            st.html(html.headline(name, place))
            address = f"runs/{view.run_id}/painted/{number}.png"
            st.html(html.download(address, _("Download")), width="content")
        try:
            before, after = shown_file(photo), shown_file(view.painted[number])
        except StyleTransferError as error:
            st.html(html.note(say(error.text)))
        else:
            height, width = after.size
            st.html(html.ratio_style(after.size, "album_large"))
            with st.container(key="album_large"):
                run = f"{view.run_id} {number}"
                before_after(run, before.url, after.url, width / height, photo=name)
        numbers = list(view.painted)
        place_of = numbers.index(number)
        with st.container(horizontal=True, key="album_walk"):
            st.button(_("To the album"), key="album_back", icon=":material/arrow_back:", on_click=partial(_go, None))
            for label, step, key in ((_("The one before"), -1, "album_before"), (_("The next one"), 1, "album_next")):
                there = 0 <= place_of + step < len(numbers)
                other = numbers[place_of + step] if there else None
                st.button(plain(label), key=key, on_click=partial(_go, other), disabled=not there, type="tertiary")


def _go(number: int | None) -> None:
    if number is None:
        st.query_params.pop(_PHOTO, None)
    else:
        st.query_params[_PHOTO] = str(number)
