"""The gallery: all that was painted, with what can be done with it afterwards, and the space that it takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from styletransfer.errors import StyleTransferError
from styletransfer.studio.components.gallery_grid import GalleryTile, acted, gallery_grid
from styletransfer.studio.page.gallery.card import card
from styletransfer.studio.page.sidebar.picker import adopt_album
from styletransfer.studio.page.sidebar.restore import open_run, restore
from styletransfer.studio.presentation import html
from styletransfer.studio.presentation.markdown import plain
from styletransfer.studio.server.gallery_routes import export_address
from styletransfer.studio.storage.disk_usage import LIMITS, Use
from styletransfer.studio.storage.gallery import Gallery
from styletransfer.studio.storage.trash import GONE
from styletransfer.studio.studio import Studio
from styletransfer.support import units
from styletransfer.texts import Text, _, counted, ngettext, say

STYLE = Path(__file__).with_name("view.css")
SHOWN_AT_ONCE = 48
REFRESH_SECONDS = 1.0
_NO_LIMIT = 0  # a select box takes None for "nothing is chosen"
_SPACE = Text(
    "When all paintings together take more than this, the oldest ones go by themselves: after the next painting ends, "
    "or when the studio starts. They can be brought back for a day. Pinned ones never go, nor what was painted in the "
    "last day. Deleted ones go first, then old contact sheets and what old unfinished paintings need to go on."
)


def gallery_page(studio: Studio) -> None:
    """Show the gallery."""
    st.html(STYLE)
    gallery = studio.gallery
    use = gallery.use()
    with st.container(key="wall"):
        _head(gallery, use)
        _notices(gallery, use)
        if not use.count:
            with st.container(key="bare"):
                st.html(
                    html.headline(_("Nothing hangs here yet"), _("What you paint will be here, with its settings."))
                )
                st.button(_("To the easel"), key="wall_start", on_click=leave, type="primary")
        else:
            _pictures(studio, gallery, use)
        if use.deleted:
            _deleted(gallery, use)
        _bar(gallery)


def enter() -> None:
    """Go to the gallery; what is on the stage stays in the address."""
    _go(view="wall", **_on_stage())


def leave() -> None:
    """Go back to what was on the stage."""
    _go(**_on_stage())


def open_picture(studio: Studio, run_id: str) -> None:
    """Put a run on the stage."""
    st.session_state.pop("wall_undo", None)
    open_run(studio, run_id)


def _on_stage() -> dict[str, str]:
    """What of the address says what is on the stage."""
    return {name: st.query_params[name] for name in ("run", "sheet") if name in st.query_params}


def _go(**address: str | list[str]) -> None:
    """Change the address in one step, so that the browser's Back takes back one step."""
    st.session_state.pop("wall_undo", None)
    st.query_params.from_dict(address)


def taken_down(studio: Studio, run_id: str) -> bool:
    """At the address of a run that was deleted: say so and offer to bring it back. Whether it is such a one."""
    title = studio.gallery.deleted(run_id)
    if title is None:
        return False
    with st.container(key="lost"):
        st.html(html.note(_("{painting} was deleted.", painting=title), _("It can still be brought back.")))
        again = (studio.gallery, (run_id,))
        st.button(_("Bring it back"), key="bring_back", on_click=_bring_back, args=again, type="tertiary")
    return True


def _head(gallery: Gallery, use: Use) -> None:
    many, size = ngettext("{count} painting", "{count} paintings", use.count), units.storage(use.size)
    taken = _("{paintings}, {size}.", paintings=many, size=size)
    if use.limit is not None:
        limit = units.storage(use.limit)
        taken = _("{paintings}, {size} of at most {limit}.", paintings=many, size=size, limit=limit)
    with st.container(horizontal=True, key="wall_head", vertical_alignment="bottom"):
        with st.container(key="wall_title"):
            st.button(_("The easel"), key="wall_back", on_click=leave, type="tertiary", icon=":material/arrow_back:")
            st.html(html.headline(_("The wall"), taken if use.count else ""))
        if use.count:
            st.html(_export_link(export_address(), _("Export all")), width="content")
        if not use.count and not use.deleted:
            return
        with st.popover(_("Space"), key="wall_space", icon=":material/hard_drive:", width="content"):
            st.session_state["wall_limit"] = use.limit or _NO_LIMIT
            st.selectbox(
                _("Keep at most"),
                [limit or _NO_LIMIT for limit in LIMITS],
                key="wall_limit",
                format_func=lambda limit: _("No limit") if limit == _NO_LIMIT else units.storage(limit),
                on_change=_set_limit,
                args=(gallery,),
            )
            st.caption(say(_SPACE))


