"""Take the picture home: the moment that is looked at, in the colours that it is looked at in."""

import io
from dataclasses import replace
from functools import partial
from pathlib import Path

import streamlit as st
from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.imaging import images
from styletransfer.imaging.color import with_photo_colors
from styletransfer.imaging.recipe import read_recipe
from styletransfer.studio.presentation import formatting, html
from styletransfer.studio.presentation.markdown import plain
from styletransfer.studio.presentation.timeline import Moment
from styletransfer.texts import _

_FORMATS: dict[images.Format, str] = {"png": "PNG", "jpeg": "JPEG", "webp": "WebP"}


def save_picture(moment: Moment, photo: Path | None, recipe: Path | None, stem: str) -> None:
    """Show a button for each kind of file, and say what it will hold.

    Args:
        moment: What is looked at.
        photo: The run's photo, whose colours may be wanted.
        recipe: The run's picture, which carries its recipe; None while there is none.
        stem: Name of the files without their ending.
    """
    if not moment.final:
        stem += f"-epoch-{moment.epoch}"
    for fmt, label in _FORMATS.items():
        st.download_button(
            plain(label),
            partial(picture_file, moment, photo, recipe, fmt),
            file_name=f"{stem}.{'jpg' if fmt == 'jpeg' else fmt}",
            mime=f"image/{fmt}",
            key=f"download_{fmt}",
            icon=":material/download:",
            type="primary" if fmt == "png" else "secondary",
            on_click="ignore",
        )
    st.html(html.line(described(moment)), width="content")


def described(moment: Moment) -> str:
    """What a download holds, honestly."""
    size = formatting.pixels(moment.size)
    if moment.final:
        what = _("{size} px, full resolution", size=size)
    else:
        what = _("Epoch {epoch}, a preview of {size} px", epoch=moment.epoch, size=size)
    return _("{what}, {share} % photo’s colours", what=what, share=moment.colors) if moment.colors else what


def painted(moment: Moment, photo: Path | None) -> bytes:
    """The moment's picture as a file: as it lies on disk, or as a PNG if other colours are wanted.

    Raises:
        StyleTransferError: A file is gone or damaged.
        OSError: A file is gone.
    """
    if not moment.colors or photo is None:
        return moment.path.read_bytes()
    return images.encode(recolored(moment, photo), "png")


def picture_file(moment: Moment, photo: Path | None, recipe: Path | None, fmt: images.Format) -> io.BytesIO:
    """The moment's picture at its own resolution as a file of that format, with the run's recipe in it."""
    if moment.final and fmt == "png" and moment.path.suffix == ".png" and not moment.colors:
        return io.BytesIO(moment.path.read_bytes())
    image = recolored(moment, photo) if moment.colors and photo else images.open_image(moment.path, painted=True)
    return io.BytesIO(images.encode(image, fmt, recipe=_recipe(recipe, moment) if recipe else None))


def _recipe(picture: Path, moment: Moment) -> str | None:
    """The run's recipe until this moment, with the photo's colours that are wanted now."""
    try:
        recipe = read_recipe(picture)
    except StyleTransferError:  # the run's picture is damaged; its moments can be taken home all the same
        return None
    return None if recipe is None else replace(recipe.until(moment.epoch), photo_colors=moment.colors / 100).to_json()


def recolored(moment: Moment, photo: Path) -> Image.Image:
    """The moment's picture with as much of the photo's colours as it is looked at with."""
    return with_photo_colors(
        images.open_image(moment.path, painted=True), images.open_image(photo), moment.colors / 100
    )
