"""The page as a whole: settings on the left, the stage in the middle, the curves below. It paints nothing itself."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from styletransfer.errors import StyleTransferError
from styletransfer.inputs import Inputs
from styletransfer.settings import Settings
from styletransfer.studio.page import language
from styletransfer.studio.page.albums.view import album_stage
from styletransfer.studio.page.films.view import film_stage
from styletransfer.studio.page.gallery.comparison import comparison
from styletransfer.studio.page.gallery.view import enter, gallery_page, taken_down
from styletransfer.studio.page.regions.view import regions_stage
from styletransfer.studio.page.sidebar import (
    chosen_inputs,
    film_choice,
    form_state,
    painting_mix,
    region_choice,
    settings_form,
    start_picture,
)
from styletransfer.studio.page.sidebar.estimate import estimate, film_estimate, obstacle, squarest
from styletransfer.studio.page.sidebar.picker import album, film, picker, single
from styletransfer.studio.page.sidebar.restore import offer, open_run, recipe_drop, restore, restore_note
from styletransfer.studio.page.stage.branches import double_click, origin
from styletransfer.studio.page.stage.finished_run import finished_run, leave
from styletransfer.studio.page.stage.live_run import Sources, live_stage
from styletransfer.studio.page.stage.loss_panel import loss_panel
from styletransfer.studio.page.stage.run_review import look_back
from styletransfer.studio.page.variations.view import (
    restore_variations,
    variations_button,
    variations_link,
    variations_stage,
)
from styletransfer.studio.pictures import Picture, Shown, album_title, pair, shown_file
from styletransfer.studio.presentation import html, region_overlay
from styletransfer.studio.presentation.markdown import plain
from styletransfer.studio.server import lifespan
from styletransfer.studio.storage.gallery import called
from styletransfer.studio.studio import Snapshot, Studio
from styletransfer.studio.variation_sheets import VariationSheetView
from styletransfer.texts import Text, _, ngettext, say

_STYLES = tuple(
    Path(__file__).parent / name
    for name in ("theme.css", "sidebar/sidebar.css", "variations/view.css", "albums/view.css", "films/view.css")
)
_ICON = Path(__file__).with_name("icon.svg")
_LOST = Text("There is no painting at this address on this computer.")
_VIEWS = {"wall": gallery_page, "compare": comparison, region_choice.VIEW: regions_stage}
"""What takes the stage's place, by its name in the address."""


def show() -> None:
    """Draw the page for one visitor, once."""
    language.follow_visitor()
    st.set_page_config(page_title=_("The Studio"), page_icon=str(_ICON), layout="wide")
    for styles in _STYLES:
        st.html(styles)
    language.words()
    try:
        studio = lifespan.studio()
    except StyleTransferError as error:
        with st.container(key="stage"):
            st.html(html.headline(_("The studio cannot open"), say(error.text)))
        return
    view = _VIEWS.get(st.query_params.get("view", ""))
    run_id, sheet_id = st.query_params.get("run"), st.query_params.get("sheet")
    snapshot = studio.snapshot(run_id) if run_id else None
    sheet = studio.sheets.view(sheet_id) if sheet_id else None
    painted_album = studio.albums.view(run_id) if run_id else None
    painted_film = studio.films.view(run_id) if run_id else None
    _take_up(studio, snapshot, sheet)
    with st.container(key="studio"):
        with st.container(key="left"):
            inputs, settings = _left(studio, snapshot)
            form_state.keep(inputs, settings)
        with st.container(key="stage"):
            if view is not None:
                view(studio)
            elif painted_album is not None:
                _others(studio, painted_album.run_id)
                album_stage(studio, painted_album)
            elif painted_film is not None:
                _others(studio, painted_film.run_id)
                film_stage(studio, painted_film)
            elif snapshot is not None:
                _run(studio, snapshot, settings)
            elif sheet is not None:
                _others(studio, None)
                variations_stage(studio, sheet, settings)
            else:
                _empty(studio, inputs, lost=run_id or sheet_id)


