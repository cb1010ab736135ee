"""A file that is written is whole or not there."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from styletransfer.errors import StyleTransferError
from styletransfer.support import files
from styletransfer.support.files import check_writable, is_stream, replacing, write_text


def test_replaces_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".txt"
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failure_changes_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    words = r"a\.txt cannot be written \(No space left on device\)"
    with pytest.raises(StyleTransferError, match=words), replacing(tmp_path / "a.txt"):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_another_program_has_open_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows lets nobody replace such a file."""
    path, replace, refusals = tmp_path / "a.txt", Path.replace, iter(range(3))

    def busy(source: Path, target: Path) -> Path:
        if next(refusals, None) is not None:
            raise PermissionError(13, "The process cannot access the file")
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", busy)
    with replacing(path) as temporary:
        temporary.write_text("new")
    assert path.read_text() == "new"


def test_a_file_that_stays_open_elsewhere_is_no_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise PermissionError(13, "The process cannot access the file")

    monkeypatch.setattr(Path, "replace", busy)
    monkeypatch.setattr(files, "PATIENCE", 0.05)
    with pytest.raises(StyleTransferError, match="another program has it open"), replacing(tmp_path / "a.txt") as part:
        part.write_text("new")
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target = tmp_path / "folder" / "a.txt"
    target.write_text("old")
    link = tmp_path / "link.txt"
    link.symlink_to(target)
    with replacing(link) as temporary:
        temporary.write_text("new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.touch()
    with replacing(tmp_path / "a") as temporary:
        temporary.touch()
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)


def test_check_leaves_no_trace(tmp_path: Path) -> None:
    check_writable(tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_a_bare_name_is_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with replacing("a.txt") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "a.txt").read_text() == "new"


def test_refuses_what_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path, words in [
        (tmp_path / "missing" / "a.png", "no folder"),
        (tmp_path / "file" / "a.png", "is a file, not a folder"),
        (tmp_path, "is a folder"),
    ]:
        with pytest.raises(StyleTransferError, match=words):
            check_writable(path)
        with pytest.raises(StyleTransferError, match=words), replacing(path):
            pytest.fail("nothing may be written")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_refuses_a_protected_folder_and_file(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.png").touch(mode=0o444)
    with pytest.raises(StyleTransferError, match="write-protected"):
        check_writable(folder / "a.png")
    folder.chmod(0o555)
    with pytest.raises(StyleTransferError, match="cannot be written"):
        check_writable(folder / "b.png")


def test_refuses_where_the_system_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(StyleTransferError, match=r"cannot be written \(Permission denied\)"):
        check_writable(tmp_path / "a.png")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
class TestStreams:
    """They are written into where they will do, and never replaced."""

    @pytest.fixture(params=["fifo", "device", "link to a device"])
    def special(self, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
        path = tmp_path / "special"
        if request.param == "fifo":
            os.mkfifo(path)
        elif request.param == "device":
            try:
                os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 3))  # another /dev/null
            except PermissionError:
                pytest.skip("only root may make a device")
        else:
            path.symlink_to(os.devnull)
        return path

    def test_are_not_replaced(self, special: Path) -> None:
        before = special.stat()
        for refused in (check_writable, lambda path: replacing(path).__enter__()):
            with pytest.raises(StyleTransferError, match="is a device or a pipe"):
                refused(special)
        check_writable(special, stream=True)
        assert is_stream(special)
        assert special.stat() == before
        assert list(special.parent.iterdir()) == [special]

    def test_text_goes_into_them(self, tmp_path: Path) -> None:
        link = tmp_path / "null"
        link.symlink_to(os.devnull)
        write_text(link, "text")
        assert is_stream(os.devnull)
        assert not is_stream(tmp_path / "nothing")
        write_text(tmp_path / "a.txt", "text\n")
        assert (tmp_path / "a.txt").read_bytes() == b"text\n"

    def test_standard_output_that_leads_to_a_file_is_written_on(self, tmp_path: Path) -> None:
        code = (
            "from styletransfer.support.files import check_writable, write_text\n"
            "print('before', flush=True)\n"
            "check_writable('/dev/stdout', stream=True)\n"
            "write_text('/dev/stdout', 'text\\n')\n"
            "print('after')"
        )
        with (tmp_path / "out").open("w") as out:
            subprocess.run([sys.executable, "-c", code], stdout=out, check=True, cwd=Path(__file__).parents[2])
        assert (tmp_path / "out").read_text().split() == ["before", "text", "after"]

    def test_a_socket_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)  # a socket's whole path must be short
        with socket.socket(socket.AF_UNIX) as one:
            one.bind("socket")
            with pytest.raises(StyleTransferError, match="is a device or a pipe"):
                check_writable("socket", stream=True)


def test_a_name_that_no_disk_takes_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StyleTransferError, match="cannot be written"):
        check_writable(tmp_path / ("a" * 300 + ".png"))


def test_a_second_name_is_the_same_file_or_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "a.mp4"
    source.write_bytes(b"a film")
    files.link_or_copy(source, tmp_path / "b.mp4")
    monkeypatch.setattr(Path, "hardlink_to", lambda *_: (_ for _ in ()).throw(OSError("not here")))
    files.link_or_copy(source, tmp_path / "c.mp4")
    source.unlink()
    assert [(tmp_path / f"{name}.mp4").read_bytes() for name in "bc"] == [b"a film"] * 2
    with pytest.raises(FileNotFoundError):
        files.link_or_copy(source, tmp_path / "d.mp4")
