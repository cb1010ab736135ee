"""`report.csv`: what became of each picture of a batch, one line for each, kept up to date while it goes on."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from styletransfer.engine.frames import LOSS_NAMES, LossName
from styletransfer.errors import StyleTransferError
from styletransfer.support.files import replacing
from styletransfer.support.throttle import Throttle

_ENCODING, _ERRORS = "utf-8", "surrogateescape"  # a file's name may be anything
_LARGEST = 200 * 2**20


@dataclass(frozen=True, kw_only=True)
class Row:
    """One picture's line.

    Attributes:
        picture: Its name, below the folder for the results.
        photo, painting: What it is painted from.
        state: What became of it: "waiting", "painted", "failed", "kept" (it was there with the same recipe) or "begun"
            (it goes on from its checkpoint).
        seconds: Of painting, or empty.
        content, style, tv, total: Its losses, or empty.
        reason: Why it failed.
        where: Which machine painted it, where that was not this one.
    """

    picture: str
    photo: str = ""
    painting: str = ""
    state: str = "waiting"
    seconds: str = ""
    content: str = ""
    style: str = ""
    tv: str = ""
    total: str = ""
    reason: str = ""
    where: str = ""

    def painted(self, seconds: float, losses: Mapping[LossName, float], where: str) -> "Row":
        """The line of the same picture once it is painted."""
        numbers = {name: f"{losses[name]:.6g}" for name in LOSS_NAMES}
        return replace(self, state="painted", seconds=f"{seconds:.3f}", reason="", where=where, **numbers)


COLUMNS = tuple(field.name for field in fields(Row))


class Report:
    """The lines of a batch's pictures, and behind them those of earlier batches into the same folder.

    Args:
        path: The file. What stands in it of the same pictures is taken over until something else is known.

    Raises:
        StyleTransferError: There is something else at `path`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._earlier = {row.picture: row for row in _read(path)}
        self._rows: dict[str, Row] = {}
        self._throttle = Throttle(share=0.02, least=1.0)

    def expect(self, rows: Iterable[Row]) -> None:
        """Begin with these pictures, which all are still to be painted."""
        self._rows = {row.picture: row for row in rows}

    def __getitem__(self, picture: str) -> Row:
        return self._rows[picture]

    def set(self, row: Row) -> None:
        """Something new of a picture; written at once, or soon."""
        self._rows[row.picture] = row
        if self._throttle.due():
            self.write()

    def keep(self, picture: str) -> None:
        """A picture is there already: what is known of it stays."""
        row, before = self._rows[picture], self._earlier.get(picture)
        known = {} if before is None else {name: getattr(before, name) for name in ("seconds", *LOSS_NAMES, "where")}
        self.set(replace(row, state="kept", **known))

    def write(self) -> None:
        """Write it all, whole or not at all.

        Raises:
            StyleTransferError: It cannot be written; what stood there is as it was.
        """
        with self._throttle.timed():
            self._write()

    def _write(self) -> None:
        others = (row for name, row in self._earlier.items() if name not in self._rows)
        text = io.StringIO()
        table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(asdict(row) for row in (*self._rows.values(), *others))
        with replacing(self._path) as temporary:
            temporary.write_bytes(text.getvalue().encode(_ENCODING, _ERRORS))


def _read(path: Path) -> list[Row]:
    """The lines that are there. Raises StyleTransferError if the file is something else."""
    if not path.exists():
        return []
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("too large")
        with path.open(newline="", encoding=_ENCODING, errors=_ERRORS) as file:
            table = csv.DictReader(file)
            if tuple(table.fieldnames or ()) != COLUMNS:
                raise ValueError("other columns")
            return [Row(**{name: row[name] or "" for name in COLUMNS}) for row in table]
    except (OSError, ValueError, csv.Error, KeyError) as error:
        raise StyleTransferError(
            "{path} is no report of a batch; move it somewhere else, or choose another folder.", path=path
        ) from error
