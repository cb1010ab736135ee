"""Variations on the page: begun with one click, filled before one's eyes, and a click on a cell adopts it."""

import statistics
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import cast

import streamlit as st

from styletransfer.controls import CONTROLS, VARIED
from styletransfer.errors import StyleTransferError
from styletransfer.settings import PRESETS, Settings
from styletransfer.studio.components.variation_grid import Cell, Grid, Label, picked, variation_grid
from styletransfer.studio.page.live_part import draw_part, has_part_changed, part_changed
from styletransfer.studio.page.sidebar import chosen_inputs, painting_mix, region_choice, settings_form
from styletransfer.studio.page.stage.branches import double_click
from styletransfer.studio.pictures import data_url, pair, shown_file
from styletransfer.studio.presentation import html
from styletransfer.studio.studio import Studio
from styletransfer.studio.variation_plan import Axis, Plan, described, spread
from styletransfer.studio.variation_sheets import VariationSheetView
from styletransfer.support import units
from styletransfer.texts import Text, _, joined, say

REFRESH_SECONDS = 0.7
_TELLS = Text(
    "A sheet tells where each way leads: calmer or bolder, finer or broader, and in which colours. "
    "At full size the same settings come out with more detail and somewhat bolder."
)


def variations_button(studio: Studio, *, ready: bool) -> None:
    """The button that begins a sheet around what is chosen, `ready` if that goes together."""
    st.button(_("Try variations"), key="variations", on_click=_submit, args=(studio,), disabled=not ready)


def variations_link(studio: Studio) -> None:
    """A way back to the last sheet, from anywhere else."""
    newest = studio.sheets.newest()
    if newest is not None and "sheet" not in st.query_params:
        st.button(_("Back to the last sheet"), key="sheet_back", type="tertiary", on_click=_visit, args=(newest,))


def restore_variations(view: VariationSheetView) -> None:
    """Set the left column to what a sheet is painted from, and to the cell that was chosen, which is in the address."""
    numbers = {str(cell): cell for cell in range(view.plan.cells)}
    cell = numbers.get(st.query_params.get("cell", ""))
    settings_form.restore(view.settings if cell is None else view.plan.settings(view.settings, cell), None)
    files = chosen_inputs.named(view.photo_name, view.painting_names, view.inputs)
    chosen_inputs.adopt(files, view.settings)
    st.session_state["sheet_axes"] = (view.plan.across, view.plan.down)


def _submit(studio: Studio) -> None:
    """Begin a sheet around what is chosen now, instead of one that this visitor has begun before and that is not done.

    A slider may have moved since the button was drawn.
    """
    if double_click():
        return
    region_choice.take_up()
    try:
        inputs, settings = chosen_inputs.chosen(), settings_form.chosen(painting_mix.split())
        if inputs is None:
            return
        across, down = _axes()
        plan = Plan(across, down, _values(across, settings), _values(down, settings))
        if "sheet" in st.session_state:
            studio.sheets.cancel(st.session_state["sheet"])
        sheet_id = studio.sheets.submit(inputs, settings, plan)
    except StyleTransferError as error:
        st.session_state["start_problem"] = error.text
        return
    st.session_state["sheet"] = sheet_id
    _visit(sheet_id)


def _visit(sheet_id: str) -> None:
    st.query_params.from_dict({"sheet": sheet_id})


def variations_stage(studio: Studio, view: VariationSheetView, settings: Settings | None) -> None:
    """Show a sheet; the cell that has the `settings` in the left column is marked."""
    with st.container(horizontal=True, key="head", vertical_alignment="center"):
        name = pair(view.photo_name, view.painting_names)
        st.html(
            html.headline(
                _("Variations on {painting}", painting=name), _("Choose the one you like; Start paints it large.")
            )
        )
        if settings is not None:
            _other_axes(studio)
    with st.container(key="sheet"):
        draw_part(_sheet, studio, view.sheet_id, settings, live=view.progress is not None, every=REFRESH_SECONDS)
    st.html(html.line(say(_TELLS)))


def _sheet(studio: Studio, sheet_id: str, settings: Settings | None, *, live: bool) -> None:
    """Draw the sheet, again and again while it is `live`; then whatever changes needs the whole page drawn anew."""
    view = studio.sheets.view(sheet_id)
    changed = has_part_changed()
    if view is None or (live and (changed or view.progress is None)):
        st.rerun()
    variation_grid(_grid(view, settings), key="variation_grid", on_change=lambda: _adopt(view))
    done, cells = len(view.cells), view.plan.cells
    with st.container(horizontal=True, key="sheet_foot", vertical_alignment="center"):
        if view.progress is not None:
            far = _("{part} of {whole}", part=done, whole=cells)
            st.html(html.progress(done / cells, far, _left(view), "", still=False, label=_("The sheet")))
            st.button(
                _("Cancel"), key="sheet_cancel", icon=":material/close:", on_click=_cancel, args=(studio, sheet_id)
            )
        elif done < cells:
            st.html(html.line(_broken_off(view)))
            st.button(_("Paint the rest"), key="sheet_rest", on_click=studio.sheets.carry_on, args=(sheet_id,))
        else:
            st.html(html.line(_choice(view, settings)))


