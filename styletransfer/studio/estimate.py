"""What is said next to Start: how long it will take on this machine, and whether it fits into memory."""

from styletransfer.errors import StyleTransferError
from styletransfer.scales import scale_shapes, split_epochs
from styletransfer.settings import Settings
from styletransfer.studio import words
from styletransfer.studio.jobs import Studio
from styletransfer.studio.memory import available_bytes, largest_pixels


def estimate(studio: Studio, settings: Settings, photo: tuple[int, int]) -> str:
    """A sentence on the expected time, by the speed measured on this machine.

    Args:
        studio: Knows the speed.
        settings: What is to be painted.
        photo: (height, width) of the photo.
    """
    pace = studio.seconds_per_megapixel(settings.network)
    if pace is None:
        return "The time will be known once the brushes are warm." if not studio.worker_ready else ""
    return f"About {words.duration(pace * work(settings, photo))} on this machine."


def obstacle(settings: Settings, photo: tuple[int, int]) -> str | None:
    """A sentence on why the photo cannot be painted at this size, and which size will do; None if it can be."""
    try:
        height, width = scale_shapes((photo[1], photo[0]), settings)[-1]
    except StyleTransferError as error:
        return str(error)
    free = available_bytes()
    if free is None or settings.device in ("cuda", "mps"):
        return None
    most = largest_pixels(free)
    if height * width <= most:
        return None
    size = int(max(height, width) * (most / (height * width)) ** 0.5) // 32 * 32
    return f"This will not fit into the memory that is free: choose a resolution of at most {size} pixels."


def work(settings: Settings, photo: tuple[int, int]) -> float:
    """Million pixels that are gone over in all epochs and scales together."""
    shapes = scale_shapes((photo[1], photo[0]), settings)
    shares = split_epochs(settings.epochs, len(shapes))
    return sum(epochs * height * width for epochs, (height, width) in zip(shares, shapes, strict=True)) / 1e6
