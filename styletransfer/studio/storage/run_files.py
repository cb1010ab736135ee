"""How what stands in a run's folder is written: whole, never through a link; and what is told where it cannot be."""

from contextlib import suppress
from pathlib import Path

from styletransfer.errors import StyleTransferError
from styletransfer.support.files import replacing, settle


def write_whole(path: Path, data: bytes, *, settled: bool = False) -> None:
    """Write a file of ours so that it is never seen half-written. A link in its place is replaced, not followed.

    Args:
        path: The file.
        data: What it is to hold.
        settled: Whether to wait until it survives a power cut.

    Raises:
        StyleTransferError: It cannot be written; what stood there is as it was.
    """
    unlink_link(path)
    with replacing(path, settled=settled) as temporary:
        temporary.write_bytes(data)


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, and wait until it is on the disk itself. Raises OSError."""
    with path.open("wb") as file:
        file.write(data)
        settle(file)


def unlink_link(path: Path) -> None:
    """Remove a symbolic link, which we never make: what is written in a run's folder stays in it."""
    with suppress(OSError):  # then the write itself fails, or `path` is no link
        if path.is_symlink():
            path.unlink()


def cannot_save(folder: Path, error: OSError) -> StyleTransferError:
    """What to tell the user when nothing can be written in `folder`."""
    reason = error.strerror or type(error).__name__
    return StyleTransferError(
        "Nothing can be saved in {folder} ({reason}); free some space or allow writing there.",
        folder=folder,
        reason=reason,
    )
