"""Speeds, moments and settings as people say them."""

import time

from styletransfer.settings import Weighting

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip


def speed(epochs_per_second: float) -> str:
    """A speed: "3.2 epochs a second", or "2.5 s an epoch" below one a second."""
    if epochs_per_second >= 1:
        return f"{epochs_per_second:.1f} epochs a second"
    return f"{1 / epochs_per_second:.1f} s an epoch"


def pixels(scale: tuple[int, int]) -> str:
    """A (height, width) in pixels as width × height."""
    height, width = scale
    return f"{width} × {height}"


def ordinal(place: int) -> str:
    """A place in a queue, as a sentence begins: "Next in line", "Second in line", "5th in line"."""
    words = {1: "Next in line", 2: "Second in line", 3: "Third in line", 4: "Fourth in line"}
    return words.get(place, f"{place}th in line")


def moment(seconds: float, now: float) -> str:
    """A time in the past, in seconds since 1970, by this computer's clock: "today, 20:15", "3 May, 9:05"."""
    then, today = time.localtime(seconds), time.localtime(now)
    clock = f"{then.tm_hour}:{then.tm_min:02d}"
    if then[:3] == today[:3]:
        return f"today, {clock}"
    if then[:3] == time.localtime(now - 24 * 3600)[:3]:
        return f"yesterday, {clock}"
    day = f"{then.tm_mday} {_MONTHS[then.tm_mon - 1]}"
    return f"{day}, {clock}" if then.tm_year == today.tm_year else f"{day} {then.tm_year}"


def count(number: int, noun: str) -> str:
    """A number of things: "1 painting", "42 paintings"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def number(value: float) -> str:
    """A setting's value, with a thin space between thousands: "0.3", "10 000"."""
    return f"{value:,.0f}".replace(",", "\u2009") if value >= 100 else f"{value:g}"


def weights(weighting: Weighting) -> str:
    """All three: "content 1, style 10 000, TV off"."""
    return ", ".join(
        f"{name} {weight(value)}" for name, value in zip(("content", "style", "TV"), weighting, strict=True)
    )


def weight(value: float) -> str:
    """A weight as it stands at its slider: "off", "0.33", "15 000"."""
    return number(value) if value else "off"
