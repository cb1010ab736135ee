"""What is said next to Start: how long it will take on this machine, and whether it fits into memory."""

from collections.abc import Sequence

from styletransfer.engine.scales import scale_shapes
from styletransfer.errors import StyleTransferError
from styletransfer.machine import cost
from styletransfer.settings import Settings
from styletransfer.studio.film_file import FilmFile, FilmPart
from styletransfer.studio.studio import Studio
from styletransfer.support import units
from styletransfer.texts import Text, _, ngettext
from styletransfer.video.request import frame_work, sized


def estimate(studio: Studio, settings: Settings, photos: Sequence[tuple[int, int]], paintings: int) -> str:
    """A sentence on the expected time, by the speed measured on this machine, and on the memory.

    Args:
        studio: Knows the speed.
        settings: What is to be painted.
        photos: (height, width) of the photo, or of each photo of an album.
        paintings: How many paintings it is painted like.
    """
    sizes = [(width, height) for height, width in photos if _fits(width, height, settings)]
    return _sentence(studio, settings, sum(cost.work(size, settings, paintings) for size in sizes), sizes)


def film_estimate(studio: Studio, settings: Settings, film: FilmFile, part: FilmPart, paintings: int) -> str:
    """Likewise for a film of one shot, and how many frames of it are painted.

    Args:
        studio: Knows the speed.
        settings: How the first frame is painted.
        film: The film.
        part: What of it is painted.
        paintings: How many paintings it is painted like.
    """
    height, width = film.size
    if not _fits(width, height, settings):
        return ""
    if film.seconds is None:
        return _("This film does not tell how long it is, and so not how long it takes.")
    size, settings = sized((width, height), settings)
    first, later = frame_work(size, settings, part.epochs, paintings)
    count = film.count(part)
    said = ngettext("{count} frame.", "{count} frames.", count)
    return f"{said} {_sentence(studio, settings, first + (count - 1) * later, [size])}"


def _sentence(studio: Studio, settings: Settings, work: float, sizes: Sequence[tuple[int, int]]) -> str:
    """What so much work takes; the sizes are (width, height) of what is painted."""
    speed = studio.speed(settings)
    if speed is None:
        return _("The time will be known once the brushes are warm.") if not studio.worker_ready else ""
    time = units.duration(speed.seconds_per_megapixel * work)
    if studio.device(settings.device) != "cpu":
        return _("About {time} on this machine.", time=time)
    memory = units.storage(max((cost.memory(size, settings, bfloat16=speed.bfloat16) for size in sizes), default=0))
    return _("About {time} and {memory} of memory.", time=time, memory=memory)


def squarest(sizes: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The size, (height, width), that takes the most memory, as all are painted with the same long side."""
    return max(sizes, key=lambda size: min(size) / max(size))


def _fits(width: int, height: int, settings: Settings) -> bool:
    try:
        scale_shapes((width, height), settings)
    except StyleTransferError:
        return False
    return True


def obstacle(studio: Studio, settings: Settings, photo: tuple[int, int]) -> Text | None:
    """A sentence on why the photo cannot be painted at this size, and which size will do; None if it can be."""
    size = (photo[1], photo[0])
    try:
        scale_shapes(size, settings)
    except StyleTransferError as error:
        return error.text
    free = studio.free_bytes()
    speed = studio.speed(settings)
    bfloat16 = speed is not None and speed.bfloat16
    if free is None or studio.device(settings.device) in ("cuda", "mps"):
        return None
    if cost.memory(size, settings, bfloat16=bfloat16) <= free:
        return None
    largest = cost.largest_size(size, settings, free, bfloat16=bfloat16)
    if largest is None:
        return Text("There is too little memory free to paint: close other programs first.")
    return Text(
        "This will not fit into the memory that is free: choose a resolution of at most {largest} pixels.",
        largest=largest,
    )
