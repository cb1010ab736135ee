"""What the worker calls to paint. Knows nothing of torch."""

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Protocol

from PIL import Image

from styletransfer.engine.frames import Frame
from styletransfer.settings import Settings, Weighting


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
