"""Times, sizes and losses as people say them."""

from styletransfer.texts import _, local


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


def clipped(epoch: int, total: float) -> str:
    """The loss of a picture that is saved with what is out of range clipped, where it is painted without."""
    said = local(f"{total:.3g}")
    return _("Saved, with colours out of range clipped: total {total} after epoch {epoch}.", total=said, epoch=epoch)


def megabytes(size: int) -> str:
    """A size in bytes as MB, counted in millions as download pages do."""
    return f"{size / 1e6:.0f} MB"


def storage(size: int) -> str:
    """A size in bytes as disks are counted: "620 KB", "31 MB", "1.3 GB", "10 GB"."""
    if size >= 9_950_000_000:
        return f"{size / 1e9:.0f} GB"
    if size >= 999_500_000:
        return local(f"{size / 1e9:.1f}".removesuffix(".0")) + " GB"
    return megabytes(size) if size >= 999_500 else f"{size / 1e3:.0f} KB"
