"""The previews of a run on disk: so many at most, evenly spread over all that was painted."""

from contextlib import suppress
from pathlib import Path

from styletransfer.studio.storage.run_files import write_whole
from styletransfer.studio.storage.run_folder import Run

FRAMES_KEPT = 200


class PreviewKeeper:
    """Keeps previews by number; when there are too many, every second one goes and the next come half as often."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._stride = 1
        self._kept: list[Path] = []

    def begin(self, number: int) -> None:
        """Go on with `number`: what is kept from there on gives way."""
        for kept, path in self._run.timeline():
            if kept < number:
                self._kept.append(path)
            else:
                path.unlink(missing_ok=True)
        if len(self._kept) > 1:
            self._stride = max(1, int(self._kept[-1].stem) - int(self._kept[-2].stem))

    def wants(self, number: int, *, always: bool = False) -> bool:
        """Whether the preview of that number is to be kept, `always` if it is not there yet."""
        newest = int(self._kept[-1].stem) if self._kept else -self._stride
        return number != newest and (always or number >= newest + self._stride)

    def keep(self, number: int, jpeg: bytes, *, always: bool = False) -> None:
        """Keep a preview if it is wanted. Raises StyleTransferError if it cannot be written."""
        if not self.wants(number, always=always):
            return
        path = self._run.preview_path(number)
        write_whole(path, jpeg)
        self._kept.append(path)
        if len(self._kept) > FRAMES_KEPT:
            for thinned in self._kept[1::2]:
                with suppress(OSError):  # somebody has it open
                    thinned.unlink()
            self._kept = self._kept[::2]
            self._stride = max(2 * self._stride, 2 * (number // FRAMES_KEPT))