def _export_link(address: str, text: str) -> str:
    explained = _("A ZIP of the finished pictures at full resolution, each with its recipe")
    return html.download(address, text, explained)


def _set_limit(gallery: Gallery) -> None:
    limit = st.session_state["wall_limit"]
    limit = None if limit == _NO_LIMIT else limit
    with _saying():
        gallery.limit = limit


def _notices(gallery: Gallery, use: Use) -> None:
    problem = st.session_state.pop("wall_problem", None)
    if problem:
        st.error(plain(say(problem)), icon=":material/error:")
    warning = _warning(gallery, use)
    if warning:
        with st.container(key="wall_notice"):
            st.html(html.note(*warning))
            if use.going:
                st.button(_("Make room now"), key="wall_clear", on_click=gallery.clear, type="tertiary")


def _warning(gallery: Gallery, use: Use) -> tuple[str, str] | None:
    """What has to be said about the space, and what to do; None while there is plenty."""
    if use.going:
        first, size = gallery.title_of(use.going[0]), units.storage(use.going_size)
        what = ngettext(
            "When the next one ends, or the studio starts, this goes: {first}. That frees {size}.",
            "When the next one ends, or the studio starts, the {count} oldest unpinned ones go, beginning with "
            "{first}. That frees {size}.",
            len(use.going),
            first=first,
            size=size,
        )
        full = _("The paintings take more space than they may.")
        return f"{full} {what}", _("They are marked below. Pin what is to stay.")
    if use.limit is not None and use.size - use.deleted_size - use.spare_size > use.limit:
        return _(
            "The paintings take more space than they may, but all are pinned or from the last day: none will go."
        ), ""
    if use.next is not None:
        first = gallery.title_of(use.next)
        soon = _("Nearly full. When more space is needed, the oldest go, beginning with {first}.", first=first)
        return soon, _("Pin what is to stay.")
    return None


def _pictures(studio: Studio, gallery: Gallery, use: Use) -> None:
    active = _active(studio)
    if active:
        with st.container(key="wall_live"):
            st.fragment(_live, run_every=REFRESH_SECONDS)(studio, gallery, active)
    ids = [run_id for run_id in gallery.ids() if run_id not in active]
    shown = max(SHOWN_AT_ONCE, int(st.session_state.get("wall_shown", 0)))
    chosen = set(_chosen())
    tiles: list[GalleryTile] = []
    for run_id in ids[:shown]:
        piece = gallery.piece(run_id)
        if piece is not None:
            note = _("Goes next, as space is short") if run_id in use.going else ""
            tiles.append(card(piece, live=None, chosen=run_id in chosen, note=note))
    if tiles:
        gallery_grid(_("Paintings"), tiles, key="wall_hanging", on_act=lambda: _act(studio, "wall_hanging", tiles))
    if len(ids) > shown:
        st.button(_("Show more ({count})", count=len(ids) - shown), key="wall_more", on_click=_show_more, args=(shown,))


def _active(studio: Studio) -> list[str]:
    """What is being painted or waits: runs come before albums and films."""
    return studio.active() + studio.lengthy.active()


def _live(studio: Studio, gallery: Gallery, active: list[str]) -> None:
    """What is being painted or waits, anew every second; when one is over, the whole wall is drawn once more."""
    if _active(studio) != active:
        st.rerun()
    tiles = []
    for run_id in active:
        piece, live = gallery.piece(run_id), studio.snapshot(run_id)
        if piece is not None and live is not None:
            tiles.append(card(piece, live=live, chosen=False))
    gallery_grid(_("On the easel"), tiles, key="wall_easel", on_act=lambda: _act(studio, "wall_easel", tiles))


def _show_more(shown: int) -> None:
    st.session_state["wall_shown"] = shown + SHOWN_AT_ONCE