def _adopt(view: VariationSheetView) -> None:
    cell = picked("variation_grid")
    if cell in view.cells:  # what a browser sends is not to be trusted
        settings_form.adopt(view.plan.settings(view.settings, cell))
        st.query_params["cell"] = str(cell)
        part_changed()


def _cancel(studio: Studio, sheet_id: str) -> None:
    studio.sheets.cancel(sheet_id)
    part_changed()


def _grid(view: VariationSheetView, settings: Settings | None) -> Grid:
    plan = view.plan
    columns, rows = _labels(plan.across, plan.columns, view), _labels(plan.down, plan.rows, view)
    cells = []
    for number in range(plan.cells):
        row, column = divmod(number, len(columns))
        alt = f"{_label(plan.across)} {columns[column]['value']}, {_label(plan.down)} {rows[row]['value']}"
        cells.append(_cell(view, number, alt))
    shape = view.settings.shape
    try:
        height, width = shape or shown_file(view.inputs.photo).size
    except StyleTransferError:
        height, width = 2, 3
    return Grid(
        across=_label(plan.across),
        down=_label(plan.down),
        columns=columns,
        rows=rows,
        cells=cells,
        chosen=_chosen(view, settings),
        ratio=round(width / height, 4),
    )


def _labels(axis: Axis, values: Sequence[float], view: VariationSheetView) -> list[Label]:
    names = described(axis, values, getattr(view.settings, axis))
    return [Label(words=name, value=CONTROLS[axis].read(value)) for name, value in zip(names, values, strict=True)]


def _cell(view: VariationSheetView, number: int, alt: str) -> Cell:
    if number in view.cells:
        path = view.cells[number]
        return Cell(src=_url(path, path.stat().st_mtime_ns), alt=alt, state="painted")
    if view.progress is not None and view.progress.cell == number:
        draft = view.progress.draft
        return Cell(src=data_url(draft) if draft else "", alt=alt, state="painting")
    return Cell(src="", alt=alt, state="waiting")


@lru_cache(maxsize=64)
def _url(path: Path, _changed: int) -> str:
    return data_url(path.read_bytes())


def _chosen(view: VariationSheetView, settings: Settings | None) -> int | None:
    """The cell that stands for the settings in the left column, as far as the sheet varies them."""
    if settings is None or settings.normalized != view.settings.normalized:
        return None
    return view.plan.find(getattr(settings, view.plan.across), getattr(settings, view.plan.down))


def _choice(view: VariationSheetView, settings: Settings | None) -> str:
    chosen = _chosen(view, settings)
    if chosen is None or settings is None:
        return _("None of these is what is chosen at present.")
    values = view.plan.values(chosen)
    now = [f"{say(CONTROLS[axis].noun)} {CONTROLS[axis].read(value)}" for axis, value in values.items()]
    return _("Chosen: {values}. Start paints it at {size} pixels.", values=joined(now), size=settings.size)


def _left(view: VariationSheetView) -> str:
    if view.progress is None or view.progress.cell is None:
        return _("Waits until the easel is free")
    times = sorted(path.stat().st_mtime for path in view.cells.values())
    if len(times) < 2:
        return ""
    each = statistics.median(later - earlier for earlier, later in pairwise(times))
    return _("about {time} left", time=units.duration(each * (view.plan.cells - len(times))))


def _broken_off(view: VariationSheetView) -> str:
    if view.fault is None:
        return _("{part} of {whole} are painted.", part=len(view.cells), whole=view.plan.cells)
    return view.fault.said


def _axes() -> tuple[Axis, Axis]:
    return cast("tuple[Axis, Axis]", st.session_state.setdefault("sheet_axes", ("style_weight", "stroke_size")))


def _values(axis: Axis, settings: Settings) -> tuple[float, ...]:
    """Three values of a setting around the present one; around the preset's where it is switched off."""
    present: float = getattr(settings, axis)
    default: float = getattr(PRESETS[st.session_state["preset"]], axis)
    control = CONTROLS[axis]
    offered, stride = control.steps(default) if control.steps else (), VARIED[axis].stride
    steps = [step for step in offered if step > 0]
    if present == 0:
        return (0.0, *spread(steps, default, stride)[:2])
    return spread(sorted({*steps, present}), present, stride)


def _other_axes(studio: Studio) -> None:
    """A choice of what the next sheet varies."""
    with st.popover(_("Vary other settings"), key="sheet_axes_popover"):
        across = st.selectbox(_("From left to right"), list(VARIED), _index(0), format_func=_label, key="sheet_across")
        others = [axis for axis in VARIED if axis != across]
        st.selectbox(_("From top to bottom"), others, _index(1, others), format_func=_label, key="sheet_down")
        st.button(_("Paint this sheet"), key="sheet_again", on_click=_begin, args=(studio,))


def _index(place: int, axes: Sequence[Axis] = tuple(VARIED)) -> int:
    axis = _axes()[place]
    return axes.index(axis) if axis in axes else 0


def _label(axis: Axis) -> str:
    return say(CONTROLS[axis].label)


def _begin(studio: Studio) -> None:
    st.session_state["sheet_axes"] = (st.session_state["sheet_across"], st.session_state["sheet_down"])
    _submit(studio)
