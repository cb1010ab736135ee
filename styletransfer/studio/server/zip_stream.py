"""A ZIP of many pictures, made while it is sent, so that neither memory nor disk has to hold it."""

import io
import time
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_CHUNK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A picture of the archive.

    Attributes:
        name: What it is to be called, without ending; two of one name are numbered.
        picture: Its file.
        recipe: The text file that goes with it.
        created: Seconds since 1970 (UTC).
    """

    name: str
    picture: Path
    recipe: str
    created: float


class _Sink(io.RawIOBase):
    """Takes what the ZIP writes until it is fetched."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        return len(part)

    def fetch(self) -> bytes:
        data, self._parts = b"".join(self._parts), []
        return data


def zip_stream(entries: Iterable[Entry]) -> Iterator[bytes]:
    """The bytes of the ZIP, piece by piece. Pictures are compressed already, so that they are stored as they are.

    A picture that is gone by its turn is left out. Raises OSError where one cannot be read to its end: the ZIP then
    lacks its own end, and no program takes it for a whole one.
    """
    sink, taken = _Sink(), set[str]()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as packed:
        for entry in entries:
            try:
                picture = entry.picture.open("rb")
            except OSError:
                continue
            name = _free(entry.name, taken)
            date = time.localtime(max(entry.created, 400_000_000))[:6]  # a ZIP knows no time before 1980
            with picture:
                info = zipfile.ZipInfo(f"{name}{entry.picture.suffix}", date)
                with packed.open(info, "w", force_zip64=True) as member:
                    yield from _copied(picture, member, sink)
            packed.writestr(zipfile.ZipInfo(f"{name}.json", date), entry.recipe)
            yield sink.fetch()
    yield sink.fetch()


def _copied(source: IO[bytes], target: IO[bytes], sink: _Sink) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):
        target.write(chunk)
        yield sink.fetch()


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free.lower() in taken:
        number += 1
        free = f"{name} {number}"
    taken.add(free.lower())
    return free