def _take_up(studio: Studio, snapshot: Snapshot | None, sheet: VariationSheetView | None) -> None:
    """On a visitor's first look at a run or sheet that exists, set the left column to what that is painted with."""
    if "visited" in st.session_state:
        return
    st.session_state["visited"] = True
    if sheet is not None:
        restore_variations(sheet)
    if snapshot is not None:
        restore(studio, snapshot)


def _left(studio: Studio, snapshot: Snapshot | None) -> tuple[Inputs[Picture] | None, Settings | None]:
    inputs: Inputs[Picture] | None = None
    settings: Settings | None = None
    problem: Text | None = None
    with st.container(key="panel"):
        with st.container(horizontal=True, key="brand", vertical_alignment="center"):
            st.html(f'<div class="brand"><b>{_("The Studio")}</b></div>')
            st.button(
                _("The wall"), key="wall_open", icon=":material/gallery_thumbnail:", on_click=enter, type="tertiary"
            )
        photo = picker("photo", _("Photo"), films=studio.films)
        film_choice.choose()
        offer(studio, photo if single() else None)
        painting_mix.paintings()
        region_choice.summary()
        live = snapshot if snapshot and snapshot.run_id in studio.active() else None
        try:
            settings = settings_form.settings_form(studio, live, painting_mix.split)
            inputs = chosen_inputs.chosen()
        except StyleTransferError as error:
            problem = error.text
        with st.container(key="language_switch"):
            language.switch()
    with st.container(key="start_bar"):
        _start(studio, inputs, settings, problem)
    return inputs, settings


def _start(studio: Studio, inputs: Inputs[Picture] | None, settings: Settings | None, problem: Text | None) -> None:
    if inputs is None:
        problem = problem or Text("Choose a photo and a painting first.")
    elif single() and start_picture.missing():
        problem = start_picture.MISSING
    elif settings is not None:
        problem = _obstacle(studio, inputs, settings)
    with st.container(horizontal=True, key="start_row"):
        st.button(
            plain(_start_label(studio)),
            key="start",
            type="primary",
            width="stretch",
            on_click=_submit,
            args=(studio,),
            disabled=problem is not None,
        )
        variations_button(studio, ready=inputs is not None and settings is not None)
    problem = problem or st.session_state.pop("start_problem", None)
    if problem or settings is None or inputs is None:
        st.html(html.line(say(problem or ""), "estimate problem"))
    elif studio.worker_ready:
        st.html(html.line(_estimate(studio, inputs, settings), "estimate"))
    else:
        st.fragment(_until_warm, run_every=1.0)(studio, inputs, settings)
    variations_link(studio)


def _start_label(studio: Studio) -> str:
    if film() is not None:
        return _("Paint the film")
    if (photos := album()) is not None:
        return ngettext("Paint an album of {count} photo", "Paint an album of {count} photos", len(photos.files))
    return _("Paint next") if studio.active() else _("Start painting")


def _sizes(inputs: Inputs[Picture]) -> list[tuple[int, int]]:
    """(height, width) of the photo, of each photo of an album, or of the film."""
    if (chosen := film()) is not None:
        return [chosen.size]
    photos = album()
    return [inputs.photo.size] if photos is None else list(photos.sizes)


def _obstacle(studio: Studio, inputs: Inputs[Picture], settings: Settings) -> Text | None:
    """Why what is chosen cannot be painted, or None if it can be."""
    if problem := obstacle(studio, settings, squarest(_sizes(inputs))):
        return problem
    if (chosen := film()) is not None:
        try:
            studio.films.check_disk(chosen, film_choice.part(), settings)
        except StyleTransferError as error:
            return error.text
    return None


def _estimate(studio: Studio, inputs: Inputs[Picture], settings: Settings) -> str:
    paintings = len(inputs.paintings)
    if (chosen := film()) is not None:
        return film_estimate(studio, settings, chosen, film_choice.part(), paintings)
    return estimate(studio, settings, _sizes(inputs), paintings)


