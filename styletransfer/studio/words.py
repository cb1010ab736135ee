"""Times, speeds and sizes as people say them."""

import time

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip


def duration(seconds: float) -> str:
    """A time span, as fine as it is worth saying: "8 s", "1 min 20 s", "12 min", "2 h 5 min"."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    if seconds < 600:
        minutes, rest = divmod(round(seconds / 5) * 5, 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


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
    """A place in a queue: "next", "second in line", "5th in line"."""
    words = {1: "next", 2: "second in line", 3: "third in line", 4: "fourth in line"}
    return words.get(place, f"{place}th in line")


def megabytes(size: int) -> str:
    """A size in bytes as MB, counted in millions as download pages do."""
    return f"{size / 1e6:.0f} MB"


def storage(size: int) -> str:
    """A size in bytes as disks are counted: "620 KB", "31 MB", "1.3 GB", "10 GB"."""
    if size >= 9_950_000_000:
        return f"{size / 1e9:.0f} GB"
    if size >= 999_500_000:
        return f"{size / 1e9:.1f}".removesuffix(".0") + " GB"
    return megabytes(size) if size >= 999_500 else f"{size / 1e3:.0f} KB"


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


def weight(value: float) -> str:
    """A weight as it stands at its slider: "off", "0.33", "15 000"."""
    return number(value) if value else "off"
