"""A film on the stage: its newest frame large, or the whole of it as a video, and below that a strip of its frames."""

from typing import TypedDict

from styletransfer.studio.components.loader import component
from styletransfer.texts import _

_component = component(__file__)


class StripFrame(TypedDict):
    """A frame on the strip.

    Attributes:
        number: From 1.
        at: When it is shown, in seconds from the beginning of what is painted.
        time: The same as a clock shows it.
    """

    number: int
    at: float
    time: str


class Screen(TypedDict):
    """What is seen large.

    Attributes:
        video: Address of the film, if there is one to play.
        newest: Otherwise, address of the newest picture.
        alt: What a screen reader says of either.
        blank: Whether nothing is painted yet, and the picture is the film's own.
    """

    video: str
    newest: str
    alt: str
    blank: bool


def film_strip(run_id: str, screen: Screen, frames: list[StripFrame], ratio: float) -> None:
    """Show a film. A frame that is chosen on the strip is seen large, or the video goes there.

    Args:
        run_id: The film's.
        screen: What is seen large as long as no frame is chosen.
        frames: What is on the strip, from the first to the newest.
        ratio: Width over height of all of them.
    """
    _component(
        key="film_strip",
        data={
            "run": run_id,
            "screen": screen,
            "frames": frames,
            "ratio": round(ratio, 4),
            "words": {
                "strip": _("Painted frames"),
                "frame": _("Frame {number}, at {time}"),
                "newest": _("To the newest"),
            },
        },
    )
