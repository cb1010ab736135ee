"""The two pickers: a gallery of the pictures that come along, and a place to drop one's own."""

from typing import cast

import streamlit as st

from styletransfer.errors import StyleTransferError
from styletransfer.studio.gallery import Tile, gallery, picked
from styletransfer.studio.pictures import FIRST_PAIR, Kind, Picture, read_picture, sample, sample_tile, samples, title

OWN = "own"
"""Id of the tile that stands for the user's own picture."""
_ENDINGS = ["jpg", "jpeg", "png", "webp", "avif", "tif", "tiff", "gif", "heic", "heif", "bmp"]
_HELP: dict[Kind, str] = {
    "photo": "What is to be seen in the result: its shapes stay. JPEG, PNG, WebP, AVIF, TIFF, GIF, HEIC or BMP.",
    "painting": "How it is to be painted: its colours and strokes are taken over. The same kinds of file.",
}


def picker(kind: Kind) -> Picture | None:
    """Show one picker and return the picture that is chosen, or None when there is none."""
    _begin(kind)
    st.html(f'<h2 class="label">{kind.capitalize()}</h2>')
    choice: str | None = st.session_state[f"{kind}_choice"]
    tiles = _tiles(kind)
    if tiles:
        gallery(kind.capitalize(), tiles, choice, key=f"{kind}_gallery", on_change=lambda: _adopt_tile(kind))
    st.file_uploader(
        f"Your own {kind}",
        type=_ENDINGS,
        key=kind,
        help=_HELP[kind],
        on_change=lambda: _adopt_upload(kind),
        label_visibility="collapsed",
    )
    if st.session_state[f"{kind}_error"]:
        st.error(st.session_state[f"{kind}_error"], icon=":material/image_not_supported:")
    return _chosen(kind)


def adopt_own(kind: Kind, picture: Picture) -> None:
    """Make a picture the user's own one and choose it, for example when the page comes back to a run."""
    _begin(kind)
    st.session_state[f"{kind}_own"] = picture
    st.session_state[f"{kind}_choice"] = OWN


def adopt_sample(kind: Kind, name: str) -> None:
    """Choose one of the pictures that come along."""
    _begin(kind)
    st.session_state[f"{kind}_choice"] = name


def _begin(kind: Kind) -> None:
    if f"{kind}_choice" not in st.session_state:
        names = list(samples(kind))
        first = FIRST_PAIR[kind] if FIRST_PAIR[kind] in names else next(iter(names), None)
        st.session_state.update({f"{kind}_choice": first, f"{kind}_own": None, f"{kind}_error": None})


def _tiles(kind: Kind) -> list[Tile]:
    own = _own(kind)
    tiles = [Tile(id=OWN, alt=f"Your {kind}: {own.title}", src=own.tile)] if own else []
    return tiles + [Tile(id=name, alt=title(name), src=sample_tile(path)) for name, path in samples(kind).items()]


def _chosen(kind: Kind) -> Picture | None:
    choice = st.session_state[f"{kind}_choice"]
    if choice == OWN:
        return _own(kind)
    return sample(samples(kind)[choice]) if choice in samples(kind) else None


def _own(kind: Kind) -> Picture | None:
    return cast("Picture | None", st.session_state[f"{kind}_own"])


def _adopt_tile(kind: Kind) -> None:
    tile = picked(f"{kind}_gallery")
    if tile == OWN or tile in samples(kind):  # what a browser sends is not to be trusted
        st.session_state[f"{kind}_choice"] = tile
        st.session_state[f"{kind}_error"] = None


def _adopt_upload(kind: Kind) -> None:
    """Check what was dropped. A file that cannot be used leaves the choice as it was."""
    file = st.session_state[kind]
    st.session_state[f"{kind}_error"] = None
    if file is None:  # taken away again
        if st.session_state[f"{kind}_choice"] == OWN:
            del st.session_state[f"{kind}_choice"]
            _begin(kind)
        st.session_state[f"{kind}_own"] = None
        return
    try:
        adopt_own(kind, read_picture(file.getvalue(), file.name))
    except StyleTransferError as error:
        st.session_state[f"{kind}_error"] = str(error)
