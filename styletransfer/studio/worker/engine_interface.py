"""What the worker calls to paint. Knows nothing of torch."""

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from PIL import Image

from styletransfer.engine.frames import Frame
from styletransfer.settings import Settings, Weighting
from styletransfer.video.progress import Progress
from styletransfer.video.request import FilmRequest


class Engines(NamedTuple):
    """What paints, as dotted names "module:function", which the worker imports in its own process.

    Attributes:
        picture: An `Engine`.
        film: A `FilmEngine`.
    """

    picture: str = "styletransfer.engine.stylize:stylize"
    film: str = "styletransfer.video.job:paint_film"


class Engine(Protocol):
    """What paints; see `styletransfer.engine.stylize.stylize`."""

    def __call__(
        self,
        content: Image.Image,
        style: Sequence[Image.Image],
        settings: Settings,
        *,
        start: Image.Image | None = None,
        masks: Sequence[Image.Image] | None = None,
        keep: Image.Image | None = None,
        steer: Callable[[], Weighting],
        resume: Path | None = None,
    ) -> Generator[Frame, None, None]:
        """Paint `content` in the manner of `style`."""
        ...


class FilmEngine(Protocol):
    """What paints films; see `styletransfer.video.job.paint_film`."""

    def __call__(self, request: FilmRequest, *, part: Path | None = None) -> Generator[Progress, None, None]:
        """Paint a film and put it together, or only, at `part`, what is painted of it."""
        ...
