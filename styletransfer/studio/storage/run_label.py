"""What the user has made of a run: its title, its pin, its deletion. In a file of its own, label.json.

The page's process alone writes it, at any time, also while the worker writes the rest of the folder.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from styletransfer.studio.storage.run_files import write_whole
from styletransfer.studio.storage.run_record import LATEST, is_number
from styletransfer.support.names import JOINERS, cut, invisible_but_meant

LONGEST_TITLE = 80
"""Characters."""
_LONGEST_FILE = 4096
"""Bytes; what is longer was not written here."""


@dataclass(frozen=True, kw_only=True)
class Label:
    """What label.json holds.

    Attributes:
        title: The name that the user has given the painting, or None.
        pinned: Whether it is to be kept whatever happens.
        deleted: Seconds since 1970 (UTC) at which it was taken down, or None while it hangs.
        made_room: Whether it was taken down by itself, to make room.
    """

    title: str | None = None
    pinned: bool = False
    deleted: float | None = None
    made_room: bool = False


_DAMAGED = Label(pinned=True)
"""Whether the painting was pinned can no longer be told, so that it is kept."""


def read_label(folder: Path) -> Label:
    """The label of the run in `folder`; an empty one if there is none, an empty one with a pin if it is damaged."""
    try:
        with (folder / "label.json").open("rb") as file:
            values = json.loads(file.read(_LONGEST_FILE).decode("utf-8"))
        title, pinned, deleted = values["title"], values["pinned"], values["deleted"]
        made_room = values.get("made_room") is True  # earlier versions knew nothing of it
    except (FileNotFoundError, NotADirectoryError):
        return Label()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return _DAMAGED
    if not isinstance(title, (str, type(None))) or not isinstance(pinned, bool):
        return _DAMAGED
    if deleted is not None and not is_number(deleted, LATEST):
        return _DAMAGED
    return Label(title=tidy_title(title or "") or None, pinned=pinned, deleted=deleted, made_room=made_room)


def write_label(folder: Path, label: Label) -> None:
    """Replace the label. Raises StyleTransferError if it cannot be written."""
    write_whole(folder / "label.json", json.dumps(asdict(label)).encode(), settled=True)


def tidy_title(text: str) -> str:
    """A title as it may be kept: one line of printable characters, not too long; empty if nothing is left."""
    kept = (letter if letter.isprintable() or invisible_but_meant(letter) else " " for letter in text)
    return cut(" ".join("".join(kept).split()).strip(f" {JOINERS}"), LONGEST_TITLE).rstrip()
