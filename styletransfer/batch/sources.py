"""Which picture files are meant by the files and folders that somebody has named."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from styletransfer.errors import StyleTransferError

ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".gif", ".heic", ".heif", ".bmp"})
"""What a picture's name ends in, where it is found in a folder; a file that is named is taken whatever it ends in."""


@dataclass(frozen=True)
class Source:
    """A picture file.

    Attributes:
        path: Where it is.
        folder: The folder that it was found in, below the one that was named.
    """

    path: Path
    folder: Path = Path()


def find_pictures(places: Iterable[Path], *, recursive: bool = False, besides: Path | None = None) -> list[Source]:
    """The pictures in files and folders, each once, in the order of the places and by name within a folder.

    Hidden files and folders are left out, and links to folders are not followed.

    Args:
        places: Files and folders.
        recursive: Look into the folders in the folders as well.
        besides: A folder that is left out: the one for the results.

    Raises:
        StyleTransferError: There is no such place, a folder cannot be read, or there is no picture in all of them.
    """
    found: dict[str, Source] = {}
    places = list(places)
    hidden_deeper = False
    for place in places:
        if not place.is_dir():
            if not place.exists():
                raise StyleTransferError("There is no file or folder {path}; check the name.", path=place)
            found.setdefault(os.path.realpath(place), Source(place))
            continue
        if besides is not None and os.path.realpath(place) == os.path.realpath(besides):
            raise StyleTransferError(
                "{folder} would hold photos and results alike; choose another folder for the results.", folder=place
            )
        for source in _in_folder(place, besides):
            if recursive or source.folder == Path():
                found.setdefault(os.path.realpath(source.path), source)
            else:
                hidden_deeper = True
    if not found:
        names = ", ".join(map(str, places))
        if hidden_deeper:
            raise StyleTransferError(
                "{folder} holds no picture itself; give --recursive for those in its folders.", folder=names
            )
        raise StyleTransferError("{folder} holds no picture; give another folder, or picture files.", folder=names)
    return list(found.values())


def _in_folder(top: Path, besides: Path | None) -> Iterator[Source]:
    def refuse(error: OSError) -> None:
        raise StyleTransferError(
            "{folder} cannot be read ({reason}); check its permissions.",
            folder=error.filename or top,
            reason=error.strerror or error,
        ) from error

    for folder, folders, names in os.walk(top, onerror=refuse):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not _same(here / name, besides))
        for name in sorted(names):
            path = here / name
            if not name.startswith(".") and path.suffix.lower() in ENDINGS and path.is_file():
                yield Source(path, here.relative_to(top))


def _same(path: Path, other: Path | None) -> bool:
    return other is not None and os.path.realpath(path) == os.path.realpath(other)
