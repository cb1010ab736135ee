"""Text from a file, a name or an address, made fit for what Streamlit reads as Markdown: it is shown as it is."""

import re

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~$!&])")
_BLANKS = re.compile(r"[^\S\u00a0\u202f]+")  # not the spaces that hold a number together
_LEADING = re.compile(r"^([-+=]|\d+(?=[.)]))")
_ADDRESSES = re.compile(r"(?<=:)(?=[\w/+-])|(?<=@)(?=\w)|(?<=\bwww)(?=\.)", re.IGNORECASE)
_JOINER = "\u2060"
"""WORD JOINER, which has no width: no address, emoji or colour is found across it."""


def plain(text: str) -> str:
    """The text as one line of Markdown that shows just that: no picture, link, emoji, formula or list."""
    line = _ADDRESSES.sub(_JOINER, _BLANKS.sub(" ", text).strip())
    line = _MARKS.sub(r"\\\1", line)
    return _LEADING.sub(lambda mark: mark[1] + _JOINER if mark[1].isdecimal() else f"\\{mark[1]}", line)
