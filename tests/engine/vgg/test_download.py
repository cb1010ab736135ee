"""The download against a real server on localhost that behaves badly in every way a line or a mirror can."""

import errno
import hashlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from styletransfer.engine.vgg import download
from styletransfer.engine.vgg.download import Release, download_vgg19, fetch, vgg19_release
from styletransfer.errors import StyleTransferError
from styletransfer.support import paths

CONTENT = bytes(range(256)) * 8192  # 2 MiB: several chunks


@dataclass
class Server:
    """What the server shall do, and what it was asked."""

    content: bytes = CONTENT
    base: str = ""
    knows_ranges: bool = True
    says_length: bool = True
    kind: str | None = None
    announced: int | None = None
    statuses: list[int] = field(default_factory=list)  # of the next answers, before all goes well
    breaks: list[int] = field(default_factory=list)  # bytes after which the next answers end
    ranges: list[str | None] = field(default_factory=list)

    def release(self) -> Release:
        return Release(f"{self.base}/file.bin", len(CONTENT), hashlib.sha256(CONTENT).hexdigest()[:8])

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        asked = request.headers.get("Range")
        self.ranges.append(asked)
        if self.statuses:
            request.send_error(self.statuses.pop(0))
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.knows_ranges else 0
        body = self.content[start:]
        request.send_response(206 if start else 200)
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        if self.kind:
            request.send_header("Content-Type", self.kind)
        if self.says_length:
            request.send_header("Content-Length", str(len(body) if self.announced is None else self.announced))
        request.end_headers()
        request.wfile.write(body[: self.breaks.pop(0)] if self.breaks else body)


@pytest.fixture
def server() -> Iterator[Server]:
    behaviour = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                behaviour.answer(self)
            except ConnectionError:  # the other side has heard enough
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        behaviour.base = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        yield behaviour
        http.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "_PAUSES", (0.0, 0.0, 0.0))


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "file.bin.part"


def test_a_file_comes_whole_and_says_how_far_it_is(server: Server, part: Path) -> None:
    told: list[tuple[int, int]] = []
    fetch(server.release(), part, progress=lambda done, size: told.append((done, size)))
    assert part.read_bytes() == CONTENT
    assert told == sorted(told)
    assert len(told) > 4
    assert told[-1] == (len(CONTENT), len(CONTENT))


def test_it_goes_on_where_the_line_broke(server: Server, part: Path) -> None:
    server.breaks = [700_000, 500_000]
    fetch(server.release(), part)
    assert part.read_bytes() == CONTENT
    first, *others = server.ranges
    assert first is None
    starts = [int(asked.removeprefix("bytes=").rstrip("-")) for asked in others if asked]
    assert len(starts) == 2
    assert 500_000 < starts[0] < starts[1]


def test_many_breaks_are_no_reason_to_give_up_while_something_comes(server: Server, part: Path) -> None:
    server.breaks = [300_000] * 6
    fetch(server.release(), part)
    assert part.read_bytes() == CONTENT


def test_a_server_without_ranges_starts_over(server: Server, part: Path) -> None:
    server.knows_ranges = False
    server.breaks = [700_000]
    fetch(server.release(), part)
    assert part.read_bytes() == CONTENT


def test_a_server_without_a_length_is_good_enough(server: Server, part: Path) -> None:
    server.says_length = False
    server.breaks = [700_000]
    fetch(server.release(), part)
    assert part.read_bytes() == CONTENT


def test_a_busy_server_is_asked_again(server: Server, part: Path) -> None:
    server.statuses = [503, 429]
    fetch(server.release(), part)
    assert part.read_bytes() == CONTENT


def test_a_line_that_keeps_breaking_leaves_what_has_come(server: Server, part: Path) -> None:
    server.breaks = [700_000, *[0] * 10]
    with pytest.raises(StyleTransferError, match="check the network and try again"):
        fetch(server.release(), part)
    assert 0 < part.stat().st_size < len(CONTENT)
    assert len(server.ranges) == 5
    server.breaks = []
    fetch(server.release(), part)
    assert part.read_bytes() == CONTENT


def test_no_network(part: Path) -> None:
    with pytest.raises(StyleTransferError, match=r"127\.0\.0\.1:9 cannot be reached"):
        fetch(Release("http://127.0.0.1:9/file.bin", 10, "00"), part)
    assert not part.exists()


def test_a_silent_server(server: Server, part: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "_TIMEOUT", 0.1)
    release = threading.Event()
    monkeypatch.setattr(server, "answer", lambda _: release.wait(5))
    try:
        with pytest.raises(StyleTransferError, match="does not answer"):
            fetch(server.release(), part)
    finally:
        release.set()


