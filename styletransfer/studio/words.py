"""Times, speeds and sizes as people say them."""


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
