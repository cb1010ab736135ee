"""Engines without a network, so that a worker is up in a moment. The run's settings say how they behave."""

import os
import signal
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from styletransfer.engine.frames import Frame
from styletransfer.errors import StyleTransferError
from styletransfer.machine.speed import TRIAL_SIZE
from styletransfer.settings import Settings, Weighting
from styletransfer.studio.storage.run_files import write_whole

Steer = Callable[[], Weighting]

STEP = float(os.environ.get("FAKE_STEP", "0.01"))
"""Seconds that an epoch takes."""

BROKEN_INPUT, BUG, OUT_OF_MEMORY, KILLED, SLOW_STEP = 101, 102, 103, 104, 105
"""Seeds: after the third epoch the engine fails in this manner (or takes a step of three seconds)."""


def stylize(
    content: Image.Image,
    style: Sequence[Image.Image],
    settings: Settings,
    *,
    steer: Steer,
    resume: Path | None = None,
    **more: object,
) -> Generator[Frame, None, None]:
    """Cross-fade from the photo to the painting."""
    del more
    done = 0 if resume is None else int(resume.read_text("ascii"))
    height = round(settings.size * content.height / content.width)
    photo = content.resize((settings.size, height))
    painting = style[0].resize(photo.size).convert(photo.mode)
    for epoch in range(done + 1, settings.epochs + 1):
        time.sleep(STEP)
        if epoch == 4:
            _misbehave(settings.seed)
        share = epoch / settings.epochs
        weights = steer()
        terms = {"content": weights[0] * share, "style": 10 * weights[1] * (1 - share), "tv": 0.5 * weights[2]}
        losses = {**terms, "total": sum(terms.values())}
        image = Image.blend(photo, painting, share) if epoch % settings.preview_every == 0 else None
        yield Frame(
            epoch=epoch,
            epochs=settings.epochs,
            scale=(height, settings.size),
            losses=losses,
            clipped_losses=None if settings.bounded or epoch % 10 else {**terms, "total": 2.0 * epoch},
            seconds=epoch * STEP,
            image=image,
            network="fake",
            checkpoint=Checkpoint(epoch),
        )


@dataclass(frozen=True)
class Checkpoint:
    """All that the cross-fade depends on."""

    epoch: int

    def save(self, path: str | Path, *, settled: bool = True) -> None:
        del settled
        write_whole(Path(path), str(self.epoch).encode("ascii"))


def fast(
    content: Image.Image, style: Sequence[Image.Image], settings: Settings, *, steer: Steer, **more: object
) -> Generator[Frame, None, None]:
    """Give a new picture every few milliseconds."""
    del style, steer, more
    photo = content.resize((settings.size, round(settings.size * content.height / content.width)))
    losses = {"content": 1.0, "style": 1.0, "tv": 1.0, "total": 3.0}
    for epoch in range(1, settings.epochs + 1):
        image = photo.point([(value + epoch) % 256 for value in range(256)] * 3)
        scale = (photo.height, photo.width)
        yield Frame(
            epoch=epoch, epochs=settings.epochs, scale=scale, losses=losses, seconds=epoch, image=image, network="fake"
        )


def chatty(
    content: Image.Image, style: Sequence[Image.Image], settings: Settings, *, steer: Steer, **more: object
) -> Generator[Frame, None, None]:
    """Print to standard output, as some libraries do."""
    for frame in stylize(content, style, settings, steer=steer, **more):
        print("a line on standard output")  # noqa: T201
        yield frame


def dead_on_arrival(
    content: Image.Image, style: Sequence[Image.Image], settings: Settings, *, steer: Steer, **more: object
) -> Generator[Frame, None, None]:
    """Take the worker along before it is warm."""
    os._exit(3)
    yield from stylize(content, style, settings, steer=steer, **more)


def little_room(
    content: Image.Image, style: Sequence[Image.Image], settings: Settings, *, steer: Steer, **more: Any
) -> Generator[Frame, None, None]:
    """Paint on a disk that takes no file over four thousand bytes after the tenth epoch, the first time."""
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that writing raises OSError, as on a full disk
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    for frame in stylize(content, style, settings, steer=steer, **more):
        if frame.epoch == 10 and more.get("resume") is None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (4000, most))
        yield frame


def warm_only(
    content: Image.Image, style: Sequence[Image.Image], settings: Settings, *, steer: Steer, **more: object
) -> Generator[Frame, None, None]:
    """Fail before the first epoch of anything but the warm-up."""
    if settings.size != TRIAL_SIZE:
        raise StyleTransferError("There are no weights; put them back.")
    yield from stylize(content, style, settings, steer=steer, **more)


def _misbehave(seed: int) -> None:
    if seed == BROKEN_INPUT:
        raise StyleTransferError("This cannot be painted; try another.")
    if seed == BUG:
        raise ValueError("a bug")
    if seed == OUT_OF_MEMORY:
        raise RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory")
    if seed == KILLED:
        os.kill(os.getpid(), signal.SIGKILL)
    if seed == SLOW_STEP:
        time.sleep(3)


def tints(
    content: Image.Image, style: Sequence[Image.Image], settings: Settings, *, steer: Steer, **more: object
) -> Generator[Frame, None, None]:
    """Paint one colour: red is the style weight, green ten times the stroke size, blue the number of paintings."""
    del more
    color = (round(settings.style_weight), round(10 * settings.stroke_size), len(style))
    for epoch in range(1, settings.epochs + 1):
        time.sleep(STEP)
        image = Image.new("RGB", (settings.size, round(settings.size * content.height / content.width)), color)
        losses = {"content": steer()[0], "style": 1.0, "tv": 1.0, "total": 3.0}
        yield Frame(
            epoch=epoch,
            epochs=settings.epochs,
            scale=(image.height, image.width),
            losses=losses,
            seconds=epoch * STEP,
            image=image,
            network="fake",
        )
