"""Sentences that know what they are made of, and what becomes of them in a language."""

import io
import re
from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from typing import Any, Self

from styletransfer.texts.language import ENGLISH, FOLDER, language
from styletransfer.texts.numbers import local

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
Value = str | int | float


class Text(str):
    """A sentence in English that can be said in any language: `say(text)`.

    As a str it is plain English, for logs and for whoever knows no languages. It may be kept, pickled and written down
    (`as_json`).

    Args:
        msgid: The sentence in English, with {names} in the places of the values.
        values: What to put there: numbers, other texts, or anything that is the same in all languages.
    """

    msgid: str
    values: Mapping[str, Value]
    plural: str | None
    """The sentence for any other number of things than one, where there are two; `values["count"]` is the number."""

    def __new__(cls, msgid: str, /, **values: object) -> Self:
        """The text; see the class."""
        return cls.made(str(msgid), None, values)

    @classmethod
    def made(cls, msgid: str, plural: str | None, values: Mapping[str, object]) -> Self:
        """A text of all its parts; `plural` is None where there is one sentence for every number."""
        kept = {name: value if isinstance(value, str | int | float) else str(value) for name, value in values.items()}
        english = plural if plural is not None and kept.get("count") != 1 else msgid
        self = super().__new__(cls, _filled(english, {name: _plain(value) for name, value in kept.items()}))
        self.msgid, self.plural, self.values = msgid, plural, kept
        return self

    def as_json(self) -> str | dict[str, Any]:
        """It as plain JSON types, for `from_json`: what to say and its values, in no language."""
        if not self.values:
            return self.msgid
        values = {name: v.as_json() if isinstance(v, Text) else v for name, v in self.values.items()}
        return {"msgid": self.msgid, "values": values} | ({"plural": self.plural} if self.plural is not None else {})

    @classmethod
    def from_json(cls, said: Any) -> "Text":
        """What `as_json` gave, or a plain sentence. Raises TypeError and ValueError for anything else."""
        if isinstance(said, str):
            return cls(said)
        if not isinstance(said, dict) or not isinstance(said["values"], dict):
            raise TypeError("no text")
        msgid, plural = said["msgid"], said.get("plural")
        if not isinstance(msgid, str) or not isinstance(plural, str | None):
            raise TypeError("no text")
        plain = {str(k): cls.from_json(v) if isinstance(v, dict) else v for k, v in said["values"].items()}
        if not all(isinstance(value, str | int | float) for value in plain.values()):
            raise TypeError("no values")
        return cls.made(msgid, plural, plain)


def counted(one: str, many: str, count: int, **values: object) -> Text:
    """A sentence with a number of things, {count}, to be said later: "{count} painting", "{count} paintings"."""
    return Text.made(one, many, {"count": count, **values})


def say(text: str) -> str:
    """A sentence in the language of whoever is spoken with.

    A plain str is looked up as it stands, and stays as it is where no catalogue knows it.
    """
    known = _catalogue(language())
    if not isinstance(text, Text):
        return known.gettext(text) if text else text
    if text.plural is not None:
        found = known.ngettext(text.msgid, text.plural, int(text.values.get("count", 0)))
    else:
        found = known.gettext(text.msgid) if text.msgid else ""
    return _filled(found, {name: _worded(value) for name, value in text.values.items()})


def _(msgid: str, /, **values: object) -> str:
    """The sentence with its values, said at once."""
    return say(Text(msgid, **values))


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """As `counted`, said at once."""
    return say(counted(one, many, count, **values))


def pgettext(context: str, msgid: str, /, **values: object) -> str:
    """As `_`, for a word that is one in English and two elsewhere; the context tells which is meant."""
    found = _catalogue(language()).pgettext(context, msgid)
    return _filled(found, {name: _worded(value) for name, value in Text(msgid, **values).values.items()})


@cache
def _catalogue(code: str) -> NullTranslations:
    """The sentences of a language.

    Read from the .po file itself, once: what one edits is what is said, and neither a clone nor a wheel has to build
    anything first. It takes a fraction of a second.
    """
    path = FOLDER / f"{code}.po"
    if code == ENGLISH or not path.is_file():
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        catalogue = read_po(file, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    """Not `str.format`: what stands in a file on disk must neither raise anything nor reach into anything."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), sentence) if values else sentence


def _plain(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _worded(value: Value) -> str:
    if isinstance(value, Text):
        return say(value)
    return local(f"{value:g}") if isinstance(value, float) else str(value)