def _until_warm(studio: Studio, inputs: Inputs[Picture], settings: Settings) -> None:
    """Say what is known while the worker gets ready; then it will be more."""
    if studio.worker_ready:
        st.rerun()  # the timer stops only when the whole page is drawn anew
    st.html(html.line(_estimate(studio, inputs, settings), "estimate"))


def _submit(studio: Studio) -> None:
    """Start with what is chosen now: a slider may have moved since the button was drawn."""
    if double_click():
        return
    region_choice.take_up()
    try:
        inputs, settings = chosen_inputs.chosen(), settings_form.chosen(painting_mix.split())
        if inputs is None:
            return
        if problem := _obstacle(studio, inputs, settings):
            raise StyleTransferError(problem)
        if (chosen := film()) is not None:
            run_id = studio.films.submit(inputs, chosen, film_choice.part(), settings)
        elif (photos := album()) is not None:
            run_id = studio.albums.submit(inputs, photos.files, settings)
        else:
            run_id = studio.submit(inputs, settings)
    except StyleTransferError as error:
        st.session_state["start_problem"] = error.text
        return
    st.query_params.from_dict({"run": run_id})


def _run(studio: Studio, snapshot: Snapshot, chosen: Settings | None) -> None:
    sources = _sources(studio, snapshot)
    _others(studio, snapshot.run_id)
    origin(studio, snapshot)
    if snapshot.state.over:
        finished_run(studio, snapshot, sources, chosen)
    else:
        live_stage(studio, snapshot.run_id, sources)
        look_back(studio, snapshot, sources, chosen)
    loss_panel(studio, snapshot)


def _sources(studio: Studio, snapshot: Snapshot) -> Sources:
    inputs, settings = studio.inputs(snapshot.run_id), studio.settings(snapshot.run_id)
    shown: Inputs[Shown | None] = (
        Inputs(photo=None, paintings=()) if inputs is None else replace(inputs, masks=(), keep=None).map(_shown)
    )
    shape = (settings.shape if settings else None) or (shown.photo.size if shown.photo else None)
    return Sources(shown, shape or (2, 3), region_overlay.overlay(inputs) if inputs else "")


def _shown(path: Path) -> Shown | None:
    """A run's own file for display, or None if it is gone or damaged: the rest of the run can still be shown."""
    try:
        return shown_file(path)
    except StyleTransferError:
        return None


def _empty(studio: Studio, inputs: Inputs[Picture] | None, *, lost: str | None) -> None:
    if lost and not taken_down(studio, lost):
        with st.container(key="lost"):
            st.html(
                html.note(say(_LOST), _("It may have been deleted, or the address was cut off. Start a new one here."))
            )
            st.button(_("All right"), key="new", on_click=leave, type="tertiary")
    _others(studio, None)
    restore_note()
    if inputs is None:
        st.html(html.headline(_("An empty easel"), _("Choose a photo and a painting, then press Start.")))
        recipe_drop(studio)
        return
    paintings, photos = [painting.name for painting in inputs.paintings], album()
    name = pair(inputs.photo.name, paintings) if photos is None else album_title(len(photos.files), paintings)
    st.html(html.headline(name, _("Press Start, and watch it being painted.")))
    st.html(html.diptych(inputs.photo, *inputs.paintings, film=film() is not None))
    recipe_drop(studio)


def _others(studio: Studio, run_id: str | None) -> None:
    """Say what else is at work, with a way there."""
    active, lengthy = studio.active(), studio.lengthy.active()
    first = next(iter(active + lengthy), None)
    if first is None or first == run_id:
        return
    snapshot = studio.snapshot(first) if active else None
    if active and snapshot is None:
        return
    with st.container(horizontal=True, key="others", vertical_alignment="center"):
        name = called(studio.gallery, snapshot) if snapshot else studio.gallery.title_of(first)
        st.html(html.line(_("On the easel now:"), strong=name), width="content")
        st.button(_("Watch it"), key="watch", on_click=open_run, args=(studio, first), type="tertiary")
