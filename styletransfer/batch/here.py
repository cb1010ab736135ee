"""A batch on this machine: one picture after the other, the one at hand with a checkpoint to go on from."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from styletransfer.batch.painter import Order, Painted, Painter
from styletransfer.batch.plan import Item
from styletransfer.batch.run import Batch, DiskFullError
from styletransfer.engine.checkpoint import Checkpoint, load_checkpoint
from styletransfer.engine.frames import Frame
from styletransfer.errors import DamagedStateError, StyleTransferError
from styletransfer.support.throttle import Throttle


def paint_here(batch: Batch, painter: Painter, asked: Callable[[], bool]) -> bool:
    """Paint what is not there yet.

    Args:
        batch: What is to be painted.
        painter: Paints it.
        asked: Whether the user has asked to stop.

    Returns:
        Whether it came to the end.

    Raises:
        DiskFullError: There is no room for more pictures.
    """
    for item, order in batch.to_paint():
        if asked():
            return False
        try:
            painted = _paint(batch, painter, item, order, asked)
        except DiskFullError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one picture, the others go on
            batch.failed(item, error)
            continue
        if painted is None:
            return False
        batch.painted(item, painted)
        with suppress(OSError):
            batch.folder.checkpoint(painter.recipe(order)).unlink(missing_ok=True)
    return not asked()


def _paint(batch: Batch, painter: Painter, item: Item, order: Order, asked: Callable[[], bool]) -> Painted | None:
    """Paint one picture to its end; None if the user stops it, and then there is a checkpoint."""
    path = batch.folder.checkpoint(painter.recipe(order))
    try:
        return _paint_from(_load(path), path, batch, painter, item, order, asked)
    except DamagedStateError:
        return _paint_from(None, path, batch, painter, item, order, asked)


def _paint_from(
    resume: Checkpoint | None,
    path: Path,
    batch: Batch,
    painter: Painter,
    item: Item,
    order: Order,
    asked: Callable[[], bool],
) -> Painted | None:
    begin = 0 if resume is None else resume.epoch
    throttle = Throttle(share=0.03, least=5.0)
    frame: Frame | None = None
    for frame in painter.frames(order, resume):
        batch.frame(item, frame, (frame.epoch - begin) / frame.epochs)
        if frame.epoch == frame.epochs:
            break
        stop = asked()
        if stop or throttle.due():
            with throttle.timed():
                _save(frame, path)
        if stop:
            batch.begun(item, frame.seconds)
            return None
    if frame is None:
        raise RuntimeError("nothing was painted")
    return painter.finished(order, frame)


def _load(path: Path) -> Checkpoint | None:
    """The checkpoint there; None if there is none or a damaged one, and then the picture is painted anew."""
    try:
        return load_checkpoint(path) if path.exists() else None
    except StyleTransferError:
        return None


def _save(frame: Frame, path: Path) -> None:
    """Save the checkpoint; without one the picture is painted all the same."""
    if frame.checkpoint is not None:
        with suppress(StyleTransferError):
            frame.checkpoint.save(path)
