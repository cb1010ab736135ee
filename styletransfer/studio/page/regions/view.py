"""The region editor in the stage's place."""

import streamlit as st

from styletransfer.studio.components.region_editor import GivenRegion, PaintingChoice, region_editor
from styletransfer.studio.page.regions.small_copy import small_copy
from styletransfer.studio.page.sidebar import painting_mix, region_choice
from styletransfer.studio.page.sidebar.picker import chosen_at
from styletransfer.studio.presentation import html
from styletransfer.studio.presentation.markdown import plain
from styletransfer.studio.regions import FEATHER, Regions, data_url
from styletransfer.studio.studio import Studio
from styletransfer.texts import _, say


def regions_stage(_studio: Studio) -> None:
    """Show the editor."""
    photo = chosen_at("photo")
    with st.container(horizontal=True, key="head", vertical_alignment="center"):
        st.html(html.headline(_("Regions"), _("Each part of the photo in its own manner, or left as it is.")))
        st.button(_("Done"), key="regions_done", icon=":material/check:", on_click=region_choice.leave)
    if photo is None:
        st.html(html.line(_("Choose a photo first.")))
        return
    if problem := region_choice.problem():
        st.error(plain(say(problem)), icon=":material/error:")
    now = region_choice.regions()
    if now is not None and not now.fit(photo.size):
        now = None  # they rest
    seed = region_choice.begin_editing(photo)
    with st.container(key="region_stage"):
        region_editor(
            small_copy(photo),
            [
                PaintingChoice(id=place, title=each.title, src=each.tile)
                for place, each in painting_mix.placed().items()
            ],
            seed=seed,
            regions=_given(now),
            feather=FEATHER if now is None else now.feather,
            may_add=painting_mix.may_add(),
            key=region_choice.EDITOR,
            on_change=region_choice.take_up,
            on_painting=painting_mix.add,
        )


def _given(now: Regions | None) -> list[GivenRegion]:
    return [
        GivenRegion(
            name=region.name,
            color=region.color,
            painting=region.painting,
            weight=region.weight,
            mask=data_url(region.mask) if region.mask else None,
        )
        for region in (now.regions if now else ())
    ]
