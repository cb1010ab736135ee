"""Fetch the VGG-19 weights: in steps that survive a broken line, checked, and boiled down to what painting needs.

Knows nothing of torch: the conversion at the end runs in a process of its own, so that a page can fetch the weights
without being slowed down by torch ever after.
"""

import hashlib
import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import filelock
import requests

from styletransfer.errors import StyleTransferError
from styletransfer.support.paths import HOME_VARIABLE, vgg19_path
from styletransfer.texts import Text

MIRROR_VARIABLE = "STYLETRANSFER_MIRROR"
"""Environment variable: a folder's address, such as https://example.org/models, that has the same file."""

Progress = Callable[[int, int], None]
"""Called with the bytes that are here and the bytes in the whole file."""
Cancelled = Callable[[], bool]

_OFFICIAL = "https://download.pytorch.org/models"
_PAUSES = (1.0, 2.0, 4.0)
"""Seconds before each further try; who gets nothing new in all of them is told."""
_TIMEOUT = 30.0
"""Seconds that a server may be silent."""
_CHUNK = 2**16
"""Bytes that are fetched at a time: what comes after the last whole chunk is lost when the line breaks."""
_SPARE_ROOM = 2**26
"""Bytes that must stay free beside the file: for its conversion, and so that the machine does not suffer."""
_CONVERSION = "import sys; from styletransfer.engine.vgg.weights import convert; convert(*sys.argv[1:])"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Release:
    """A published file.

    Attributes:
        url: Where it is.
        size: Its bytes.
        sha256_prefix: How its SHA-256 begins, in hexadecimal.
    """

    url: str
    size: int
    sha256_prefix: str


class _WrongFileError(StyleTransferError):
    """A server that sends something else than the released file."""

    def __init__(self, release: Release, difference: str) -> None:
        super().__init__(
            Text(
                "What {server} sends is not the expected file ({difference}); try again, or set {variable} to another "
                "server.",
                server=urlsplit(release.url).netloc,
                difference=difference,
                variable=MIRROR_VARIABLE,
            )
        )


def vgg19_release() -> Release:
    """Torchvision's VGG-19 (`IMAGENET1K_V1`), at the mirror if one is set."""
    base = os.environ.get(MIRROR_VARIABLE) or _OFFICIAL
    return Release(f"{base.rstrip('/')}/vgg19-dcbb9e9d.pth", 574_673_361, "dcbb9e9d")


def download_vgg19(progress: Progress | None = None, cancelled: Cancelled | None = None) -> Path:
    """Fetch VGG-19's weights and keep its convolutions, so that `network="auto"` finds them.

    When the line breaks, the download is cancelled or the conversion fails, what has come stays as `*.part` beside the
    result's place, and the next call goes on from there. In the end nothing but the result is left.

    Args:
        progress: Told how far it is, some times for every megabyte.
        cancelled: Asked as often whether to stop.

    Returns:
        Where the weights now are (about 40 MB).

    Raises:
        StyleTransferError: No network, a wrong or damaged file, no room on the disk, a download that is already
            running, or cancelled.
    """
    release, target = vgg19_release(), vgg19_path()
    part = target.with_name("vgg19-dcbb9e9d.pth.part")
    with _alone(target):
        fetch(release, part, progress, cancelled)
        _convert(part, target)
        part.unlink()  # only now: what has been fetched and checked is not to be fetched again
    return target


def fetch(release: Release, part: Path, progress: Progress | None = None, cancelled: Cancelled | None = None) -> None:
    """Complete the file `part`, of which a beginning may be there, until it is the released one.

    Tries again after a break as long as every few tries bring something new. The file stays after a break or when
    cancelled. It goes when it is not the released one, and becomes as it was when the disk is full.

    Raises:
        StyleTransferError: The file cannot be fetched or kept, is another one, or `cancelled` said so.
    """
    most, failures = _size(part), 0
    begun = most
    while True:
        try:
            _transfer(release, part, progress, cancelled)
            break
        except requests.RequestException as error:
            _logger.info("The download of %s broke: %s", release.url, error)
            size = _size(part)
            most, failures = max(most, size), 0 if size > most else failures + 1
            if failures > len(_PAUSES) or not _passing(error):
                raise StyleTransferError(_explain(release, error)) from error
            _pause(_PAUSES[max(failures, 1) - 1], cancelled)
        except OSError as error:
            _cut(part, begun)
            raise _cannot_write(part.parent, error) from error
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if not digest.startswith(release.sha256_prefix):
        part.unlink()
        raise _WrongFileError(release, Text("its checksum differs"))


