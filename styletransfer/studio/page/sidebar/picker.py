"""The pickers: a gallery of the pictures that come along, and a place to drop one's own.

Each stands at a place of its own in the left column: "photo", "painting", and one for every further painting. At
"photo" several files may be dropped at once, which makes them an album; or a film, which a still of it stands for.
"""

import filecmp
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import size_of
from styletransfer.studio.albums import MOST_PHOTOS, TOO_MANY
from styletransfer.studio.components.picture_picker import Tile, picked, picture_picker
from styletransfer.studio.film_file import FILM_ENDINGS, FilmFile, still
from styletransfer.studio.films import Films
from styletransfer.studio.pictures import (
    FIRST_PAIR,
    Kind,
    Picture,
    PictureFile,
    read_picture,
    sample,
    sample_tile,
    samples,
    title,
)
from styletransfer.studio.presentation import html
from styletransfer.studio.presentation.markdown import plain
from styletransfer.texts import Text, ngettext, say

OWN = "own"
"""Id of the tile that stands for the user's own picture."""
LARGEST_MB = 200
"""Megabytes of a picture's file that may be dropped."""
LARGEST_FILM_MB = 1000
"""Megabytes of a film that may be dropped. They lie in memory once as long as it stands at the uploader, and twice for
a moment while Streamlit receives them; on disk, once."""
ENDINGS = ["jpg", "jpeg", "png", "webp", "avif", "tif", "tiff", "gif", "heic", "heif", "bmp"]
_HELP: dict[Kind, Text] = {
    "photo": Text(
        "What is to be seen in the result: its shapes stay. JPEG, PNG, WebP, AVIF, TIFF, GIF, HEIC or BMP. Several "
        "make an album; a film is painted frame by frame: MP4, MOV, MKV, WebM, AVI or MPEG."
    ),
    "painting": Text("How it is to be painted: its colours and strokes are taken over. The same kinds of file."),
}
_OWN_LABEL: dict[Kind, Text] = {"photo": Text("Your own photo"), "painting": Text("Your own painting")}
_MANY = "photo"
"""The place that takes several files."""
_OWN_ALT: dict[Kind, Text] = {"photo": Text("Your photo"), "painting": Text("Your painting")}


@dataclass(frozen=True)
class Photos:
    """The photos of an album that was dropped.

    Attributes:
        files: All of them, also what is no picture.
        sizes: (height, width) of those that are pictures.
    """

    files: tuple[PictureFile, ...]
    sizes: tuple[tuple[int, int], ...]


def album() -> Photos | None:
    """The album that is chosen instead of one photo, or None. Its first picture stands for it at "photo"."""
    if st.session_state.get(f"{_MANY}_choice") != OWN:
        return None
    return cast("Photos | None", st.session_state.get(f"{_MANY}_album"))


def film() -> FilmFile | None:
    """The film that is chosen instead of one photo, or None. A still stands for it at "photo"."""
    if st.session_state.get(f"{_MANY}_choice") != OWN:
        return None
    return cast("FilmFile | None", st.session_state.get(f"{_MANY}_film"))


def single() -> bool:
    """Whether one photo is painted, neither an album nor a film."""
    return album() is None and film() is None


def picker(place: str, heading: str, *, films: Films | None = None) -> Picture | None:
    """Show one picker and return the picture that is chosen, or None when there is none.

    Args:
        place: Where it stands.
        heading: What stands over it.
        films: Takes films in, where one may be dropped.
    """
    begin(place)
    st.html(html.label(heading))
    choice: str | None = st.session_state[f"{place}_choice"]
    tiles = _tiles(place)
    if tiles:
        picture_picker(heading, tiles, choice, key=f"{place}_gallery", on_change=lambda: _adopt_tile(place))
    kind = _kind(place)
    st.file_uploader(
        say(_OWN_LABEL[kind]),
        type=ENDINGS if films is None else [*ENDINGS, *(ending.removeprefix(".") for ending in FILM_ENDINGS)],
        accept_multiple_files=place == _MANY,
        key=place,
        help=say(_HELP[kind]),
        on_change=lambda: _adopt_upload(place, films),
        label_visibility="collapsed",
        max_upload_size=LARGEST_MB if films is None else LARGEST_FILM_MB,
    )
    if place == _MANY and (many := album()) is not None:
        text = ngettext("An album of {count} photo", "An album of {count} photos", len(many.files))
        st.html(html.line(text, "note album"))
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
    st.session_state[f"{place}_album"] = None
    st.session_state[f"{place}_film"] = None
    st.session_state[f"{place}_own"] = picture
    st.session_state[f"{place}_choice"] = OWN


