"""Finds the pictures that a recipe was painted from, by their checksums: among the samples and what past runs keep."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.recipe import sha256_of
from styletransfer.studio.pictures import Kind, samples
from styletransfer.studio.storage.gallery import Gallery
from styletransfer.studio.storage.run_files import write_whole

_KINDS: tuple[Kind, ...] = ("photo", "painting")

Found = tuple[str, Path]
"""Name as the user knows it, and the file."""


def find_inputs(gallery: Gallery, hashes: Iterable[str]) -> dict[str, Found]:
    """The files with these checksums (SHA-256 in hex), as far as they are on this computer.

    Reads every picture of every run once, the newest runs first and only until all are found; what it has learnt is
    kept in a file, so that it is quick from the second time on.
    """
    missing, found = set(hashes), dict[str, Found]()
    with _Checksums(gallery.home / "checksums.json") as checksums:
        for key, name, path in _candidates(gallery):
            if not missing:
                break
            with suppress(StyleTransferError):
                # What was kept may be of a file that has changed since: the file itself has the last word.
                if (digest := checksums.of(key, path)) in missing and sha256_of(path) == digest:
                    found[digest] = (name, path)
                    missing.discard(digest)
    return found


def _candidates(gallery: Gallery) -> Iterator[tuple[str, str, Path]]:
    """(key in the file of checksums, name, file) of all pictures that something can have been painted from."""
    for kind in _KINDS:
        for name, path in samples(kind).items():
            yield f"{kind}/{name}", name, path
    for run_id in sorted(gallery.ids(), reverse=True):
        run = gallery.run(run_id)
        if run is None:
            continue
        with suppress(StyleTransferError):
            record = run.read()
            files = list(record.inputs)
            names = (record.photo_name, *record.painting_names)[: len(files)]
            for file, name in zip_longest(files, names):
                yield f"{run_id}/{file}", file if name is None else name, run.folder / file
            for number, name in enumerate(record.album, 1):
                yield f"{run_id}/photos/{number}", name, run.album_photo(number)


class _Checksums:
    """Checksums of files by key, kept in a JSON file; one that is damaged is begun anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, str] = {}
        self._grown = False

    def __enter__(self) -> "_Checksums":
        with suppress(OSError, ValueError, RecursionError):
            known = json.loads(self._path.read_text("utf-8"))
            if isinstance(known, dict):
                self._known = {key: value for key, value in known.items() if isinstance(value, str)}
        return self

    def __exit__(self, *_: object) -> None:
        if self._grown:
            with suppress(StyleTransferError):  # without it, the next search takes as long as this one
                write_whole(self._path, json.dumps(self._known).encode())

    def of(self, key: str, path: Path) -> str:
        """The file's checksum. Raises StyleTransferError if it cannot be read."""
        if key not in self._known:
            self._known[key] = sha256_of(path)
            self._grown = True
        return self._known[key]
