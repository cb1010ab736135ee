"""The regions in the left column: what is painted of them so far, and the way to the editor."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, cast

import streamlit as st
from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import open_image
from styletransfer.imaging.masks import to_mask
from styletransfer.inputs import Inputs
from styletransfer.studio.components.region_editor import painted as edited
from styletransfer.studio.page.sidebar.edited_regions import read_regions
from styletransfer.studio.page.sidebar.picker import album, chosen_at, single
from styletransfer.studio.pictures import Picture, read_picture
from styletransfer.studio.presentation import html
from styletransfer.studio.regions import (
    Masks,
    Regions,
    masks_of,
    place_of,
    regions_from,
    small_size,
    stretched,
)
from styletransfer.texts import Text, _

VIEW = "regions"
"""The editor's name in the address."""
EDITOR = "region_editor"
"""Its key."""


class Given(NamedTuple):
    """The masks that a run was given, kept as they are as long as the regions made of them are not changed."""

    regions: Regions
    places: tuple[str, ...]
    masks: tuple[Picture, ...]
    keep: Picture | None
    weights: tuple[float, ...] | None


def regions() -> Regions | None:
    """What is painted, also if it does not fit the photo, or None."""
    return cast("Regions | None", st.session_state.get("regions"))


def begin_editing(photo: Picture) -> str:
    """What the editor begins with: another name whenever the page, not the user, has changed the regions or photo."""
    on = (st.session_state.setdefault("regions_seed", uuid.uuid4().hex), photo.name, len(photo.data), photo.size)
    if st.session_state.get("regions_on") != on:
        st.session_state.update({"regions_on": on, "regions_begun": uuid.uuid4().hex})
    return cast("str", st.session_state["regions_begun"])


def take_up() -> None:
    """Take over what was painted, unless the page has begun with others meanwhile.

    Also to be called before anything is painted from: a button's callback may come before that of the editor.
    """
    values = edited(EDITOR)
    if not isinstance(values, dict) or values.get("seed") != st.session_state.get("regions_begun"):
        return
    try:
        st.session_state["regions"] = read_regions(values)
    except StyleTransferError as error:
        st.session_state["regions_problem"] = error.text


def problem() -> Text | None:
    """Why what was painted last could not be taken over, told once."""
    return cast("Text | None", st.session_state.pop("regions_problem", None))


def replace_by(painted: Regions | None) -> None:
    """Begin with others, or with none."""
    st.session_state["regions"] = painted
    st.session_state["regions_given"] = None
    st.session_state["regions_seed"] = uuid.uuid4().hex
    st.session_state["regions_begun"] = None


def in_use() -> Regions | None:
    """What is painted, if it fits the photo and there is anything."""
    painted, photo = regions(), chosen_at("photo")
    if not single() or painted is None or photo is None or not painted.painted or not painted.fit(photo.size):
        return None
    return painted


def mixed() -> bool:
    """Whether paintings are mixed by shares, since no region says where each applies."""
    painted = in_use()
    return painted is None or all(region.painting is None for region in painted.painted)


def masks(places: Sequence[str]) -> Masks | None:
    """What the engine is given, or None without regions. Raises StyleTransferError if they do not go together."""
    painted = in_use()
    return None if painted is None else masks_of(painted, tuple(places))


def weights(places: Sequence[str]) -> tuple[float, ...] | None:
    """How strong the style is in each mask, or None without masks. Raises StyleTransferError."""
    found = masks(places)
    return None if found is None else found.weights


def chosen(photo: Picture, paintings: dict[str, Picture]) -> Inputs[Picture]:
    """What is painted from, with the masks if there are regions.

    Args:
        photo: The photo.
        paintings: The chosen ones by their places.

    Raises:
        StyleTransferError: The regions do not go together.
    """
    found = masks(tuple(paintings))
    if found is None:
        return Inputs(photo=photo, paintings=tuple(paintings.values()))
    given = cast("Given | None", st.session_state.get("regions_given"))
    if given is not None and (given.regions, given.places) == (regions(), found.paintings):
        parts, stays = given.masks, given.keep
    else:
        parts, stays = tuple(map(_picture, found.masks)), _picture(found.keep) if found.keep else None
    return Inputs(photo=photo, paintings=tuple(paintings[place] for place in found.paintings), masks=parts, keep=stays)


