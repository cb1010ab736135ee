"""Sets the left column to what a picture was painted with: a run's, or one that is dropped on the page."""

from dataclasses import replace
from pathlib import Path
from typing import cast, get_args

import streamlit as st

from styletransfer.controls import LARGEST_SEED
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.recipe import Recipe, read_recipe
from styletransfer.inputs import Inputs
from styletransfer.settings import NetworkName, Settings
from styletransfer.studio.components.file_drag import file_drag
from styletransfer.studio.page.sidebar import chosen_inputs, film_choice, form_state, settings_form
from styletransfer.studio.page.sidebar.picker import LARGEST_MB
from styletransfer.studio.pictures import Picture, title
from styletransfer.studio.presentation import html
from styletransfer.studio.presentation.markdown import plain
from styletransfer.studio.storage.input_lookup import find_inputs
from styletransfer.studio.storage.run_record import at_the_end
from styletransfer.studio.studio import Snapshot, Studio
from styletransfer.support.paths import vgg19_available
from styletransfer.texts import Text, _, counted, joined, say

_STYLE = Path(__file__).with_name("restore.css")
_ENDINGS = ["png", "jpg", "jpeg", "webp", "avif", "tif", "tiff"]


def restore(studio: Studio, snapshot: Snapshot) -> None:
    """Set the left column to what a run is painted with: its settings, its photo, its paintings."""
    st.session_state.pop("restored", None)
    form_state.filled()
    settings = studio.settings(snapshot.run_id)
    if settings is not None:
        settings_form.restore(settings, snapshot.steered[-1][1] if snapshot.steered else None)
    files = chosen_inputs.named(snapshot.photo_name, snapshot.painting_names, studio.inputs(snapshot.run_id))
    chosen_inputs.adopt(files, at_the_end(settings, snapshot.steered) if settings else None)
    film = studio.films.view(snapshot.run_id)
    if film is not None and film.source is not None:
        film_choice.adopt(film.source, film.part)


def open_run(studio: Studio, run_id: str) -> None:
    """Put a run on the stage. The left column follows, unless the user has set something there, which would be lost."""
    snapshot = studio.snapshot(run_id)
    if snapshot is not None and form_state.untouched():
        restore(studio, snapshot)
    st.query_params.from_dict({"run": run_id})


def recipe_drop(studio: Studio) -> None:
    """The place on the stage where a painted picture is dropped."""
    turn = int(st.session_state.get("recipe_turn", 0))  # a new uploader after each drop: none keeps the file's name
    st.html(_STYLE)
    file_drag()
    with st.container(key="recipe_drop"):
        st.file_uploader(
            _("Drop a painted picture to get its recipe back"),
            type=_ENDINGS,
            key=f"recipe_{turn}",
            on_change=_dropped,
            max_upload_size=LARGEST_MB,
            args=(studio, f"recipe_{turn}"),
            label_visibility="collapsed",
        )


def restore_note() -> None:
    """Say what has become of the picture that was dropped last."""
    said: tuple[bool, list[Text]] | None = st.session_state.get("restored")
    if said is None:
        return
    good, sentences = said
    with st.container(key="restored"):
        if good:
            st.html(html.note(say(sentences[0]), " ".join(map(say, sentences[1:]))))
        else:
            st.error(plain(say(sentences[0])), icon=":material/error:")


def offer(studio: Studio, photo: Picture | None) -> None:
    """Where the photo that was chosen is a painted picture: offer to use its recipe instead."""
    if photo is None or not _has_recipe(photo):
        return
    with st.container(horizontal=True, key="recipe_offer", vertical_alignment="center"):
        st.html(html.line(_("This was painted here.")), width="content")
        args = (studio, photo.data, photo.name)
        st.button(_("Use its recipe"), key="recipe_use", on_click=_use_recipe, args=args, type="tertiary")


def _has_recipe(photo: Picture) -> bool:
    """Asked of every picture once: one without a recipe has to be read to its end for the answer."""
    known: tuple[str, int, bool] = st.session_state.get("recipe_known", ("", 0, False))
    if known[:2] != (photo.name, len(photo.data)):
        try:
            has = read_recipe(photo.data, name=photo.name) is not None
        except StyleTransferError:
            has = False
        known = photo.name, len(photo.data), has
        st.session_state["recipe_known"] = known
    return known[2]


def _dropped(studio: Studio, key: str) -> None:
    file = st.session_state[key]
    if file is not None:
        _use_recipe(studio, file.getvalue(), file.name)
        st.session_state["recipe_turn"] = st.session_state.get("recipe_turn", 0) + 1


