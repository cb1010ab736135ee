"""The runs on disk as the user's gallery: titled, pinned, taken down and brought back, kept within bounds.

    20261123-134455-ab12cd/label.json    what the user has made of a run (`Label`)
    .deleted/20261123-134455-ab12cd/     what was taken down, for a day
    sheets/                              sheets of variations, which count towards the bound, too
    wall.json                            the bound on the space that all of them take

Everything here works on files, so that several servers may share one folder. What another server paints is left alone.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from styletransfer.errors import StyleTransferError
from styletransfer.settings import Settings
from styletransfer.studio.pictures import album_title, pair
from styletransfer.studio.snapshot import Snapshot, State
from styletransfer.studio.storage.album_folder import Album
from styletransfer.studio.storage.disk_usage import FolderSizes, Item, Use, read_limit, too_many, write_limit
from styletransfer.studio.storage.film_folder import Film
from styletransfer.studio.storage.run_folder import Run
from styletransfer.studio.storage.run_label import Label, read_label, tidy_title, write_label
from styletransfer.studio.storage.run_record import Record
from styletransfer.studio.storage.server_lock import alone
from styletransfer.studio.storage.trash import GONE, Trash, names, weighed
from styletransfer.texts import _

logger = logging.getLogger(__name__)

SHEETS = "sheets"
"""Folder of the sheets of variations."""
NEARLY = 0.9
"""Share of the bound from which on it is said what will go."""
LEFTOVER_SECONDS = 60.0
"""Age from which on a half-written file is nobody's any more."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A run as it hangs in the gallery.

    Attributes:
        run_id: The run's id.
        title: The user's title, or what was painted after what.
        named: Whether the title is the user's own.
        pinned: Whether it is kept whatever happens.
        busy: Whether a server is at work on it or has it waiting.
        record: Where it stands, or None where the folder is damaged.
        settings: What it was painted with, or None where the folder is damaged.
        damage: The sentence that says what is wrong with the folder, or None.
        written: A number that changes with what is in the folder.
    """

    run_id: str
    title: str
    named: bool
    pinned: bool
    busy: bool
    record: Record | None
    settings: Settings | None
    damage: str | None
    written: int


@dataclass(frozen=True, kw_only=True)
class _Weights:
    """What takes space, or what of it goes by itself: what can be had again goes first, then paintings."""

    sheets: list[Item]
    checkpoints: list[Item]
    runs: list[Item]

    @property
    def size(self) -> int:
        """Bytes of all of it."""
        return _size(self.sheets, self.checkpoints, self.runs)


class Gallery:
    """All runs of one data folder that are not deleted. Thread-safe; never waits for a painting.

    Args:
        home: Folder of the runs.
        active: Gives the ids that this server is at work on or has waiting.
        alive: Whether another server of that name lives, or a worker writes in the run of that id.
    """

    def __init__(self, home: Path, *, active: Callable[[], list[str]], alive: Callable[[str], bool]) -> None:
        self._home = home
        self._active = active
        self._alive = alive
        self._sizes = FolderSizes()
        self._trash = Trash(home, self._sizes)
        self._clearing = threading.Lock()
        self._epoch = time.time() - time.monotonic()

    @property
    def home(self) -> Path:
        """Folder of the runs."""
        return self._home

    # --- looking ----------------------------------------------------------------------------------------------------

    def ids(self) -> list[str]:
        """All that hang: the pinned ones first, then the newest first."""
        ids = sorted(names(self._home), reverse=True)
        pinned = [run_id for run_id in ids if read_label(self._home / run_id).pinned]
        return pinned + sorted(set(ids) - set(pinned), reverse=True)

    def piece(self, run_id: str) -> Piece | None:
        """One of them, or None if it is not there."""
        run = Run.find(self._home, run_id)
        if run is None:
            return None
        label = read_label(run.folder)
        record, settings, damage = None, None, None
        try:
            record, settings = run.read(), run.settings()
        except StyleTransferError as error:
            damage = error.text
        return Piece(
            run_id=run_id,
            title=_title(run, label),
            named=label.title is not None,
            pinned=label.pinned,
            busy=self._busy(run),
            record=record,
            settings=settings,
            damage=damage,
            written=run.written,
        )

    def title_of(self, run_id: str) -> str:
        """What a run is called, by the user or for what it shows."""
        run = self.run(run_id)
        return _("a painting that is gone") if run is None else _title(run, read_label(run.folder))

    def title(self, run_id: str) -> str | None:
        """The title that the user has given a run, or None."""
        run = Run.find(self._home, run_id)
        return None if run is None else read_label(run.folder).title

    def run(self, run_id: str) -> Run | None:
        """The run's folder, or None if it does not hang."""
        return Run.find(self._home, run_id)

    def album(self, run_id: str) -> Album | None:
        """The album of that id, or None if it does not hang or is no album."""
        return Album.find(self._home, run_id)

    def film(self, run_id: str) -> Film | None:
        """The film of that id, or None if it does not hang or is no film."""
        return Film.find(self._home, run_id)

    def picture(self, run_id: str) -> Path | None:
        """The run's picture at full resolution; its last preview if there is none; None without either."""
        run = self.run(run_id)
        if run is None or run.result.is_file():
            return run.result if run else None
        previews = run.timeline()
        return previews[-1][1] if previews else None

    def use(self) -> Use:
        """What all of it takes of the disk. Takes a moment only the first time."""
        hanging, deleted = self._weights(), self._trash.items()
        going, soon = self._going(hanging), self._going(hanging, share=NEARLY).runs
        lying, going_size = sum(item.size for item in deleted), sum(item.size for item in going.runs)
        return Use(
            count=len(hanging.runs),
            size=hanging.size + lying,
            limit=self.limit,
            deleted=tuple(item.run_id for item in deleted),
            deleted_size=lying,
            made_room=tuple(item.run_id for item in deleted if self._trash.made_room(item.run_id)),
            spare_size=going.size - going_size,
            going=tuple(item.run_id for item in going.runs),
            going_size=going_size,
            next=soon[0].run_id if soon else None,
        )

    @property
    def limit(self) -> int | None:
        """Bytes that all of it may take, or None for no limit."""
        return read_limit(self._home / "wall.json")

    @limit.setter
    def limit(self, limit: int | None) -> None:
        write_limit(self._home / "wall.json", limit)

    # --- what the user does: each raises StyleTransferError where it cannot be done --------------------------------

    def rename(self, run_id: str, title: str) -> None:
        """Give a run a title; an empty one takes the user's title away."""
        self._relabel(run_id, lambda label: replace(label, title=tidy_title(title) or None))

    def pin(self, run_id: str, *, pinned: bool) -> None:
        """Say whether a run is kept whatever happens."""
        self._relabel(run_id, lambda label: replace(label, pinned=pinned))

    def delete(self, run_id: str) -> None:
        """Take a run down. It can be brought back for a day, if its space is not needed sooner."""
        run = self._find(run_id)
        if self._busy(run):
            raise StyleTransferError("This is being painted or waits for its turn; stop it first, then delete it.")
        self._take_down(run)

    def bring_back(self, run_id: str) -> None:
        """Undo a deletion. What was taken down to make room does not go again for a day."""
        folder = self._trash.give_back(run_id)
        label = read_label(folder)
        with suppress(StyleTransferError, OSError):
            write_label(folder, replace(label, deleted=None, made_room=False))
            if label.made_room:
                os.utime(folder / "state.json")

    def deleted(self, run_id: str) -> str | None:
        """Title of a run that was deleted and can be brought back, or None."""
        run = self._trash.find(run_id)
        return None if run is None else _title(run, read_label(run.folder))

    def remove(self, run_ids: Iterable[str]) -> None:
        """Remove for good these of what was deleted."""
        for run_id in run_ids:
            run = self._trash.find(run_id)
            if run is not None:
                self._trash.remove(run.folder)

    # --- keeping within bounds --------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Remove for good what was deleted a day ago and what a dead process has left half-written.

        While there is too much, what the user has deleted goes as well, then old sheets and what old paintings need to
        go on, and at last the oldest paintings: these can be brought back for a day.

        Never raises; what cannot be removed now is tried again the next time.
        """
        with self._clearing:
            try:
                self._clear()
            except (OSError, StyleTransferError):
                logger.exception("the runs in %s could not be cleared", self._home)

    def _clear(self) -> None:
        for run_id in names(self._home):
            run = Run(self._home / run_id)
            if not self._busy(run):
                run.clear_temporaries(age=LEFTOVER_SECONDS)
        hanging = self._weights()
        size = hanging.size + sum(item.size for item in self._trash.items())
        self._trash.clear(size, self.limit, self._now())
        going = self._going(hanging)
        for item in going.sheets:
            self._trash.remove(self._home / SHEETS / item.run_id)
        for item in going.checkpoints:
            with alone(self._home):  # nobody goes on with it in this moment
                if not self._kept(item.run_id):
                    Run(self._home / item.run_id).checkpoint.unlink(missing_ok=True)
        for item in going.runs:
            if not self._kept(item.run_id):  # pinned or continued a moment ago
                logger.info("run %s is taken down: together they take more space than they may", item.run_id)
                self._take_down(Run(self._home / item.run_id), made_room=True)

    # ----------------------------------------------------------------------------------------------------------------

    def _now(self) -> float:
        """Seconds since 1970 (UTC) by a clock that nobody sets forward while the studio is open."""
        return self._epoch + time.monotonic()

    def _take_down(self, run: Run, *, made_room: bool = False) -> None:
        with suppress(StyleTransferError):  # a folder that nothing can be written in may still be moved
            write_label(run.folder, replace(read_label(run.folder), deleted=time.time(), made_room=made_room))
        self._trash.put(run.folder)

    def _weights(self) -> _Weights:
        """All that hangs: the sheets, and apart from the runs what those that are not finished need to go on."""
        runs, checkpoints = [], []
        for item in weighed(self._home, self._sizes):
            size = 0
            with suppress(OSError):
                status = Run(self._home / item.run_id).checkpoint.stat()
                size = status.st_size
                checkpoints.append(replace(item, size=size, written=status.st_mtime))
            runs.append(replace(item, size=max(0, item.size - size)))
        return _Weights(sheets=self._sheets(), checkpoints=checkpoints, runs=runs)

    def _going(self, hanging: _Weights, *, share: float = 1.0) -> _Weights:
        """What goes by itself, so that the rest takes at most this share of what all may.

        No painting goes to make room for a checkpoint: those that are kept, as they are fresh, will go soon.
        """
        limit, now = self.limit, self._now()
        if limit is None:
            return _Weights(sheets=[], checkpoints=[], runs=[])
        allowed = int(share * limit)
        sheets = too_many(hanging.sheets, allowed - _size(hanging.checkpoints, hanging.runs), kept=_no, now=now)
        left = _size(hanging.sheets) - _size(sheets)
        room = allowed - left - _size(hanging.runs)
        checkpoints = too_many(hanging.checkpoints, room, kept=self._kept, now=now)
        runs = too_many(hanging.runs, allowed - left, kept=self._kept, now=now)
        return _Weights(sheets=sheets, checkpoints=checkpoints, runs=runs)

    def _sheets(self) -> list[Item]:
        """The sheets of variations; `written` is when the last cell was painted."""
        items = []
        for item in weighed(self._home / SHEETS, self._sizes):
            with suppress(OSError):
                painted = Run(self._home / SHEETS / item.run_id).frames.stat().st_mtime
                items.append(replace(item, written=max(item.written, painted)))
        return items

    def _kept(self, run_id: str) -> bool:
        """Whether a run must not go by itself."""
        run = Run(self._home / run_id)
        if read_label(run.folder).pinned or self._busy(run):
            return True
        try:
            run.read()
        except StyleTransferError:
            return True  # perhaps another version's; the user decides
        return False

    def _busy(self, run: Run) -> bool:
        """Whether a server is at work on the run or has it waiting, or a worker still writes in it."""
        if run.run_id in self._active() or self._alive(run.run_id):
            return True
        try:
            values = json.loads((run.folder / "state.json").read_text("utf-8"))
            state, server = values["state"], values["server"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return False
        over = any(state == each for each in State if each.over)
        return not over and isinstance(server, str) and self._alive(server)

    def _relabel(self, run_id: str, change: Callable[[Label], Label]) -> None:
        run = self._find(run_id)
        write_label(run.folder, change(read_label(run.folder)))

    def _find(self, run_id: str) -> Run:
        run = self.run(run_id)
        if run is None:
            raise StyleTransferError(GONE)
        return run


def called(gallery: Gallery, snapshot: Snapshot) -> str:
    """What a run is called: the title that the user has given it, or what is painted after what."""
    return gallery.title(snapshot.run_id) or pair(snapshot.photo_name, snapshot.painting_names)


def _title(run: Run, label: Label) -> str:
    """The user's title, or what was painted after what."""
    if label.title:
        return label.title
    try:
        record = run.read()
    except StyleTransferError:
        return pair("", ())
    if record.album:
        return album_title(len(record.album), record.painting_names)
    return pair(record.photo_name, record.painting_names)


def _size(*items: list[Item]) -> int:
    return sum(item.size for each in items for item in each)


def _no(_: str) -> bool:
    return False