def weigh(places: Sequence[str], number: int, weight: float) -> None:
    """Give all regions behind a mask another strength of style; its number is that in `Masks`."""
    painted, found = in_use(), masks(places)
    if painted is None or found is None or found.weights is None or number >= len(found.weights):
        return
    behind = found.paintings[number], found.weights[number]
    changed = tuple(
        replace(region, weight=weight) if (place_of(region, tuple(places)), region.weight) == behind else region
        for region in painted.regions
    )
    replace_by(replace(painted, regions=changed))


def adopt(files: Inputs[tuple[str, Path | None]], places: Sequence[str], weights: tuple[float, ...] | None) -> bool:
    """Take over what a run was given.

    Args:
        files: Its files; each painting at the place of the same number.
        places: The place of each painting, which may stand there more than once.
        weights: How strong the style is in each mask.

    Returns:
        Whether that was possible: False if a mask is gone or damaged, and then there are no regions.
    """
    replace_by(None)
    parts = [path for _name, path in files.masks]
    stays = files.keep[1] if files.keep else None
    if not parts and files.keep is None:
        return True
    try:
        read = [_read(path) for path in parts]
        kept = _read(stays) if files.keep else None
        shown = regions_from(
            places,
            [_mask(picture) for picture in read],
            _mask(kept) if kept else None,
            weights,
            name=lambda number: _("Region {number}", number=number),
        )
    except (StyleTransferError, OSError, IndexError):
        return False
    replace_by(shown)
    st.session_state["regions_given"] = Given(shown, tuple(places), tuple(read), kept, weights)
    return True


def summary() -> None:
    """Show what is painted, and the way to the editor."""
    painted, photo = regions(), chosen_at("photo")
    if photo is None:
        return
    if not single():
        if album() is None:
            said = _("Regions, and another picture to start from, are for single photos: a film does without.")
        else:
            said = _("Regions, and another picture to start from, are for single photos: an album does without.")
        st.html(html.line(said))
        return
    with st.container(key="region_place"):
        if painted is not None and painted.painted and not painted.fit(photo.size):
            _ask(painted, photo)
        elif in_use() is not None and painted is not None:
            st.html(html.label(_("Regions")))
            st.html(html.dots((region.color, region.name, _becomes(region.painting)) for region in painted.painted))
        st.button(
            _("Change the regions") if in_use() else _("Paint regions"),
            key="regions_open",
            icon=":material/lasso_select:",
            type="tertiary",
            on_click=enter,
        )


def enter() -> None:
    """Go to the editor; what is on the stage stays in the address."""
    st.query_params["view"] = VIEW


def leave() -> None:
    """Go back to what was on the stage."""
    st.query_params.pop("view", None)


def _ask(painted: Regions, photo: Picture) -> None:
    st.html(html.line(_("Your regions are those of a photo of another shape; they rest as long as this one is here.")))
    with st.container(horizontal=True, key="regions_other"):
        st.button(_("Stretch them"), key="regions_stretch", on_click=_stretch, args=(painted, photo), type="tertiary")
        st.button(_("Drop them"), key="regions_drop", on_click=replace_by, args=(None,), type="tertiary")


def _stretch(painted: Regions, photo: Picture) -> None:
    height, width = photo.size
    replace_by(stretched(painted, small_size((width, height))))


def _becomes(place: str | None) -> str:
    if place is None:
        return _("as it is")
    painting = chosen_at(place) if f"{place}_choice" in st.session_state else None
    return painting.title if painting else ""


def _read(path: Path | None) -> Picture:
    if path is None:
        raise StyleTransferError(Text("A mask is no longer there."))
    return read_picture(path.read_bytes(), "")


def _mask(picture: Picture) -> Image.Image:
    return to_mask(open_image(picture.data))


@lru_cache(maxsize=16)
def _picture(mask: bytes) -> Picture:
    return read_picture(mask, "")
