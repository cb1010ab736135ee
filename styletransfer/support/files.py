"""Files that are either whole or not there: checked before the work, written beside their place, moved when done."""

import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from styletransfer.errors import StyleTransferError

PATIENCE = 1.0
"""Seconds that a file which another program has open is waited for."""


def check_writable(path: str | Path, *, stream: bool = False) -> None:
    """Makes sure that a file can be written at `path`, without touching what may stand there.

    Args:
        path: The file.
        stream: Whether a stream, such as a pipe or /dev/stdout, will do as well.

    Raises:
        StyleTransferError: The folder is missing, is a file or cannot be written to, or `path` is a folder, a device or
            a write-protected file.
    """
    path = Path(path)
    try:
        _check_place(path)
        if stream and is_stream(path):
            return
        if path.exists() and (is_stream(path) or not path.is_file()):
            raise StyleTransferError("{path} is a device or a pipe, not a file; choose another name.", path=path)
        # Only a real attempt tells: permissions, read-only disks and foreign file systems all have their own rules.
        trial = _beside(path)
        trial.touch(exist_ok=False)
        trial.unlink()
    except OSError as error:
        raise _cannot_write(path, error) from error


def is_stream(path: str | Path) -> bool:
    """Whether `path` is something that is written to and not replaced: a pipe, a terminal, /dev/null, /dev/stdout."""
    if _descriptor(path) is not None:
        return True  # whatever it leads to, a file perhaps: others write there as well
    try:
        mode = Path(path).stat().st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def _descriptor(path: str | Path) -> int | None:
    """The open file of this process that `path` stands for, if it is such a name as /dev/stdout or /dev/fd/3."""
    whole = Path(path).absolute()
    if str(whole.parent) in ("/dev/fd", "/proc/self/fd") and whole.name.isdecimal():
        return int(whole.name)
    return {"/dev/stdout": 1, "/dev/stderr": 2}.get(str(whole))


def _check_place(path: Path) -> None:
    folder = path.parent
    if path.is_dir():
        raise StyleTransferError("{path} is a folder; give the name of a file in it.", path=path)
    if not folder.exists():
        raise StyleTransferError("There is no folder {folder}; create it or write somewhere else.", folder=folder)
    if not folder.is_dir():
        raise StyleTransferError("{folder} is a file, not a folder; write somewhere else.", folder=folder)
    if path.exists() and not os.access(path, os.W_OK):
        raise StyleTransferError("{path} is write-protected; choose another name.", path=path)


@contextmanager
def replacing(path: str | Path, *, settled: bool = False) -> Iterator[Path]:
    """Gives a temporary path in the same folder and with the same ending; moves it to `path` if the block succeeds.

    If the block fails, the temporary file is removed, and what stood at `path` stays as it was. A link at `path` is
    followed, so that the file behind it is replaced. Only a file is ever replaced, never a device or a pipe.

    Args:
        path: The file.
        settled: Whether to wait until it is on the disk itself, under its name, and survives a power cut.

    Raises:
        StyleTransferError: As `check_writable`; or an `OSError` in the block, such as a full disk.
    """
    check_writable(path)
    target = Path(os.path.realpath(path))
    temporary = _beside(target)
    try:
        yield temporary
        if settled:
            with temporary.open("rb+") as file:
                settle(file)
        move(temporary, target)
        if settled:
            settle_folder(target.parent)
    except OSError as error:
        raise _cannot_write(Path(path), error) from error
    finally:
        temporary.unlink(missing_ok=True)


def move(source: Path, target: Path) -> None:
    """Put a file in another's place, waiting a little where another program has that open, as Windows demands.

    Raises:
        StyleTransferError: It still has it open.
        OSError: As `Path.replace`.
    """
    end = time.monotonic() + PATIENCE
    while True:
        try:
            source.replace(target)
            return
        except PermissionError as error:
            if time.monotonic() >= end:
                raise StyleTransferError(
                    "{path} cannot be replaced, perhaps as another program has it open; close it there and try again.",
                    path=target,
                ) from error
            time.sleep(0.02)


def write_text(path: str | Path, text: str) -> None:
    """Writes ASCII text, whole or not at all; into a stream, where `path` is one.

    Raises:
        StyleTransferError: As `check_writable`, or the disk is full.
    """
    if not is_stream(path):
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="ascii", newline="\n")
        return
    try:
        descriptor = _descriptor(path)
        # Opened by its name, a file behind /dev/stdout would be written from its beginning once more.
        with Path(path).open("wb") if descriptor is None else os.fdopen(os.dup(descriptor), "wb") as stream:
            stream.write(text.encode("ascii"))
    except OSError as error:
        raise _cannot_write(Path(path), error) from error


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file, which nobody will change, a second name; where the system cannot, copy it. It survives a power cut.

    Raises:
        OSError: It is gone, or cannot be written.
    """
    try:
        target.hardlink_to(source)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)
    with target.open("rb+") as file:
        settle(file)


def settle(file: IO[bytes]) -> None:
    """Wait until what was written to an open file is on the disk itself and survives a power cut."""
    file.flush()
    os.fsync(file.fileno())


def settle_folder(folder: Path) -> None:
    """Wait until what was made, moved or removed in a folder survives a power cut, where the system can tell."""
    if os.name == "nt":  # which opens no folders, and keeps the order by itself
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _beside(path: Path) -> Path:
    return path.with_name(f".{secrets.token_hex(8)}.part{path.suffix}")


def _cannot_write(path: Path, error: OSError) -> StyleTransferError:
    reason = error.strerror or type(error).__name__
    return StyleTransferError(
        "{path} cannot be written ({reason}); free some space or write somewhere else.", path=path, reason=reason
    )
