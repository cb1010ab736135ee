"""Variations on disk: a folder as a run's, with what is varied and a small picture for every cell painted so far.

    sheets/20261123-134455-ab12cd/
        settings.json, state.json, photo.jpg, painting.png    as in a run
        sheet.json       what is varied (`Plan`)
        frames/          the cells by their number, 000003.jpg

A sheet that was not painted to its end merely lacks some cells and can be gone on with at any time.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from styletransfer.errors import StyleTransferError
from styletransfer.studio.storage.run_files import write_whole
from styletransfer.studio.storage.run_folder import Run, Submission
from styletransfer.studio.variation_plan import Plan


@dataclass(frozen=True)
class VariationSheet:
    """A sheet's folder and what it varies."""

    run: Run
    plan: Plan

    @classmethod
    def create(cls, sheets: Path, wanted: Submission, plan: Plan, *, server: str) -> Self:
        """Write a new sheet under the folder `sheets`, which need not exist. Raises StyleTransferError."""
        run = Run.create(sheets, wanted, server=server)
        try:
            write_whole(run.folder / "sheet.json", json.dumps(plan.to_dict(), indent=1).encode())
        except StyleTransferError:
            shutil.rmtree(run.folder, ignore_errors=True)
            raise
        return cls(run, plan)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The sheet in a folder. Raises StyleTransferError if it is damaged."""
        try:
            return cls(Run(folder), Plan.from_dict(json.loads((folder / "sheet.json").read_text("utf-8"))))
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise StyleTransferError("This sheet is damaged.") from error

    @classmethod
    def find(cls, sheets: Path, sheet_id: str) -> Self | None:
        """The sheet of that id, or None if there is none or `sheet_id`, which may come from anywhere, is no id."""
        run = Run.find(sheets, sheet_id)
        try:
            return None if run is None else cls.open(run.folder)
        except StyleTransferError:
            return None

    def cells(self) -> dict[int, Path]:
        """The cells painted so far, JPEG files by number."""
        return {cell: path for cell, path in self.run.timeline() if cell < self.plan.cells}

    def missing(self) -> list[int]:
        """Numbers of the cells not painted yet, the middle one, which is the present choice, first."""
        painted, middle = self.cells(), self.plan.cells // 2
        return sorted(set(range(self.plan.cells)) - set(painted), key=lambda cell: (cell != middle, cell))
