"""Which language is spoken. There is none for the whole process, as a server speaks with many people at once."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

ENGLISH = "en"
"""What the code speaks; it needs no catalogue."""
FOLDER = Path(__file__).parent

_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)
_asked: list[Callable[[], str | None]] = []


def language() -> str:
    """The language of whoever is spoken with: that of `speaking`, else what one of those given to `follow` says."""
    spoken = _spoken.get()
    if spoken is not None:
        return spoken
    return next((answer for ask in _asked if (answer := ask()) is not None), ENGLISH)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak that language inside, in this thread or task alone."""
    token = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(token)


def follow(ask: Callable[[], str | None]) -> None:
    """Have `ask` tell, at every sentence, the language of whoever that is for; None where it does not know."""
    if ask not in _asked:
        _asked.append(ask)


@cache
def languages() -> tuple[str, ...]:
    """Codes of all languages: English and that of each catalogue."""
    return (ENGLISH, *sorted(path.stem for path in FOLDER.glob("*.po")))


def preferred(wanted: Iterable[object]) -> str | None:
    """The first of those wanted that is spoken here: "es" for "es-MX", "es_ES.UTF-8" and "es;q=0.8"; None for none."""
    for tag in wanted:  # what a browser sends may be anything
        code = re.split(r"[-_.;@]", tag.strip().lower())[0] if isinstance(tag, str) else ""
        if code in languages():
            return code
    return None


def of_system(environment: Mapping[str, str] = os.environ) -> str:
    """The language of the system, as its users set it: LANGUAGE, LC_ALL, LC_MESSAGES or LANG; else of the desktop."""
    spoken = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), None)
    if spoken is None:
        return preferred([_of_desktop()]) or ENGLISH
    if spoken.split(".")[0] in ("C", "POSIX"):
        return ENGLISH
    return preferred([*environment.get("LANGUAGE", "").split(":"), spoken]) or ENGLISH


def _of_desktop() -> str | None:
    """What Windows and macOS tell, which set none of these variables."""
    import locale  # not needed where the variables tell

    try:
        name = locale.getlocale()[0] or ""
    except ValueError:
        return None
    names = {"spanish": "es", "english": "en"}  # Windows gives the English name of the language: "Spanish_Spain"
    return names.get(name.split("_")[0].lower(), name)


def language_name(code: str) -> str:
    """What a language is called by those who speak it."""
    from babel import Locale

    name = Locale.parse(code).get_language_name(code) or code
    return name[:1].upper() + name[1:]


def babel_locale() -> str:
    """The language as Babel knows it, for numbers, dates and lists; English is that of the sentences here."""
    spoken = language()
    return "en_GB" if spoken == ENGLISH else spoken
