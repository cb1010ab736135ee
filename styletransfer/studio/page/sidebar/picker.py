"""The pickers: a gallery of the pictures that come along, and a place to drop one's own.

Each stands at a place of its own in the left column: "photo", "painting", and one for every further painting.
"""

import filecmp
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import cast

import streamlit as st

from styletransfer.errors import StyleTransferError
from styletransfer.studio.components.picture_picker import Tile, picked, picture_picker
from styletransfer.studio.pictures import FIRST_PAIR, Kind, Picture, read_picture, sample, sample_tile, samples, title
from styletransfer.studio.presentation import html
from styletransfer.studio.presentation.markdown import plain
from styletransfer.texts import Text, say

OWN = "own"
"""Id of the tile that stands for the user's own picture."""
ENDINGS = ["jpg", "jpeg", "png", "webp", "avif", "tif", "tiff", "gif", "heic", "heif", "bmp"]
_HELP: dict[Kind, Text] = {
    "photo": Text("What is to be seen in the result: its shapes stay. JPEG, PNG, WebP, AVIF, TIFF, GIF, HEIC or BMP."),
    "painting": Text("How it is to be painted: its colours and strokes are taken over. The same kinds of file."),
}
_OWN_LABEL: dict[Kind, Text] = {"photo": Text("Your own photo"), "painting": Text("Your own painting")}
_OWN_ALT: dict[Kind, Text] = {"photo": Text("Your photo"), "painting": Text("Your painting")}


def picker(place: str, heading: str) -> Picture | None:
    """Show one picker and return the picture that is chosen, or None when there is none."""
    begin(place)
    st.html(html.label(heading))
    choice: str | None = st.session_state[f"{place}_choice"]
    tiles = _tiles(place)
    if tiles:
        picture_picker(heading, tiles, choice, key=f"{place}_gallery", on_change=lambda: _adopt_tile(place))
    kind = _kind(place)
    st.file_uploader(
        say(_OWN_LABEL[kind]),
        type=ENDINGS,
        key=place,
        help=say(_HELP[kind]),
        on_change=lambda: _adopt_upload(place),
        label_visibility="collapsed",
    )
    if st.session_state[f"{place}_error"]:
        st.error(plain(say(st.session_state[f"{place}_error"])), icon=":material/image_not_supported:")
    return chosen_at(place)


def chosen_at(place: str) -> Picture | None:
    """The picture that is chosen at a place which has been shown, or None when there is none."""
    choice = st.session_state[f"{place}_choice"]
    if choice == OWN:
        return _own(place)
    return sample(samples(_kind(place))[choice]) if choice in samples(_kind(place)) else None


def adopt_file(place: str, name: str, path: Path | None) -> None:
    """Choose a picture of a run: the sample, where it is that, or its own file. A damaged file leaves the choice."""
    sample_path = samples(_kind(place)).get(name)
    with suppress(StyleTransferError, OSError):
        if sample_path is not None and (
            path is None or not path.exists() or filecmp.cmp(sample_path, path, shallow=False)
        ):
            adopt_sample(place, name)
        elif path is not None:
            adopt_own(place, read_picture(path.read_bytes(), name))


def adopt_own(place: str, picture: Picture) -> None:
    """Make a picture the user's own one and choose it, for example when the page comes back to a run."""
    begin(place)
    st.session_state[f"{place}_own"] = picture
    st.session_state[f"{place}_choice"] = OWN


def adopt_sample(place: str, name: str) -> None:
    """Choose one of the pictures that come along."""
    begin(place)
    st.session_state[f"{place}_choice"] = name


def begin(place: str, *, other_than: Collection[str] = ()) -> None:
    """Choose a picture where none was chosen yet: the one that is meant to be first, or any but those named."""
    if f"{place}_choice" not in st.session_state:
        first = FIRST_PAIR[_kind(place)]
        names = sorted(samples(_kind(place)), key=lambda name: (name in other_than, name != first))
        choice = next(iter(names), None)
        st.session_state.update({f"{place}_choice": choice, f"{place}_own": None, f"{place}_error": None})


def _kind(place: str) -> Kind:
    return "photo" if place == "photo" else "painting"


def _tiles(place: str) -> list[Tile]:
    own = _own(place)
    tiles = [Tile(id=OWN, alt=f"{say(_OWN_ALT[_kind(place)])}: {own.title}", src=own.tile)] if own else []
    return tiles + [
        Tile(id=name, alt=title(name), src=sample_tile(path)) for name, path in samples(_kind(place)).items()
    ]


def _own(place: str) -> Picture | None:
    return cast("Picture | None", st.session_state[f"{place}_own"])


def _adopt_tile(place: str) -> None:
    tile = picked(f"{place}_gallery")
    if tile == OWN or tile in samples(_kind(place)):  # what a browser sends is not to be trusted
        st.session_state[f"{place}_choice"] = tile
        st.session_state[f"{place}_error"] = None


def _adopt_upload(place: str) -> None:
    """Check what was dropped. A file that cannot be used leaves the choice as it was."""
    file = st.session_state[place]
    st.session_state[f"{place}_error"] = None
    if file is None:  # taken away again
        if st.session_state[f"{place}_choice"] == OWN:
            del st.session_state[f"{place}_choice"]
            begin(place)
        st.session_state[f"{place}_own"] = None
        return
    try:
        adopt_own(place, read_picture(file.getvalue(), file.name))
    except StyleTransferError as error:
        st.session_state[f"{place}_error"] = error.text
