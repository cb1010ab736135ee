"""What was deleted lies in a folder of its own, .deleted, and can be brought back until it is removed for good."""

import secrets
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from styletransfer.errors import StyleTransferError
from styletransfer.studio.storage.disk_usage import FolderSizes, Item
from styletransfer.studio.storage.run_files import cannot_save
from styletransfer.studio.storage.run_folder import RUN_ID, Run
from styletransfer.studio.storage.run_label import read_label
from styletransfer.texts import Text

KEPT_SECONDS = 24 * 3600.0
"""How long what was deleted can be brought back."""
UNDO_SECONDS = 600.0
"""How long at least, even if its space is needed."""
GONE = Text("This painting is no longer here; it was removed meanwhile, perhaps in another window.")


class Trash:
    """The deleted runs of one data folder.

    Args:
        home: Folder of the runs.
        sizes: Weighs them.
    """

    def __init__(self, home: Path, sizes: FolderSizes) -> None:
        self._home = home
        self._folder = home / ".deleted"
        self._sizes = sizes

    def put(self, folder: Path) -> None:
        """Take a run's folder here. Raises StyleTransferError."""
        self._move(folder, self._folder / folder.name)

    def give_back(self, run_id: str) -> Path:
        """Put a run's folder back where it was, and give where that is. Raises StyleTransferError."""
        run = self.find(run_id)
        if run is None:
            raise StyleTransferError("This painting cannot be brought back any more; it was removed for good.")
        self._move(run.folder, self._home / run_id)
        return self._home / run_id

    def find(self, run_id: str) -> Run | None:
        """The deleted run of that id, which may come from anywhere, or None."""
        return Run.find(self._folder, run_id)

    def items(self) -> list[Item]:
        """All that lies here, what was deleted last first; `written` is when it was deleted."""
        items = []
        for item in weighed(self._folder, self._sizes):
            folder = self._folder / item.run_id
            when = read_label(folder).deleted
            with suppress(OSError):
                when = folder.stat().st_ctime if when is None else when
            items.append(replace(item, written=when or 0.0))
        return sorted(items, key=lambda item: item.written, reverse=True)

    def made_room(self, run_id: str) -> bool:
        """Whether what lies here was taken down by itself."""
        return read_label(self._folder / run_id).made_room

    def clear(self, size: int, limit: int | None, now: float) -> None:
        """Remove what has lain here for long, and, the oldest first, what the user has deleted and is in the way.

        Args:
            size: Bytes that all runs take, those that lie here among them.
            limit: Bytes that they may take, or None.
            now: Seconds since 1970 (UTC).

        Raises:
            StyleTransferError: Something cannot be removed.
        """
        for leftover in self._folder.glob(".*"):
            shutil.rmtree(leftover, ignore_errors=True)
        for item in reversed(self.items()):
            age = now - item.written
            in_the_way = limit is not None and size > limit and age > UNDO_SECONDS
            if age > KEPT_SECONDS or (in_the_way and not self.made_room(item.run_id)):
                self.remove(self._folder / item.run_id)
                size -= item.size

    def remove(self, folder: Path) -> None:
        """Remove a run's folder for good, from here or not. It vanishes in one step: half of one is never seen.

        Raises:
            StyleTransferError: It cannot be removed.
        """
        leaving = self._folder / f".{folder.name}-{secrets.token_hex(4)}"
        self._move(folder, leaving)
        shutil.rmtree(leaving, ignore_errors=True)  # what is left of it, the next `clear` removes

    def _move(self, source: Path, target: Path) -> None:
        try:
            self._folder.mkdir(exist_ok=True)
            if target.exists():
                raise FileExistsError(17, "there is one of that name already")
            source.rename(target)
        except FileNotFoundError as error:
            raise StyleTransferError(GONE) from error
        except OSError as error:
            raise cannot_save(self._home, error) from error
        self._sizes.forget(source)


def weighed(folder: Path, sizes: FolderSizes) -> list[Item]:
    """All runs in a folder."""
    runs = [Run(folder / run_id) for run_id in names(folder)]
    return [Item(run_id=run.run_id, size=sizes.weigh(run.folder), written=run.written / 1e9) for run in runs]


def names(folder: Path) -> Sequence[str]:
    """Ids of the runs in a folder, in no order; none if it cannot be read."""
    try:
        return [path.name for path in folder.iterdir() if RUN_ID.fullmatch(path.name)]
    except OSError:
        return []