@pytest.mark.parametrize("url", ["nonsense", "ftp://example.org/file", "http://"])
def test_a_mirror_that_is_no_address(url: str, part: Path) -> None:
    with pytest.raises(StyleTransferError, match="check STYLETRANSFER_MIRROR"):
        fetch(Release(url, 10, "00"), part)


@pytest.mark.parametrize("status", [403, 404])
def test_a_missing_file_is_asked_for_once(server: Server, part: Path, status: int) -> None:
    server.statuses = [status] * 5
    with pytest.raises(StyleTransferError, match=f"HTTP status {status}"):
        fetch(server.release(), part)
    assert len(server.ranges) == 1
    assert not part.exists()


def test_a_wrong_file_of_the_right_length_is_thrown_away(server: Server, part: Path) -> None:
    server.content = CONTENT[::-1]
    with pytest.raises(StyleTransferError, match="its checksum differs"):
        fetch(server.release(), part)
    assert not part.exists()


@pytest.mark.parametrize("says_length", [True, False])
def test_a_longer_file_is_not_kept(server: Server, part: Path, says_length: bool) -> None:
    server.content = CONTENT * 2
    server.says_length = says_length
    with pytest.raises(StyleTransferError, match="not the expected file"):
        fetch(server.release(), part)
    assert not part.exists()


@pytest.mark.parametrize("says_length", [True, False])
@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", None])
def test_a_login_page_does_not_cost_what_has_come_before(
    server: Server, part: Path, says_length: bool, kind: str | None
) -> None:
    part.write_bytes(CONTENT[:1_000_000])
    server.content, server.knows_ranges = b"<html>Please log in</html>", False
    server.says_length, server.kind = says_length, kind
    with pytest.raises(StyleTransferError, match="not the expected file" if says_length or kind else "try again"):
        fetch(server.release(), part)
    assert part.read_bytes() == CONTENT[:1_000_000]
    assert list(part.parent.iterdir()) == [part]
    server.content, server.says_length, server.kind = CONTENT, False, None
    fetch(server.release(), part)
    assert part.read_bytes() == CONTENT
    assert list(part.parent.iterdir()) == [part]


def test_a_login_page_is_no_beginning(server: Server, part: Path) -> None:
    server.content, server.says_length, server.kind = b"<html>Please log in</html>", False, "text/html"
    with pytest.raises(StyleTransferError, match="web page"):
        fetch(server.release(), part)
    assert not part.exists()


@pytest.mark.parametrize("how", ["cancelled", "Ctrl-C", "the disk is full"])
def test_what_is_sent_anew_takes_the_place_of_the_old_only_when_there_is_more(
    server: Server, part: Path, how: str
) -> None:
    """From a server that knows no ranges, and stopped at some point."""
    server.knows_ranges = False
    error = {"Ctrl-C": KeyboardInterrupt(), "the disk is full": OSError(errno.ENOSPC, "No space left on device")}

    def stopped(after: int) -> None:
        def progress(done: int, _: int) -> None:
            if done >= after and how in error:
                raise error[how]
            reached.append(done)

        reached: list[int] = []
        with pytest.raises((StyleTransferError, KeyboardInterrupt)):
            fetch(server.release(), part, progress, lambda: bool(reached) and reached[-1] >= after)

    part.write_bytes(CONTENT[:1_000_000])
    stopped(500_000)
    assert part.read_bytes() == CONTENT[:1_000_000]
    stopped(1_500_000)
    assert part.stat().st_size > 1_000_000 or how == "the disk is full"
    assert CONTENT.startswith(part.read_bytes())
    assert list(part.parent.iterdir()) == [part]


def test_an_answer_that_is_too_long_does_not_cost_what_has_come_before(server: Server, part: Path) -> None:
    part.write_bytes(CONTENT[:1_000_000])
    server.content, server.says_length = CONTENT * 2, False
    with pytest.raises(StyleTransferError, match="it is longer"):
        fetch(server.release(), part)
    assert part.read_bytes() == CONTENT[:1_000_000]


def test_a_server_that_promises_more_than_it_sends(server: Server, part: Path) -> None:
    server.content, server.announced = CONTENT[:1_000_000], len(CONTENT)
    server.knows_ranges = False
    with pytest.raises(StyleTransferError, match="the connection broke"):
        fetch(server.release(), part)
    assert 900_000 < part.stat().st_size <= 1_000_000
    assert CONTENT.startswith(part.read_bytes())


