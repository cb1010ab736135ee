"""The worker's part in a sheet of variations: paint one of its cells."""

from collections.abc import Callable
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from PIL import Image

from styletransfer.imaging.images import open_image
from styletransfer.inputs import Inputs
from styletransfer.studio.snapshot import State
from styletransfer.studio.storage.run_files import write_whole
from styletransfer.studio.storage.run_folder import Run
from styletransfer.studio.storage.variation_folder import VariationSheet
from styletransfer.studio.variation_plan import small
from styletransfer.studio.worker.engine_interface import Engine
from styletransfer.studio.worker.recorder import encode_preview
from styletransfer.support.throttle import Throttle


def paint_cell(
    paint: Engine, folder: Path, cell: int, go_on: Callable[[], bool], show: Callable[[bytes], None]
) -> State:
    """Paint a cell and keep it; nothing of it is kept if `go_on`, asked after every epoch, says no.

    Args:
        paint: The engine.
        folder: The sheet's.
        cell: The cell's number.
        go_on: Whether to paint on.
        show: Takes the cell now and then as it is so far, a JPEG.

    Raises:
        StyleTransferError: The sheet is damaged, cannot be painted, or the cell cannot be written.
    """
    sheet = VariationSheet.open(folder)
    settings = small(sheet.plan.settings(sheet.run.settings(), cell))
    inputs = _pictures(folder)
    throttle = Throttle(share=0.03, least=0.4)
    jpeg = b""
    painting = paint(
        inputs.photo,
        inputs.paintings,
        settings,
        **inputs.besides(),
        steer=lambda: settings.weighting,
        resume=None,
    )
    with closing(painting) as frames:
        for frame in frames:
            if not go_on():
                return State.STOPPED
            if frame.image is not None and (throttle.due() or frame.epoch == frame.epochs):
                with throttle.timed():
                    jpeg = encode_preview(frame.image)
                show(jpeg)
    write_whole(sheet.run.preview_path(cell), jpeg)
    return State.FINISHED


@lru_cache(maxsize=1)
def _pictures(folder: Path) -> Inputs[Image.Image]:
    """The pictures of the sheet that is at work; large ones take a while to open."""
    return Run(folder).inputs().map(open_image)