def adopt_album(files: Sequence[PictureFile]) -> None:
    """Choose an album instead of one photo. Raises StyleTransferError if none of the files can be read."""
    adopt_own(_MANY, _first_picture(files))
    sizes = tuple(size for file in files if (size := size_of(file.data)) is not None)
    st.session_state[f"{_MANY}_album"] = Photos(tuple(files), sizes)


def adopt_film(film: FilmFile, begin: float = 0.0) -> None:
    """Choose a film in the photo's place. Raises StyleTransferError if it is damaged.

    Args:
        film: The film.
        begin: Seconds from its beginning at which the still is taken.
    """
    adopt_own(_MANY, still(film.path, film.name, begin))
    st.session_state[f"{_MANY}_film"] = film


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


def _adopt_upload(place: str, films: Films | None) -> None:
    """Check what was dropped. What cannot be used leaves the choice as it was."""
    files = _dropped(place)
    st.session_state[f"{place}_error"] = None
    if not files:  # taken away again
        if st.session_state[f"{place}_choice"] == OWN:
            del st.session_state[f"{place}_choice"]
            begin(place)
        st.session_state.update({f"{place}_own": None, f"{place}_film": None})
        return
    try:
        if len(files) > MOST_PHOTOS:
            raise StyleTransferError(TOO_MANY)
        try:
            if len(files) > 1:
                adopt_album(files)
            else:
                adopt_own(place, _first_picture(files))
        except StyleTransferError as error:
            if films is None or not _adopt_dropped_film(files, films):
                raise error from None
    except StyleTransferError as error:
        st.session_state[f"{place}_error"] = error.text


def _adopt_dropped_film(files: list[PictureFile], films: Films) -> bool:
    """Choose the film that was dropped. Whether it is one; raises StyleTransferError if it cannot be painted."""
    called_so = any(Path(file.name).suffix.lower() in FILM_ENDINGS for file in files)
    if len(files) > 1 and called_so:
        raise StyleTransferError("Drop one film at a time, or photos for an album.")
    if len(files) > 1:
        return False
    try:
        adopt_film(films.drop(files[0].data, files[0].name))
    except StyleTransferError:
        if called_so:
            raise
        return False
    return True


def _dropped(place: str) -> list[PictureFile]:
    """What was dropped last; it takes the place of what was there before, which is back when it is taken away."""
    value = st.session_state[place]
    listed = value if isinstance(value, list) else [value]
    uploaded = [file for file in listed if isinstance(file, UploadedFile)]  # others went with a server that was killed
    seen: set[str] = st.session_state.get(f"{place}_seen", set())
    st.session_state[f"{place}_seen"] = {file.file_id for file in uploaded}
    last = [file for file in uploaded if file.file_id not in seen] or uploaded[-1:]
    return [PictureFile(file.name, file.getvalue()) for file in last]


def _first_picture(files: Sequence[PictureFile]) -> Picture:
    """The first that can be read. Raises the first one's StyleTransferError if none can."""
    first: StyleTransferError | None = None
    for file in files:
        try:
            return read_picture(file.data, file.name)
        except StyleTransferError as error:
            first = first or error
    raise first or StyleTransferError("Choose a photo and a painting first.")
