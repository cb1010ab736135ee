"""All sheets of variations of a data folder, as the page uses them. Knows nothing of Streamlit or torch."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from styletransfer.engine.scales import scale_shapes
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import open_image
from styletransfer.inputs import Inputs
from styletransfer.settings import Settings
from styletransfer.studio.pictures import PictureFile
from styletransfer.studio.storage.run_folder import RUN_ID, Submission
from styletransfer.studio.storage.variation_folder import VariationSheet
from styletransfer.studio.variation_plan import Plan, small
from styletransfer.studio.worker.cell_queue import Fault, Progress
from styletransfer.studio.worker.protocol import PaintCell
from styletransfer.studio.worker.run_queue import RunQueue

KEPT = 12
"""Sheets that are kept; the oldest go when new ones come."""


@dataclass(frozen=True, kw_only=True)
class VariationSheetView:
    """A sheet as it stands.

    Attributes:
        sheet_id: The sheet's id, as it stands in the URL.
        plan: What it varies.
        settings: What it varies it around, at full size.
        inputs: The picture files it is painted from.
        photo_name: File name of the photo as the user knows it.
        painting_names: File name of each painting as the user knows it.
        cells: The cells that are painted, JPEG files by number.
        progress: How far it is, or None if it is not being filled.
        fault: Why it is not, if something went wrong.
    """

    sheet_id: str
    plan: Plan
    settings: Settings
    inputs: Inputs[Path]
    photo_name: str
    painting_names: tuple[str, ...]
    cells: dict[int, Path]
    progress: Progress | None
    fault: Fault | None


class VariationSheets:
    """The sheets under the folder `home`, which need not exist. Thread-safe.

    Args:
        home: Folder of the sheets.
        run_queue: Paints them while it has nothing else to do.
        server: This server's name.
    """

    def __init__(self, home: Path, run_queue: RunQueue, server: str) -> None:
        self._home = home
        self._queue = run_queue
        self._server = server

    def submit(self, inputs: Inputs[PictureFile], settings: Settings, plan: Plan) -> str:
        """Queue a sheet and return its id. Its cells are painted one by one while no run is being painted.

        Args:
            inputs: The files as uploaded. Another picture to begin from is left out.
            settings: What to vary, at full size.
            plan: What is varied.

        Raises:
            StyleTransferError: A picture cannot be used, or the sheet cannot be written to disk.
        """
        photo_size = open_image(inputs.photo.data, name=inputs.photo.name).size
        for cell in range(plan.cells):
            scale_shapes(photo_size, small(plan.settings(settings, cell)))
        wanted = Submission(inputs=replace(inputs, start=None), settings=settings)
        sheet = VariationSheet.create(self._home, wanted, plan, server=self._server)
        self._clear()
        self._paint(sheet)
        return sheet.run.run_id

    def carry_on(self, sheet_id: str) -> None:
        """Paint the cells that are missing. No effect on an unknown sheet, or one that is whole."""
        sheet = VariationSheet.find(self._home, sheet_id)
        if sheet is not None:
            self._paint(sheet)

    def cancel(self, sheet_id: str) -> None:
        """Leave the rest unpainted. No effect on a sheet that is not being filled."""
        self._queue.cancel_sheet(sheet_id)

    def view(self, sheet_id: str) -> VariationSheetView | None:
        """The sheet as it stands; None for an id that is unknown, damaged or no id at all."""
        sheet = VariationSheet.find(self._home, sheet_id)
        if sheet is None:
            return None
        progress, fault = self._queue.sheet(sheet_id)
        try:
            record = sheet.run.read()
            return VariationSheetView(
                sheet_id=sheet_id,
                plan=sheet.plan,
                settings=sheet.run.settings(),
                inputs=sheet.run.inputs(),
                photo_name=record.photo_name,
                painting_names=record.painting_names,
                cells=sheet.cells(),
                progress=progress,
                fault=fault,
            )
        except StyleTransferError:
            return None

    def newest(self) -> str | None:
        """Id of the newest sheet, or None without one."""
        return next((sheet_id for sheet_id in self._ids() if VariationSheet.find(self._home, sheet_id)), None)

    def _paint(self, sheet: VariationSheet) -> None:
        folder = str(sheet.run.folder)
        cells = [PaintCell(sheet.run.run_id, folder, cell) for cell in sheet.missing()]
        if cells:
            self._queue.add_cells(cells)

    def _ids(self) -> list[str]:
        """Ids of all sheets, the newest first."""
        if not self._home.is_dir():
            return []
        return sorted((path.name for path in self._home.iterdir() if RUN_ID.fullmatch(path.name)), reverse=True)

    def _clear(self) -> None:
        for sheet_id in self._ids()[KEPT:]:
            self._queue.cancel_sheet(sheet_id)
            shutil.rmtree(self._home / sheet_id, ignore_errors=True)
