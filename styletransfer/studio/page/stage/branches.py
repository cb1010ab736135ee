"""Paint on from a moment of a run: a new run, a branch, that begins with that moment's picture."""

import time
from contextlib import suppress
from dataclasses import replace

import streamlit as st
from PIL import Image

from styletransfer.engine.scales import scale_shapes, split_epochs
from styletransfer.errors import StyleTransferError
from styletransfer.settings import LARGEST_SIZE, Settings
from styletransfer.studio.page.sidebar.chosen_inputs import named
from styletransfer.studio.page.sidebar.estimate import estimate, obstacle
from styletransfer.studio.page.sidebar.restore import open_run
from styletransfer.studio.page.stage.save_picture import painted
from styletransfer.studio.pictures import PictureFile
from styletransfer.studio.presentation import formatting, html
from styletransfer.studio.presentation.markdown import plain
from styletransfer.studio.presentation.timeline import Moment
from styletransfer.studio.storage.gallery import called
from styletransfer.studio.storage.run_record import at_the_end
from styletransfer.studio.studio import Snapshot, Studio
from styletransfer.texts import _, ngettext, say

ENLARGED_EPOCHS = 20
"""Epochs for a picture that is only to be larger: its composition is decided, it is the strokes that are drawn anew."""
_DOUBLE_CLICK_SECONDS = 1.0


def double_click() -> bool:
    """Whether something was just submitted, so that this is the second half of a double click."""
    now = time.monotonic()
    if now - st.session_state.get("submitted", -_DOUBLE_CLICK_SECONDS) < _DOUBLE_CLICK_SECONDS:
        return True
    st.session_state["submitted"] = now
    return False


def origin(studio: Studio, snapshot: Snapshot) -> None:
    """Say what a branch comes from, with a way there."""
    if snapshot.parent is None:
        return
    run_id, epoch = snapshot.parent
    parent = studio.snapshot(run_id)
    with st.container(horizontal=True, key="origin", vertical_alignment="center"):
        if parent is None:
            st.html(html.line(_("Painted on from epoch {epoch} of a painting that is no longer there.", epoch=epoch)))
            return
        st.html(html.line(_("Painted on from")), width="content")
        name = called(studio.gallery, parent)
        label = _("{painting}, epoch {epoch}", painting=name, epoch=epoch)
        st.button(plain(label), key="parent", on_click=open_run, args=(studio, run_id), type="tertiary")


def branching(
    studio: Studio, snapshot: Snapshot, moment: Moment, photo: tuple[int, int], chosen: Settings | None
) -> None:
    """Show the ways to paint on from the moment that is looked at.

    Args:
        studio: Takes the new run.
        snapshot: The run that is looked at.
        moment: Where the branch begins.
        photo: (height, width) of the run's photo.
        chosen: What the left column stands at, or None if that does not go together.
    """
    with st.popover(_("Paint on"), icon=":material/brush:", key="branch"):
        own = studio.settings(snapshot.run_id)
        if chosen is None or own is None:
            st.caption(_("Choose settings that go together first."))
            return
        own = at_the_end(own, snapshot.steered)
        chosen = replace(chosen, style_shares=own.style_shares, region_weights=own.region_weights)
        settings = onward(chosen, studio, snapshot.run_id, moment)
        where = _("the finished picture") if moment.final else _("epoch {epoch}", epoch=moment.epoch)
        if moment.colors:
            where = _("{moment}, in the colours it has now", moment=where)
        st.caption(
            plain(
                _(
                    "A painting of its own that begins with {moment}: {epochs} at {size} px, with the weights as they "
                    "are set now: {weights}.",
                    moment=where,
                    epochs=ngettext("{count} epoch", "{count} epochs", settings.epochs),
                    size=settings.size,
                    weights=formatting.weights(chosen.weighting),
                )
            )
        )
        _button(_("Paint on from here"), "branch_here", studio, snapshot, moment, photo, settings)
        larger = enlarged(chosen, moment)
        if larger is not None:
            with st.container(key="branch_more"):
                epochs = ngettext("{count} epoch", "{count} epochs", larger.epochs)
                st.caption(
                    _("Or the same picture twice as large: {epochs} at {size} px.", epochs=epochs, size=larger.size)
                )
                _button(_("Paint it larger"), "branch_larger", studio, snapshot, moment, photo, larger)


def onward(chosen: Settings, studio: Studio, run_id: str, moment: Moment) -> Settings:
    """The left column's settings for a run that begins with `moment`.

    A picture that has been painted at the run's final size is not taken back to coarser scales: its composition is
    decided. It gets as many epochs as that size has of them, which are the ones that take time. One that comes from a
    coarser scale goes through them as any other.
    """
    kept = studio.timeline(run_id)
    with Image.open(kept[-1][1], formats=["JPEG"]) as last:
        decided = moment.final or moment.size == (last.height, last.width)
    if not decided:
        return replace(chosen, init="photo")
    height, width = moment.size
    scales = 1
    with suppress(StyleTransferError):  # too small for the network, which is said beside the button
        scales = len(scale_shapes((width, height), chosen))
    epochs = max(ENLARGED_EPOCHS, split_epochs(chosen.epochs, scales)[-1])
    return replace(chosen, init="photo", scales=1, epochs=min(epochs, chosen.epochs))


def enlarged(chosen: Settings, moment: Moment) -> Settings | None:
    """Settings for the finished picture twice as large, or None for another moment and for the largest pictures."""
    size = 2 * max(moment.size)
    if size > LARGEST_SIZE or not moment.final:
        return None
    shape = (2 * moment.size[0], 2 * moment.size[1]) if chosen.shape else None
    return replace(chosen, init="photo", scales=1, size=size, shape=shape, epochs=ENLARGED_EPOCHS)


def _button(
    label: str,
    key: str,
    studio: Studio,
    snapshot: Snapshot,
    moment: Moment,
    photo: tuple[int, int],
    settings: Settings,
) -> None:
    problem = obstacle(studio, settings, photo)
    said = say(problem) if problem else estimate(studio, settings, [photo], len(snapshot.painting_names))
    clicked = st.button(plain(label), key=key, width="stretch", disabled=problem is not None)
    st.caption(plain(said))
    if clicked and not double_click():
        try:
            st.query_params["run"] = _submit(studio, snapshot, moment, settings)
        except (StyleTransferError, OSError) as error:
            said = say(error.text) if isinstance(error, StyleTransferError) else str(error)
            st.error(plain(said), icon=":material/error:")
            return
        st.rerun()


def _submit(studio: Studio, snapshot: Snapshot, moment: Moment, settings: Settings) -> str:
    inputs = studio.inputs(snapshot.run_id)
    if inputs is None:
        raise StyleTransferError("The photo of this run is no longer there.")
    files = named(snapshot.photo_name, snapshot.painting_names, replace(inputs, start=None))
    read = files.map(lambda file: PictureFile(file[0], file[1].read_bytes() if file[1] else b""))
    start = PictureFile("", painted(moment, inputs.photo))
    return studio.submit(replace(read, start=start), settings, parent=(snapshot.run_id, moment.epoch))
