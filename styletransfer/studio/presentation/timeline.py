"""The moments of a run, from the first preview to the last: where they lie, and all of them small on one sheet.

Knows nothing of Streamlit.
"""

import csv
import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image

from styletransfer.engine.loss_csv import COLUMNS
from styletransfer.imaging import images
from styletransfer.studio.studio import Studio

TILE = 240
"""Long side in pixels of a moment on the sheet: enough to follow while the hand moves."""
SHEET_COLUMNS = 15

_PAINTED = ("JPEG", "PNG")
"""What the worker writes. Nothing else is opened, whatever its name: Pillow hands some kinds to other programs."""

_Losses = tuple[float, float, float, float]


@dataclass(frozen=True)
class Moment:
    """A run at one of its epochs, as it is looked at.

    Attributes:
        epoch: The epoch.
        path: Its picture: at the end the run's own at full resolution, before that a preview.
        size: (height, width) in pixels of the picture.
        final: Whether this is the end of the run.
        colors: Share of the photo's colours that it is looked at with, 0 to 100 percent.
    """

    epoch: int
    path: Path
    size: tuple[int, int]
    final: bool
    colors: int


def moment(studio: Studio, run_id: str, result: Path | None, *, epoch: int | None, colors: int) -> Moment:
    """The run as it is looked at; its end, or its newest preview, if no preview of `epoch` is kept.

    Args:
        studio: Knows the run.
        run_id: The run.
        result: The run's picture at full resolution, or None while it is being painted.
        epoch: What is looked at, or None for the end.
        colors: See `Moment`.

    Raises:
        OSError: A file is gone or damaged, or there is none.
    """
    kept = studio.timeline(run_id)
    last, newest = kept[-1] if kept else (0, None)
    past = dict(kept if result is None else kept[:-1])
    final = result is not None and epoch not in past
    at, path = (epoch, past[epoch]) if epoch is not None and epoch in past else (last, result or newest)
    if path is None:
        raise FileNotFoundError(run_id)
    with Image.open(path, formats=_PAINTED) as opened:  # reads the header only
        return Moment(at, path, (opened.height, opened.width), final, colors)


def moment_path(studio: Studio, run_id: str, epoch: int) -> Path | None:
    """The preview (JPEG) of that epoch, or None if none is kept."""
    return dict(studio.timeline(run_id)).get(epoch)


def listing(studio: Studio, run_id: str) -> dict[str, Any]:
    """What a browser needs to walk through a run, as plain JSON types.

    Returns:
        "moments": one [epoch, version, content, style, tv, total] for each preview, oldest first; another version
        means another picture, and the losses, weighted, are null where the table has none. "sheet": the columns of
        `sheet` and the (width, height) of its tiles.
    """
    kept = studio.timeline(run_id)
    losses = _losses(studio.losses_csv(run_id) or b"", {epoch for epoch, _ in kept})
    rows = [[epoch, _version(path), *losses.get(epoch, (None,) * 4)] for epoch, path in kept]
    tile = tile_size(kept[-1][1]) if kept else (1, 1)
    return {"moments": rows, "sheet": {"columns": SHEET_COLUMNS, "tile": tile}}


def tile_size(path: Path) -> tuple[int, int]:
    """(width, height) of a moment on the sheet.

    Raises:
        OSError: The file is gone or damaged.
    """
    with Image.open(path, formats=_PAINTED) as opened:
        height, width = images.scaled_shape(*opened.size, TILE)
    return width, height


def sheet(studio: Studio, run_id: str) -> bytes:
    """All moments of a run, small, row by row, as one JPEG. The few last sheets are kept.

    Raises:
        OSError: A file is gone or damaged, or there is none.
    """
    kept = studio.timeline(run_id)
    if not kept:
        raise FileNotFoundError(run_id)
    return _sheet(tuple((path, _version(path)) for _, path in kept))


@lru_cache(maxsize=4)
def _sheet(kept: tuple[tuple[Path, int], ...]) -> bytes:
    width, height = tile_size(kept[-1][0])
    rows = -(-len(kept) // SHEET_COLUMNS)
    whole = Image.new("RGB", (width * min(SHEET_COLUMNS, len(kept)), height * rows))
    for place, (path, _) in enumerate(kept):
        row, column = divmod(place, SHEET_COLUMNS)
        with Image.open(path, formats=_PAINTED) as opened:
            opened.draft("RGB", (width, height))  # decoded only as far as a tile needs
            tile = opened.convert("RGB").resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
        whole.paste(tile, (column * width, row * height))
    buffer = io.BytesIO()
    whole.save(buffer, "JPEG", quality=82)
    return buffer.getvalue()


def _version(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns // 1_000_000
    except OSError:  # thinned away a moment ago
        return 0


def _losses(table: bytes, epochs: set[int]) -> dict[int, _Losses]:
    """The losses of these epochs; lines that are damaged or cut off are left out."""
    found: dict[int, _Losses] = {}
    for row in csv.reader(io.StringIO(table.decode("ascii", errors="replace"))):
        try:
            if len(row) == len(COLUMNS) and int(row[0]) in epochs:
                content, style, tv, total = (float(value) for value in row[4:])
                found[int(row[0])] = (content, style, tv, total)
        except ValueError:
            continue
    return found
