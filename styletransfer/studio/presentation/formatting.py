"""Speeds, moments and settings as people say them."""

from datetime import datetime, timedelta

from babel.dates import format_skeleton, format_time

from styletransfer.controls import WEIGHTS
from styletransfer.settings import Weighting
from styletransfer.texts import _, babel_locale, local, say


def speed(epochs_per_second: float) -> str:
    """A speed: "3.2 epochs a second", or "2.5 s an epoch" below one a second."""
    if epochs_per_second >= 1:
        return _("{speed} epochs a second", speed=local(f"{epochs_per_second:.1f}"))
    return _("{seconds} s an epoch", seconds=local(f"{1 / epochs_per_second:.1f}"))


def pixels(scale: tuple[int, int]) -> str:
    """A (height, width) in pixels as width × height."""
    height, width = scale
    return f"{width} × {height}"


def ordinal(place: int) -> str:
    """A place in a queue, as a sentence begins: "Next in line", "Second in line", "5th in line"."""
    words = {1: _("Next in line"), 2: _("Second in line"), 3: _("Third in line"), 4: _("Fourth in line")}
    return words.get(place) or _("{place}th in line", place=place)


def moment(seconds: float, now: float) -> str:
    """A time in the past, in seconds since 1970, by this computer's clock: "today, 20:15", "3 May, 9:05"."""
    then, today = datetime.fromtimestamp(seconds).astimezone(), datetime.fromtimestamp(now).astimezone()
    spoken = babel_locale()
    clock = format_time(then, "H:mm", tzinfo=then.tzinfo, locale=spoken)
    if then.date() == today.date():
        return _("today, {clock}", clock=clock)
    if then.date() == (today - timedelta(days=1)).date():
        return _("yesterday, {clock}", clock=clock)
    if then.year == today.year:
        return f"{format_skeleton('MMMMd', then, tzinfo=then.tzinfo, locale=spoken)}, {clock}"
    return format_skeleton("yMMMMd", then, tzinfo=then.tzinfo, locale=spoken)


def weights(weighting: Weighting) -> str:
    """All three: "content 1, style 10 000, TV off"."""
    told = zip(WEIGHTS, weighting.terms, strict=True)
    return ", ".join(f"{say(control.short)} {control.read(value)}" for control, value in told)


def clock(seconds: float) -> str:
    """A moment of a film as a player shows it, with tenths: "0:03.2", "1:02:03.0"."""
    tenths = round(10 * seconds)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    ending = f"{rest // 10:02d}.{rest % 10}"
    return f"{hours}:{minutes:02d}:{ending}" if hours else f"{minutes}:{ending}"