def _transfer(release: Release, part: Path, progress: Progress | None, cancelled: Cancelled | None) -> None:
    """Fetch what is missing of `part` in one go. Raises `requests.RequestException` when the connection fails."""
    done = _size(part)
    if done >= release.size:
        return  # whole, as far as its length tells; the checksum decides
    _check_room(part, release.size - done)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={done}-"} if done else {})
    with requests.get(release.url, headers=headers, stream=True, timeout=_TIMEOUT) as response:
        response.raise_for_status()
        if response.headers.get("Content-Type", "").startswith("text/html"):
            raise _WrongFileError(release, Text("it is a web page, such as a network's login"))
        again = done > 0 and response.status_code != requests.codes.partial_content
        done = 0 if again else done  # a server that knows no ranges sends all of it again
        announced = response.headers.get("Content-Length")
        if announced is not None and announced != str(release.size - done):
            raise _WrongFileError(
                release, Text("its length differs")
            )  # what has come before stays: this may be a login page
        if not again:
            _receive(response, part, done, release, progress, cancelled)
            return
        _check_room(part, release.size)
        anew = part.with_suffix(".anew.part")
        try:
            _receive(response, anew, 0, release, progress, cancelled)
        finally:  # whatever ended it: what has come before gives way only to something longer
            if _size(anew) > _size(part):
                anew.replace(part)
            anew.unlink(missing_ok=True)


def _receive(
    response: requests.Response,
    part: Path,
    done: int,
    release: Release,
    progress: Progress | None,
    cancelled: Cancelled | None,
) -> None:
    """Write an answer into `part`, after its first `done` bytes."""
    begun = done
    with part.open("r+b" if done else "wb") as file:
        file.seek(done)
        for chunk in response.iter_content(_CHUNK):
            done += len(chunk)
            if done > release.size:
                break
            file.write(chunk)
            if progress:
                progress(done, release.size)
            _check_cancelled(cancelled)
    if done > release.size:
        _cut(part, begun)
        raise _WrongFileError(release, Text("it is longer"))
    if done < release.size:
        raise requests.ConnectionError("the server ended the answer too early")


def _convert(source: Path, target: Path) -> None:
    command = [sys.executable, "-c", _CONVERSION, str(source.absolute()), str(target.absolute())]
    home = Path(__file__).parents[3]  # a clone need not be installed for the new process to find the package
    result = subprocess.run(command, cwd=home, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603
    if result.returncode:
        reason = (result.stderr.strip().splitlines() or [Text("exit code {code}", code=result.returncode)])[-1]
        kind, _, sentence = reason.partition(": ")
        if kind.endswith(StyleTransferError.__name__):
            raise StyleTransferError(sentence)
        raise StyleTransferError("The weights of VGG-19 could not be converted ({reason}); try again.", reason=reason)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _cut(path: Path, size: int) -> None:
    """Leave the first `size` bytes of a file, and no file where that is nothing."""
    with suppress(OSError):
        if size:
            os.truncate(path, size)
        else:
            path.unlink()


def _check_room(part: Path, missing: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if free < missing + _SPARE_ROOM:
        raise StyleTransferError(
            "The download needs {needed} MB in {folder}, where {free} MB are free; make room and try again.",
            needed=(missing + _SPARE_ROOM) // 10**6,
            folder=part.parent,
            free=free // 10**6,
        )


def _check_cancelled(cancelled: Cancelled | None) -> None:
    if cancelled and cancelled():
        raise StyleTransferError("The download was stopped; the next one goes on from where it is.")


def _pause(seconds: float, cancelled: Cancelled | None) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        _check_cancelled(cancelled)
        time.sleep(0.1)


def _passing(error: requests.RequestException) -> bool:
    """Whether the same request may succeed a moment later."""
    if error.response is not None:
        return error.response.status_code in (408, 425, 429) or error.response.status_code >= 500
    return isinstance(error, (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError))


def _explain(release: Release, error: requests.RequestException) -> Text:
    server = urlsplit(release.url).netloc or release.url
    remedy = Text("or set {variable} to a server that has the file", variable=MIRROR_VARIABLE)
    if error.response is not None:
        return Text(
            "{server} does not give {address} (HTTP status {status}); try later, {remedy}.",
            server=server,
            address=release.url,
            status=error.response.status_code,
            remedy=remedy,
        )
    if isinstance(error, requests.exceptions.SSLError):
        return Text(
            "The connection to {server} is not secure (its certificate cannot be checked); check the network.",
            server=server,
        )
    if isinstance(error, requests.Timeout):
        return Text("{server} does not answer; try later, {remedy}.", server=server, remedy=remedy)
    if isinstance(error, (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        return Text(
            "{server} cannot be reached, or the connection broke; check the network and try again, {remedy}.",
            server=server,
            remedy=remedy,
        )
    return Text(
        "{address} is no address that can be fetched; check {variable}.", address=release.url, variable=MIRROR_VARIABLE
    )


def _cannot_write(folder: Path, error: OSError) -> StyleTransferError:
    reason = error.strerror or type(error).__name__
    return StyleTransferError(
        "{folder} cannot be written to ({reason}); make room or set {variable} elsewhere.",
        folder=folder,
        reason=reason,
        variable=HOME_VARIABLE,
    )


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Lets one download run at a time, in whichever process; two would write into each other's file."""
    lock = filelock.FileLock(target.with_suffix(".lock"))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=False)
    except filelock.Timeout as error:
        raise StyleTransferError("VGG-19 is already being downloaded; wait until that is done.") from error
    except OSError as error:
        raise _cannot_write(target.parent, error) from error
    try:
        yield
    finally:
        lock.release()
