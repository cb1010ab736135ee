"""A run's picture at any of its moments, and what can be done with that: for runs that are over, and for looking back.

Drawn anew when another moment is looked at.
"""

import re
from pathlib import Path

import streamlit as st

from styletransfer.imaging import images
from styletransfer.settings import Settings
from styletransfer.studio.components.film_export import film_export
from styletransfer.studio.components.viewer import Look, viewer
from styletransfer.studio.page.gallery.card import facts
from styletransfer.studio.page.sidebar import form_state
from styletransfer.studio.page.sidebar.restore import restore
from styletransfer.studio.page.stage.branches import branching
from styletransfer.studio.page.stage.live_run import Sources
from styletransfer.studio.page.stage.save_picture import save_picture
from styletransfer.studio.pictures import DISPLAY_SIZE, title
from styletransfer.studio.presentation import html
from styletransfer.studio.presentation.timeline import moment
from styletransfer.studio.storage.gallery import called
from styletransfer.studio.storage.run_record import at_the_end
from styletransfer.studio.studio import Snapshot, Studio
from styletransfer.support.names import file_name
from styletransfer.texts import _

_STYLE = Path(__file__).with_name("run_review.css")


def finished(
    studio: Studio, snapshot: Snapshot, sources: Sources, path: Path, size: tuple[int, int], chosen: Settings | None
) -> None:
    """Show the picture of a run that is over.

    Args:
        studio: Knows the run.
        snapshot: The run.
        sources: What it was painted from.
        path: Its picture.
        size: (height, width) of that.
        chosen: What the left column stands at, for painting on; None if that does not go together.
    """
    st.html(_STYLE)
    st.html(html.ratio_style(size))
    st.fragment(_finished)(studio, snapshot, sources, path, size, chosen)


def look_back(studio: Studio, snapshot: Snapshot, sources: Sources, chosen: Settings | None) -> None:
    """Offer the moments so far of a run that is being painted, beneath the live picture, which goes on above."""
    st.html(_STYLE)
    st.fragment(_look_back)(studio, snapshot, sources, chosen)


def remains(studio: Studio, snapshot: Snapshot, sources: Sources, chosen: Settings | None) -> None:
    """Show the moments of a run that is over but whose picture is damaged, as far as there are any."""
    if studio.timeline(snapshot.run_id):
        st.html(_STYLE)
        st.fragment(_past)(studio, snapshot, sources, chosen)


def _finished(
    studio: Studio, snapshot: Snapshot, sources: Sources, path: Path, size: tuple[int, int], chosen: Settings | None
) -> None:
    with st.container(key="easel"):
        with st.container(key="compare"):
            version = path.stat().st_mtime_ns // 1_000_000
            look = _viewer(snapshot, sources, size, version=version)
        with st.container(key="made_of", width="content"):
            st.html(sources.markup(snapshot))
            _settings(studio, snapshot)
    _tools(studio, snapshot, sources, path, look, chosen)


def _settings(studio: Studio, snapshot: Snapshot) -> None:
    """What it was painted with, and a way to set the left column to that, if it stands at something else."""
    settings = studio.settings(snapshot.run_id)
    if settings is None:
        return
    told = facts(at_the_end(settings, snapshot.steered), snapshot.scale)
    st.html(html.line(told.replace(" · ", ",\n"), "note list"))
    if form_state.differs(studio, snapshot):
        st.button(_("Use its settings"), key="take_up", on_click=_take_up, args=(studio, snapshot), type="tertiary")
    if st.session_state.pop("taken_up", False):
        st.rerun()  # the whole page, as the left column is not part of this fragment


def _take_up(studio: Studio, snapshot: Snapshot) -> None:
    restore(studio, snapshot)
    st.session_state["taken_up"] = True


def _look_back(studio: Studio, snapshot: Snapshot, sources: Sources, chosen: Settings | None) -> None:
    if not st.toggle(
        _("Look back"), key="look_back", help=_("What was painted so far; the painting goes on meanwhile.")
    ):
        return
    if len(studio.timeline(snapshot.run_id)) < 2:
        st.html(html.line(_("There is nothing to look back at yet; try again in a moment.")))
        return
    _past(studio, snapshot, sources, chosen)


def _past(studio: Studio, snapshot: Snapshot, sources: Sources, chosen: Settings | None) -> None:
    st.html(html.ratio_style(sources.shape, "past"))
    with st.container(key="past"):
        look = _viewer(snapshot, sources, sources.shape)
    _tools(studio, snapshot, sources, None, look, chosen)


def _viewer(snapshot: Snapshot, sources: Sources, size: tuple[int, int], *, version: int | None = None) -> Look:
    height, width = size
    return viewer(
        snapshot.run_id,
        version or 0,
        images.scaled_shape(width, height, DISPLAY_SIZE) if max(size) > DISPLAY_SIZE else size,
        photo=title(snapshot.photo_name),
        epochs=snapshot.epochs,
        compared=sources.inputs.photo is not None,
        ongoing=version is None,
    )


def _tools(
    studio: Studio, snapshot: Snapshot, sources: Sources, path: Path | None, look: Look, chosen: Settings | None
) -> None:
    """What can be done with the moment that is looked at."""
    run_id = snapshot.run_id
    name = file_name(re.sub(r"[^\w]+", "-", called(studio.gallery, snapshot).lower()).strip("-"))
    with st.container(horizontal=True, key="afterwards", vertical_alignment="center"):
        try:
            here = moment(studio, run_id, path, epoch=look.epoch, colors=look.colors)
        except OSError:
            st.html(
                html.note(_("This moment cannot be opened."), _("Its file is gone or damaged; choose another one."))
            )
            return
        save_picture(here, studio.photo_path(run_id), studio.result_path(run_id), name)
        st.space("stretch")
        with st.container(horizontal=True, width="content", key="further"):
            if len(studio.timeline(run_id)) > 1:
                film_export(run_id, name, recolored=look.colors > 0)
            branching(studio, snapshot, here, sources.inputs.photo.size if sources.inputs.photo else here.size, chosen)
