"""Two paintings from the gallery against each other: the border between them is dragged, and what differs is said."""

from typing import Any

import streamlit as st

from styletransfer.controls import CONTROLS
from styletransfer.errors import StyleTransferError
from styletransfer.studio.components.before_after import before_after
from styletransfer.studio.page.gallery.view import STYLE, enter, open_picture
from styletransfer.studio.pictures import Shown, pair, shown_file
from styletransfer.studio.presentation import formatting, html
from styletransfer.studio.presentation.markdown import plain
from styletransfer.studio.storage.gallery import Piece
from styletransfer.studio.storage.run_record import Record
from styletransfer.studio.storage.trash import GONE
from styletransfer.studio.studio import Studio
from styletransfer.texts import Text, _, joined, say

_ALIKE = 0.02
"""Aspect ratios that differ by less lie over each other without a distortion that could be seen."""
_BESIDES = {
    "painted": Text("Painted"),
    "epochs_painted": Text("Epochs painted"),
    "changed_on_the_way": Text("Changed on the way"),
}
"""What is told of a painting besides its settings."""


def comparison(studio: Studio) -> None:
    """Show the two whose ids are in the address."""
    st.html(STYLE)
    pieces = [studio.gallery.piece(run_id) for run_id in st.query_params.get_all("runs")[:2]]
    with st.container(key="comparison"):
        st.button(_("The wall"), key="comparison_back", on_click=enter, type="tertiary", icon=":material/arrow_back:")
        try:
            if len(pieces) != 2 or pieces[0] is None or pieces[1] is None:
                raise StyleTransferError(GONE)
            _comparison(studio, pieces[0], pieces[1])
        except StyleTransferError as error:
            st.html(html.note(say(error.text), _("Choose two on the wall to compare them.")))


def differences(one: Piece, other: Piece) -> list[tuple[str, str, str]]:
    """(what, with the one, with the other) of all that the two were painted with and that is not the same."""
    first, second = _values(one), _values(other)
    return [
        (_name(name), _said(name, first[name]), _said(name, second[name]))
        for name in first
        if first[name] != second.get(name)
    ]


def _values(piece: Piece) -> dict[str, Any]:
    if piece.record is None or piece.settings is None:
        raise StyleTransferError(piece.damage or GONE)
    settings = piece.settings.to_dict()
    for name in ("preview_every", "weights"):
        del settings[name]
    record = piece.record
    return {"painted": pair(record.photo_name, record.painting_names), "epochs_painted": record.epoch, **settings,
            "network": record.network or settings["network"], "changed_on_the_way": _steered(record)}  # fmt: skip


def _steered(record: Record) -> str:
    """To what its weights were changed last while it was painted."""
    if not record.steered:
        return _("no")
    epoch, weighting = record.steered[-1]
    return _("from epoch {epoch} on: {weights}", epoch=epoch, weights=formatting.weights(weighting))


def _name(name: str) -> str:
    return say(CONTROLS[name].label if name in CONTROLS else _BESIDES[name])


def _said(name: str, value: Any) -> str:
    return CONTROLS[name].read(value) if name in CONTROLS else str(value)


def _comparison(studio: Studio, one: Piece, other: Piece) -> None:
    rows = differences(one, other)
    left, right = _shown(studio, one), _shown(studio, other)
    differ = one.title != other.title
    titles = (one.title, other.title) if differ else (_("The first"), _("The second"))
    height, width = left.size
    alike = abs(width / height * right.size[0] / right.size[1] - 1) < _ALIKE
    name = joined((one.title, other.title)) if differ else _("{painting}, twice", painting=one.title)
    how = (
        _("The first is on the left; drag the border.")
        if alike
        else _("They differ in shape, so they hang side by side.")
    )
    st.html(html.headline(name, how))
    if alike:
        st.html(html.ratio_style(left.size, "comparison_easel"))
        with st.container(key="comparison_easel"):
            before_after(f"{one.run_id} {other.run_id}", left.url, right.url, width / height, photo=one.title,
                    painted=other.title, position=50)  # fmt: skip
    else:
        st.html(html.side_by_side((left.url, left.size, titles[0]), (right.url, right.size, titles[1])))
    if rows:
        st.html(html.table(("", *titles), rows))
    else:
        st.html(html.line(_("Both were painted with the same settings and for as long.")))
    with st.container(horizontal=True, key="comparison_open"):
        alone = (_("Open the first"), _("Open the second"))
        for place, piece in enumerate((one, other)):
            label = _("Open {painting}", painting=piece.title) if differ else alone[place]
            st.button(plain(label), key=f"open_{piece.run_id}", on_click=open_picture, args=(studio, piece.run_id))


def _shown(studio: Studio, piece: Piece) -> Shown:
    path = studio.gallery.picture(piece.run_id)
    if path is None:
        raise StyleTransferError(
            "Nothing was painted in {title}, so that there is nothing to compare.", title=piece.title
        )
    return shown_file(path)
