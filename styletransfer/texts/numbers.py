"""Numbers and lists as the language has them."""

from collections.abc import Iterable
from functools import cache

from styletransfer.texts.language import babel_locale

THIN_SPACE = "\u202f"
"""Between thousands: the sign of science in every language, as a dot or a comma there would be the other's decimal.

Lines never break at it, so that a number stays in one piece.
"""


def local(number: str) -> str:
    """A number as Python writes it ("1.5", "12,000", "3e+04"), with the decimal sign of the language."""
    return number.replace(",", THIN_SPACE).replace(".", _decimal_sign(babel_locale()))


def joined(items: Iterable[str]) -> str:
    """Things in a row: "one, two and three"."""
    from babel.lists import format_list

    things = list(items)
    return format_list(things, locale=babel_locale()) if things else ""


@cache
def _decimal_sign(locale: str) -> str:
    from babel.numbers import get_decimal_symbol

    return str(get_decimal_symbol(locale))


def number(value: float) -> str:
    """A setting's value, with a thin space between thousands: "0.3", "10 000"."""
    return local(f"{value:,.0f}" if value >= 100 else f"{value:g}")
