"""A run that is over: its picture, how it ended, and what one may do with it now."""

import streamlit as st

from styletransfer.errors import StyleTransferError
from styletransfer.settings import Settings
from styletransfer.studio.failure_text import AGAIN, SMALLER
from styletransfer.studio.page.stage.live_run import Sources
from styletransfer.studio.page.stage.run_review import finished, remains
from styletransfer.studio.pictures import shown_file
from styletransfer.studio.presentation import html
from styletransfer.studio.presentation.markdown import plain
from styletransfer.studio.storage.gallery import called
from styletransfer.studio.studio import Snapshot, State, Studio
from styletransfer.support import units
from styletransfer.texts import Text, _, ngettext, say

_REMAINS = Text("What was kept on the way is still here, to be looked at, saved, and painted on from.")
_OR_CONTINUE = {
    SMALLER: Text("Continue to go on where it was, or start again at a smaller resolution."),
    AGAIN: Text(
        "Continue to go on where it was, or start again; if it happens again, worker.log in the folder of the runs "
        "tells more."
    ),
}
"""What to do about a failure, where the run can be gone on with."""


def finished_run(studio: Studio, snapshot: Snapshot, sources: Sources, chosen: Settings | None) -> None:
    """Show a run that is over.

    Args:
        studio: Knows the run.
        snapshot: The run.
        sources: What it was painted from.
        chosen: What the left column stands at, for painting on; None if that does not go together.
    """
    name = called(studio.gallery, snapshot)
    path, may_go_on = studio.result_path(snapshot.run_id), studio.can_carry_on(snapshot.run_id)
    with st.container(horizontal=True, key="head", vertical_alignment="center"):
        st.html(html.headline(name, _ending(snapshot, painted=path is not None)))
        if may_go_on:
            args = (studio, snapshot.run_id)
            st.button(_("Continue"), key="continue", icon=":material/play_arrow:", on_click=_carry_on, args=args)
        st.button(_("New painting"), key="new", icon=":material/add:", on_click=leave)
    if problem := st.session_state.pop("carry_on_problem", None):
        st.error(plain(say(problem)), icon=":material/error:")
    if snapshot.state is State.FAILED:
        with st.container(key="failure"):
            said = say(snapshot.error or Text("The painting ended unexpectedly."))
            st.error(plain(said), icon=":material/error:")
            if remedy := _remedy(snapshot, may_go_on=may_go_on):
                st.html(html.line(say(remedy)))
    if path is None:
        st.html(html.note(_("Nothing was painted in this run."), _("Change what you like and press Start again.")))
        return
    try:
        size = shown_file(path).size
    except StyleTransferError:
        st.html(
            html.note(_("The finished picture is damaged."), say(_REMAINS) if studio.timeline(snapshot.run_id) else "")
        )
        remains(studio, snapshot, sources, chosen)
        return
    finished(studio, snapshot, sources, path, size, chosen)


def _remedy(snapshot: Snapshot, *, may_go_on: bool) -> str | None:
    """What to do about a failure: of what can be done, first what loses nothing."""
    remedy = snapshot.remedy
    return _OR_CONTINUE.get(remedy, remedy) if may_go_on and isinstance(remedy, Text) else remedy


def _carry_on(studio: Studio, run_id: str) -> None:
    """Go on with an interrupted run; where that cannot be, the page says so."""
    try:
        studio.carry_on(run_id)
    except StyleTransferError as error:
        st.session_state["carry_on_problem"] = error.text


def leave() -> None:
    """Go back to the empty stage; what is chosen stays."""
    st.query_params.clear()


def _ending(snapshot: Snapshot, *, painted: bool) -> str:
    if not snapshot.epochs:  # a damaged run, of which no more is known
        return ""
    time = units.duration(snapshot.seconds)
    if snapshot.state is State.FINISHED:
        return ngettext(
            "Finished: {count} epoch in {time}.", "Finished: {count} epochs in {time}.", snapshot.epochs, time=time
        )
    far = _("{epoch} of {epochs} epochs in {time}", epoch=snapshot.epoch, epochs=snapshot.epochs, time=time)
    if snapshot.state is State.STOPPED:
        return (
            _("Stopped after {far}. What was painted is kept.", far=far)
            if painted
            else _("Stopped before the first stroke.")
        )
    return _("Ended after {far}.", far=far) if painted else _("Ended before the first stroke.")
