"""Names that people give: cut where no letter falls apart, and made fit to be the name of a file."""

import re
import unicodedata

JOINERS = "\u200c\u200d"
"""Characters that show nothing and belong between two that do: joined emoji and some scripts need them."""
_TAGS = ("\U000e0020", "\U000e007f")
_SKINS = ("\U0001f3fb", "\U0001f3ff")
_FLAG_LETTERS = ("\U0001f1e6", "\U0001f1ff")

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.IGNORECASE)
_LONGEST_FILE_NAME = 200
"""Bytes; every file system takes 255, and there are still to come a number and an ending."""


def cut(text: str, most: int) -> str:
    """The first characters of a text, at most so many, with no accent, flag or joined emoji cut in two."""
    end = min(most, len(text))
    while 0 < end < len(text) and _belongs_to_the_last(text, end):
        end -= 1
    return text[:end]


def invisible_but_meant(letter: str) -> bool:
    """Whether a character that shows nothing is part of one that does."""
    return letter in JOINERS or _TAGS[0] <= letter <= _TAGS[1]


def file_name(title: str) -> str:
    """A title as the name of a file, without an ending, that every system takes; never empty."""
    name = _FORBIDDEN.sub("-", title)
    while len(name.encode("utf-8", "replace")) > _LONGEST_FILE_NAME:
        name = cut(name, len(name) - 1)
    name = name.strip(". ")
    return f"_{name}" if _RESERVED.match(name) else name or "painting"


def _belongs_to_the_last(text: str, at: int) -> bool:
    letter = text[at]
    return (
        text[at - 1] == "\u200d"
        or invisible_but_meant(letter)
        or unicodedata.category(letter) in ("Mn", "Mc", "Me")
        or any(first <= letter <= last for first, last in (_SKINS, _FLAG_LETTERS))
    )
