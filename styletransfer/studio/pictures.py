"""Pictures as the page handles them: checked once, shown small, handed on as the file they came as. No Streamlit."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.imaging import images
from styletransfer.support import paths
from styletransfer.texts import Text, _, joined, ngettext, say

Kind = Literal["photo", "painting"]

FIRST_PAIR: dict[Kind, str] = {"photo": "mountains.jpg", "painting": "wave.jpg"}
"""What is chosen at first, so that Start works at once."""
_TITLES = {
    "autumn.jpg": Text("Autumn"),
    "cubist.jpg": Text("Cubist"),
    "expressionist.jpg": Text("Expressionist"),
    "ink.jpg": Text("Ink"),
    "lilies.jpg": Text("Lilies"),
    "mosaic.jpg": Text("Mosaic"),
    "pointillism.jpg": Text("Pointillism"),
    "stained_glass.jpg": Text("Stained glass"),
    "swirl.jpg": Text("Swirl"),
    "watercolour.jpg": Text("Watercolour"),
    "wave.jpg": Text("Wave"),
    "bee.jpg": Text("Bee"),
    "bridge.jpg": Text("Bridge"),
    "cat.jpg": Text("Cat"),
    "citrus.jpg": Text("Citrus"),
    "city.jpg": Text("City"),
    "coffee.jpg": Text("Coffee"),
    "dandelion.jpg": Text("Dandelion"),
    "farmhouse.jpg": Text("Farmhouse"),
    "mountains.jpg": Text("Mountains"),
    "portrait.jpg": Text("Portrait"),
    "raccoon.jpg": Text("Raccoon"),
    "sunset.jpg": Text("Sunset"),
}
"""What the pictures that come along are called; any other file's name is its own title."""
THUMBNAIL_SIZE = 176
"""Long side in pixels of a gallery's tile: twice what is shown, for sharp displays."""
SMALL_SIZE = 480
"""Long side in pixels of a picture that is shown small, or not for long."""
LONGEST_TITLE = 60
"""Letters of a file's name that stand under its picture."""
DISPLAY_SIZE = 1280
"""Long side in pixels of a picture that is shown large. Nothing that is painted or downloaded comes from it."""
_ROLES = {
    "photo": Text("The photo"),
    "painting": Text("The painting"),
    "start": Text("The picture to start from"),
    "mask": Text("The mask"),
    "keep": Text("The mask of what stays as it is"),
}


@dataclass(frozen=True)
class PictureFile:
    """A picture file.

    Attributes:
        name: File name as the user knows it; empty if it has none.
        data: The file, byte for byte.
    """

    name: str
    data: bytes


@dataclass(frozen=True)
class Picture(PictureFile):
    """A picture file that can be painted from, ready to be shown.

    Attributes:
        size: (height, width) in pixels, upright.
        shown: It as a `data:` URL, at most `DISPLAY_SIZE` pixels.
        tile: It as a `data:` URL, at most `THUMBNAIL_SIZE` pixels.
    """

    size: tuple[int, int]
    shown: str
    tile: str

    @property
    def title(self) -> str:
        """The name as a person would write it under the picture."""
        return title(self.name)


def read_picture(data: bytes, name: str) -> Picture:
    """Check an uploaded file and make its small versions.

    Raises:
        StyleTransferError: It cannot be used; the sentence says why.
    """
    image = images.open_image(data, name=name)
    shown = _shrunk(image, DISPLAY_SIZE)
    return Picture(name, data, (image.height, image.width), data_url(shown), data_url(_shrunk(shown, THUMBNAIL_SIZE)))


@lru_cache(maxsize=4)
def sample(path: Path) -> Picture:
    """One of the pictures that come along, opened. The few last ones are kept."""
    return read_picture(path.read_bytes(), path.name)


@cache
def samples(kind: Kind) -> dict[str, Path]:
    """The pictures that come along, by the name of their file."""
    found = paths.sample_photos() if kind == "photo" else paths.sample_paintings()
    return {path.name: path for path in found}


@cache
def sample_tile(path: Path) -> str:
    """A sample's tile as a `data:` URL; the file is decoded only as far as that needs."""
    with Image.open(path, formats=images.READABLE) as opened:
        opened.draft("RGB", (THUMBNAIL_SIZE, THUMBNAIL_SIZE))
        return data_url(_shrunk(opened.convert("RGB"), THUMBNAIL_SIZE))


def preload() -> None:
    """Open what the first visitor will see, so that it is there at once."""
    for kind in FIRST_PAIR:
        for name, path in samples(kind).items():
            sample_tile(path)
            if name == FIRST_PAIR[kind]:
                sample(path)


def data_url(image: Image.Image | bytes) -> str:
    """A picture as a `data:` URL (JPEG), so that it needs no address of its own that could be gone the next moment.

    Args:
        image: A picture (what is transparent shows on white), or the bytes of a JPEG file.
    """
    data = image if isinstance(image, bytes) else images.encode(image, "jpeg", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(data).decode("ascii")


@dataclass(frozen=True)
class Shown:
    """A picture file for display.

    Attributes:
        jpeg: It as a JPEG of at most `DISPLAY_SIZE` pixels.
        small: It as a `data:` URL of at most `SMALL_SIZE` pixels, for what is drawn anew again and again.
        size: Its own (height, width) in pixels.
    """

    jpeg: bytes
    small: str
    size: tuple[int, int]

    @property
    def url(self) -> str:
        """`jpeg` as a `data:` URL."""
        return data_url(self.jpeg)


def shown_file(path: Path) -> Shown:
    """A picture file for display; the few last ones are kept.

    Raises:
        StyleTransferError: The file is gone or damaged.
    """
    try:
        return _shown_file(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise StyleTransferError("{name} is no longer there.", name=path.name) from error


@lru_cache(maxsize=8)
def _shown_file(path: Path, _changed: int) -> Shown:
    image = images.open_image(path, name=path.name)
    large = _shrunk(image, DISPLAY_SIZE)
    small = data_url(_shrunk(large, SMALL_SIZE))
    return Shown(images.encode(large, "jpeg", quality=88), small, (image.height, image.width))


def role_name(slot: str) -> Text:
    """What a picture without a name is called in a sentence, by its slot; see `Inputs.slots`."""
    return _ROLES[slot.partition("-")[0]]


def pair(photo_name: str, painting_names: Sequence[str]) -> str:
    """What is painted and after which paintings: "Cat, after Wave", "Cat, after Wave, Ink and Lilies"."""
    if not painting_names:
        return _("A damaged painting")  # every other one has a painting
    return _("{photo}, after {paintings}", photo=title(photo_name), paintings=joined(map(title, painting_names)))


def album_title(photos: int, painting_names: Sequence[str]) -> str:
    """What an album is called: "12 photos, after Wave"."""
    paintings = joined(map(title, painting_names))
    return ngettext(
        "{count} photo, after {paintings}", "{count} photos, after {paintings}", photos, paintings=paintings
    )


def title(name: str) -> str:
    """A file name as a title: "stained_glass.jpg" is "Stained glass"."""
    if name in _TITLES:
        return say(_TITLES[name])
    text = " ".join(Path(name).stem.replace("_", " ").replace("-", " ").split())
    if len(text) > LONGEST_TITLE:
        text = text[:LONGEST_TITLE].rsplit(" ", 1)[0] + "\u2026"
    return text[:1].upper() + text[1:] if text else _("Untitled")


def _shrunk(image: Image.Image, size: int) -> Image.Image:
    return image if max(image.size) <= size else images.fit(image, size)