def _use_recipe(studio: Studio, data: bytes, name: str) -> None:
    try:
        recipe = read_recipe(data, name=name)
        if recipe is None:
            raise StyleTransferError(
                "{name} carries no recipe: it was not painted here, or another program has saved it since and left "
                "that out. To paint from it, drop it at Photo or Painting.",
                name=name,
            )
        sentences = _restore(studio, recipe)
    except StyleTransferError as error:
        st.session_state["restored"] = (False, [error.text])
        return
    st.session_state["restored"] = (True, [Text("The recipe of {picture} is back.", picture=title(name)), *sentences])
    st.session_state["visited"] = True
    st.query_params.clear()


def _restore(studio: Studio, recipe: Recipe) -> list[Text]:
    """Set the left column to the recipe; give what has to be said about it, a sentence each."""
    settings, sentences = _settings_here(studio, recipe)
    found = find_inputs(studio.gallery, recipe.inputs)
    files: Inputs[chosen_inputs.NamedPath] = recipe.inputs.map(lambda digest: found.get(digest, ("", None)))
    settings_form.restore(settings, recipe.steered[-1][1] if recipe.steered else None)
    if not chosen_inputs.adopt(files, at_the_end(settings, recipe.steered)):
        sentences.append(Text("Its regions are not on this computer: paint them anew, or do without."))
    if recipe.steered:
        sentences.append(Text("Its weights were changed on the way; here they are as they were in the end."))
    if len(recipe.parts) == 1:
        planned, reached = recipe.parts[0]
        sentences.append(
            Text(
                "It was stopped after epoch {epoch} of {epochs}; Start paints it to the end.",
                epoch=reached,
                epochs=planned,
            )
        )
    elif recipe.parts:
        sentences.append(Text("It was gone on with for more epochs than were planned; Start paints them in one go."))
    if files.start is not None and files.start[1] is None:
        sentences.append(Text("It was begun from another picture than its photo, which is not on this computer."))
    if recipe.photo_colors:
        sentences.append(
            Text(
                "In the end, {share} % of the photo’s own colours were put back; do so again with the result.",
                share=round(100 * recipe.photo_colors),
            )
        )
    lost = [_("photo")] if files.photo[1] is None else []
    for number, (__, path) in enumerate(files.paintings, 1):
        if not path:
            lost.append(_("painting") if len(files.paintings) == 1 else _("painting {number}", number=number))
    if lost:
        sentences.append(
            counted(
                "Its {pictures} is not on this computer: drop it where it says “Drop your own here”, or take others.",
                "Its {pictures} are not on this computer: drop them where it says “Drop your own here”, or take "
                "others.",
                len(lost),
                pictures=joined(lost),
            )
        )
    else:
        sentences.insert(
            0, Text("Photo, painting and settings are as they were; press Start, or change what you like.")
        )
    return sentences


def _settings_here(studio: Studio, recipe: Recipe) -> tuple[Settings, list[Text]]:
    """The recipe's settings as they can be followed on this computer, and what cannot."""
    sentences = []
    network: NetworkName = recipe.settings.network
    if network == "auto" and recipe.network in get_args(NetworkName):
        network = cast("NetworkName", recipe.network)  # what was the best there was where it was painted
    if recipe.weights is not None:
        network = "auto"
        sentences.append(
            Text(
                "Its weights file {file} is not used here; the usual network paints instead.", file=recipe.weights.name
            )
        )
    elif network == "vgg19" and not vgg19_available():
        network = "auto"
        sentences.append(
            Text("It was painted with VGG-19, which is not here yet; VGG-16 paints it a little differently.")
        )
    if network == "vgg16" and not vgg19_available():
        network = "auto"  # which is the same here
    seed = recipe.settings.seed
    if seed > LARGEST_SEED:
        sentences.append(Text("Its seed, {seed}, is larger than this page can take; 0 stands in its place.", seed=seed))
        seed = 0
    device = st.session_state.get("device", "auto")  # this computer's own affair
    settings = replace(recipe.settings, network=network, weights=None, device=device, seed=seed)
    usual = studio.speed(replace(settings, precision="auto"))
    if settings.precision == "half" and usual is not None and not usual.bfloat16:
        settings = replace(settings, precision="auto")
        sentences.append(
            Text(
                "It was painted in half precision, which this computer is not made for; in full precision it comes out "
                "a little differently."
            )
        )
    return settings, sentences
