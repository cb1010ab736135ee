"""A list of pairs for a batch: a CSV file with a photo and a painting on each line, and settings of their own."""

import argparse
import csv
from collections.abc import Callable, Iterator
from pathlib import Path

from styletransfer.errors import StyleTransferError

_LARGEST = 50 * 2**20


def read_pairs(
    path: Path, parse: Callable[[list[str]], argparse.Namespace], given: list[str]
) -> Iterator[tuple[Path, Path, argparse.Namespace]]:
    """Each line's photo, painting and options.

    The first line names the columns: photo, painting, and any options of the settings, with or without their dashes
    ("size", "style-weight"). Paths are meant from the file's folder. An empty field is none.

    Args:
        path: The file, UTF-8; between fields stand commas, semicolons or tabs.
        parse: Reads arguments.
        given: The arguments for all lines; what a line says counts more.

    Raises:
        StyleTransferError: The file cannot be read, or a line is wrong; the sentence names the line.
    """
    lines = _lines(path)
    header = lines[0] if lines else ""
    table = csv.DictReader(lines, delimiter=max(",;\t", key=header.count))
    columns = [(name or "").strip().lower().lstrip("-").replace("_", "-") for name in table.fieldnames or ()]
    if not {"photo", "painting"} <= set(columns):
        raise StyleTransferError(
            "{path} names no photo and painting in its first line; begin it with: photo,painting", path=path
        )
    table.fieldnames = columns
    empty = True
    for row in table:
        extra = row.pop(None, None)
        values = {name: (value or "").strip() for name, value in row.items()}
        if not any(values.values()) and not extra:
            continue
        try:
            if extra or not values["photo"] or not values["painting"]:
                raise StyleTransferError("it needs a photo, a painting, and no more fields than the first line has")
            options = [f"--{name}={value}" for name, value in values.items() if value and name not in _PLACES]
            arguments = parse([*given, *options])
        except StyleTransferError as error:
            raise StyleTransferError(
                "{path}, line {line}: {problem}", path=path, line=table.line_num, problem=error.text
            ) from error
        empty = False
        yield path.parent / values["photo"], path.parent / values["painting"], arguments
    if empty:
        raise StyleTransferError("{path} holds no pair; write a photo and a painting on each line.", path=path)


_PLACES = ("photo", "painting")


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > _LARGEST:
            raise StyleTransferError("{path} is too large for a list of pairs; give another file.", path=path)
        return path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        raise StyleTransferError("{path} is no text in UTF-8; save it as CSV in UTF-8.", path=path) from error
    except OSError as error:
        raise StyleTransferError(
            "{source} cannot be read ({reason}); check the name.", source=path, reason=error.strerror
        ) from error
