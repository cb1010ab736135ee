"""The sheets, albums and films that wait to be painted while no run is. Not thread-safe: the run queue sees to that.

A sheet comes before an album or a film, which may take hours. A cell is what is painted in one go: of an album a photo;
a film is one as a whole, which stops for others and goes on from its frames.
"""

from dataclasses import dataclass, replace
from types import UnionType

from styletransfer.studio.snapshot import Ended, State
from styletransfer.studio.worker.protocol import CellPainted, FilmPainted, Lengthy, PaintCell, PaintPhoto
from styletransfer.texts import say


@dataclass(frozen=True)
class Progress:
    """How a sheet, album or film stands that is being painted.

    Attributes:
        cell: Number of the cell that is being painted; None while the sheet waits.
        draft: That cell as it is so far, a JPEG, or None. Of a film, its newest picture.
        film: How far a film is, once the worker has told.
        share: How much of a photo's work is done, 0 to 1.
    """

    cell: int | None = None
    draft: bytes | None = None
    film: FilmPainted | None = None
    share: float = 0.0


@dataclass(frozen=True)
class Fault:
    """Why a sheet, album or film could not be painted, and what to do about it."""

    error: str
    remedy: str | None

    @property
    def said(self) -> str:
        """Both, in the language of whoever is spoken with."""
        return " ".join(say(sentence) for sentence in (self.error, self.remedy) if sentence)


class CellQueue:
    """Cells by sheet, album or film, in the order in which these were asked for; below, any of them is a sheet."""

    def __init__(self) -> None:
        self.at_work: PaintCell | None = None
        self._waiting: dict[str, list[PaintCell]] = {}
        self._draft: bytes | None = None
        self._film: FilmPainted | None = None
        self._faults: dict[str, Fault] = {}
        self._share = 0.0
        self._died_under: PaintCell | None = None

    def add(self, cells: list[PaintCell]) -> None:
        """Put a sheet's cells at the end."""
        sheet_id = cells[0].run_id
        self._faults.pop(sheet_id, None)
        self._died_under = None
        self._waiting.setdefault(sheet_id, cells)

    def drop(self, sheet_id: str) -> bool:
        """Leave the rest of a sheet unpainted; whether the worker has a cell of it."""
        self._waiting.pop(sheet_id, None)
        return self.at_work is not None and self.at_work.run_id == sheet_id

    def begin(self) -> PaintCell | None:
        """The next cell, which is at work from now on; None if none is left or one is at work."""
        if self.at_work is not None or not self._waiting:
            return None
        first = min(self._waiting.values(), key=lambda cells: isinstance(cells[0], Lengthy))
        self.at_work, self._draft, self._film, self._share = first[0], None, None, 0.0
        return self.at_work

    def take(self, event: CellPainted | FilmPainted | Ended) -> None:
        """Take in what the worker tells of the cell at work. One that was stopped is painted again later."""
        if isinstance(event, CellPainted | FilmPainted):
            self._draft = event.jpeg or self._draft
            self._film = event if isinstance(event, FilmPainted) else None
            self._share = event.share if isinstance(event, CellPainted) else 0.0
            return
        done, self.at_work = self.at_work, None
        rest = self._waiting.get(event.run_id)
        if event.state is State.FAILED:
            self._fail(event.run_id, Fault(event.error or "", event.remedy))
        elif event.state is State.FINISHED and rest is not None:
            rest[:] = [cell for cell in rest if cell != done]
            if not rest:
                del self._waiting[event.run_id]

    def lose(self, error: str, remedy: str | None, *, all_sheets: bool) -> None:
        """The worker is gone, and with it the sheet at work, or all of them.

        An album stays: its photo is tried once more, and left out if the next worker dies under it as well.
        """
        if isinstance(self.at_work, PaintPhoto) and not all_sheets:
            self._died(self.at_work, error)
            return
        lost = list(self._waiting) if all_sheets else [self.at_work.run_id] if self.at_work else []
        self.at_work = None
        for sheet_id in lost:
            self._fail(sheet_id, Fault(error, remedy))

    def lengthy(self, kind: type[PaintCell] | UnionType) -> list[str]:
        """Ids of the albums and films, or those of one kind, that are not painted to their end, in their order."""
        return [run_id for run_id, cells in self._waiting.items() if isinstance(cells[0], kind)]

    def progress(self, sheet_id: str) -> Progress | None:
        """How a sheet stands; None if nothing is to be painted of it."""
        if sheet_id not in self._waiting:
            return None
        if self.at_work is None or self.at_work.run_id != sheet_id:
            return Progress()
        return Progress(self.at_work.cell, self._draft, self._film, self._share)

    def fault(self, sheet_id: str) -> Fault | None:
        """Why the sheet was not filled, if something went wrong."""
        return self._faults.get(sheet_id)

    def _died(self, photo: PaintPhoto, error: str) -> None:
        self.at_work = None
        cells = self._waiting.get(photo.run_id, [])
        if self._died_under == photo:
            cells[:] = [replace(photo, died=error) if cell == photo else cell for cell in cells]
        self._died_under = photo

    def _fail(self, sheet_id: str, fault: Fault) -> None:
        if self._waiting.pop(sheet_id, None) is not None:
            self._faults[sheet_id] = fault