def _deleted(gallery: Gallery, use: Use) -> None:
    with st.container(horizontal=True, key="wall_deleted", vertical_alignment="center"):
        text = ngettext(
            "{count} deleted painting, {size}, can still be brought back for a day.",
            "{count} deleted paintings, {size}, can still be brought back for a day.",
            len(use.deleted),
            size=units.storage(use.deleted_size),
        )
        if use.made_room:
            first, many = gallery.deleted(use.made_room[0]), len(use.made_room)
            why = counted(
                "{painting} was taken down to make room.", "{count} were taken down to make room.", many, painting=first
            )
            text = f"{text} {say(why)}"
        st.html(html.line(text), width="content")
        these = (gallery, use.deleted)
        st.button(_("Bring all back"), key="wall_undelete", on_click=_bring_back, args=these, type="tertiary")
        with st.popover(_("Remove for good"), key="wall_remove", width="content"):
            st.html(html.line(_("Once removed, they cannot be brought back.")))
            st.button(_("Remove them"), key="wall_empty", on_click=_remove, args=these)


def _bar(gallery: Gallery) -> None:
    """What can be done with those chosen, or undone, always within reach."""
    chosen, undone = _chosen(), tuple(st.session_state.get("wall_undo", ()))
    if chosen:
        with st.container(horizontal=True, key="wall_bar", vertical_alignment="center"):
            st.html(html.line(ngettext("{count} chosen", "{count} chosen", len(chosen))), width="content")
            st.button(
                _("Compare"),
                key="wall_compare",
                on_click=_compare,
                args=(chosen,),
                disabled=len(chosen) != 2,
                help=None if len(chosen) == 2 else _("Choose two to compare them."),
            )
            st.html(_export_link(export_address(chosen), _("Export")), width="content")
            st.button(_("Delete"), key="wall_delete", on_click=_delete, args=(gallery, chosen))
            st.button(_("Choose none"), key="wall_none", on_click=_choose, args=([],), type="tertiary")
    elif undone:
        with st.container(horizontal=True, key="wall_bar", vertical_alignment="center"):
            what = st.session_state.get("wall_undo_title", "")
            st.html(html.line(say(what)), width="content")
            st.button(_("Undo"), key="wall_undo_button", on_click=_bring_back, args=(gallery, undone))


def _chosen() -> list[str]:
    return list(st.session_state.get("wall_chosen", []))


def _choose(run_ids: list[str]) -> None:
    st.session_state["wall_chosen"] = run_ids


def _compare(run_ids: list[str]) -> None:
    _go(view="compare", runs=run_ids, **_on_stage())


def _remove(gallery: Gallery, run_ids: tuple[str, ...]) -> None:
    st.session_state.pop("wall_undo", None)
    with _saying():
        gallery.remove(run_ids)


def _delete(gallery: Gallery, run_ids: list[str]) -> None:
    gone, titles = [], []
    for run_id in run_ids:
        piece = gallery.piece(run_id)
        with _saying():
            gallery.delete(run_id)
            gone.append(run_id)
            titles.append(piece.title if piece else "")
    _choose([run_id for run_id in _chosen() if run_id not in run_ids])
    if gone:
        what = counted("{painting} was deleted.", "{count} paintings were deleted.", len(gone), painting=titles[0])
        st.session_state.update(wall_undo=gone, wall_undo_title=what)


def _bring_back(gallery: Gallery, run_ids: tuple[str, ...]) -> None:
    st.session_state.pop("wall_undo", None)
    for run_id in run_ids:
        with _saying():
            gallery.bring_back(run_id)


def _act(studio: Studio, key: str, shown: list[GalleryTile]) -> None:
    act = acted(key)
    if act is None:
        return
    run_id, gallery = act["id"], studio.gallery
    if act["what"] == "choose":
        visible = {picture["id"] for picture in shown}
        unseen = [each for each in _chosen() if each not in visible]
        _choose(unseen + [each for each in act["chosen"] if each in visible])
    elif act["what"] == "delete":
        _delete(gallery, [run_id])
    else:
        with _saying():
            match act["what"]:
                case "open":
                    open_picture(studio, run_id)
                case "rename":
                    gallery.rename(run_id, act["title"])
                case "pin" | "unpin":
                    gallery.pin(run_id, pinned=act["what"] == "pin")
                case "repeat":
                    _repeat(studio, run_id)


def _repeat(studio: Studio, run_id: str) -> None:
    """Set the left column to what the run was painted with, and go there."""
    snapshot = studio.snapshot(run_id)
    if snapshot is None:
        raise StyleTransferError(GONE)
    restore(studio, snapshot)
    photos = studio.albums.photos(run_id)
    if photos:
        adopt_album(photos)
    _go()


@contextmanager
def _saying() -> Iterator[None]:
    """What cannot be done becomes a sentence at the top of the gallery."""
    try:
        yield
    except StyleTransferError as error:
        st.session_state["wall_problem"] = error.text