def test_a_server_that_announces_less_than_it_has(server: Server, part: Path) -> None:
    server.announced = 1_000_000
    with pytest.raises(StyleTransferError, match="its length differs"):
        fetch(server.release(), part)
    assert not part.exists()


def test_a_beginning_that_is_not_of_this_file_is_thrown_away(server: Server, part: Path) -> None:
    part.write_bytes(b"x" * 1_000_000)
    with pytest.raises(StyleTransferError, match="its checksum differs"):
        fetch(server.release(), part)
    assert not part.exists()
    fetch(server.release(), part)
    assert part.read_bytes() == CONTENT


def test_stopping_keeps_what_has_come(server: Server, part: Path) -> None:
    with pytest.raises(StyleTransferError, match="stopped"):
        fetch(server.release(), part, cancelled=lambda: True)
    assert 0 < part.stat().st_size < len(CONTENT)


def test_stopping_between_two_tries(server: Server, part: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "_PAUSES", (60.0,))
    server.statuses = [503] * 9
    with pytest.raises(StyleTransferError, match="stopped"):
        fetch(server.release(), part, cancelled=lambda: True)


def test_a_disk_that_fills_up_is_freed_again(server: Server, part: Path) -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))  # the system lets no file grow beyond
    try:
        with pytest.raises(StyleTransferError, match="cannot be written to"):
            fetch(server.release(), part)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not part.exists()


def test_a_full_disk_is_told_by_its_name(server: Server, part: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_on_a_full_disk(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", open_on_a_full_disk)
    with pytest.raises(StyleTransferError, match="No space left on device"):
        fetch(server.release(), part)


def test_what_cannot_fit_is_not_begun(server: Server, part: Path) -> None:
    huge = Release(server.release().url, 10**18, "00")
    with pytest.raises(StyleTransferError, match="make room"):
        fetch(huge, part)
    assert server.ranges == []


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture
def small_release(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setattr(download, "vgg19_release", server.release)
    return server


def test_the_release_is_torchvisions_and_can_come_from_a_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    models = pytest.importorskip("torchvision.models")
    monkeypatch.delenv(download.MIRROR_VARIABLE, raising=False)
    official = models.VGG19_Weights.IMAGENET1K_V1
    assert vgg19_release().url == official.url
    assert vgg19_release().size / 2**20 == pytest.approx(official.meta["_file_size"], abs=1e-3)
    monkeypatch.setenv(download.MIRROR_VARIABLE, "http://localhost:1234/models/")
    assert vgg19_release().url == "http://localhost:1234/models/vgg19-dcbb9e9d.pth"


@pytest.mark.usefixtures("small_release")
def test_what_is_fetched_is_converted_and_the_big_file_goes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def convert(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:10])

    monkeypatch.setattr(download, "_convert", convert)
    assert not paths.vgg19_available()
    path = download_vgg19()
    assert path == home / "weights" / "vgg19.safetensors" == paths.vgg19_path()
    assert paths.vgg19_available()
    assert {file.name for file in path.parent.iterdir()} - {"vgg19.lock"} == {path.name}


@pytest.mark.usefixtures("home")
def test_a_conversion_that_fails_or_is_stopped_is_tried_again_without_fetching(
    small_release: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StyleTransferError, match=r"vgg19-dcbb9e9d.* is not a weights file"):
        download_vgg19()

    def interrupted(_: Path, __: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(download, "_convert", interrupted)
    with pytest.raises(KeyboardInterrupt):
        download_vgg19()
    monkeypatch.setattr(download, "_convert", lambda source, target: target.write_bytes(source.read_bytes()))
    assert download_vgg19().read_bytes() == CONTENT
    assert small_release.ranges == [None]


@pytest.mark.usefixtures("home")
def test_two_downloads_do_not_write_into_each_other(small_release: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "_convert", lambda _, target: target.touch())
    errors: list[str] = []

    def begin_another(*_: int) -> None:
        try:
            download_vgg19()
        except StyleTransferError as error:
            errors.append(str(error))

    download_vgg19(progress=begin_another)
    assert errors
    assert all("already being downloaded" in error for error in errors)
    assert small_release.ranges == [None]


def test_a_home_that_cannot_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "file"))
    with pytest.raises(StyleTransferError, match="cannot be written to"):
        download_vgg19()


def test_the_download_leaves_torch_alone() -> None:
    code = "import sys, styletransfer.engine.vgg.download; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
