"""The film command: painted, gone on with after whatever ended it, and refused in a sentence."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from styletransfer.cli import film_arguments
from styletransfer.engine.frame_painter import FramePainter
from styletransfer.video import frame_store, request
from styletransfer.video.frame_store import FrameStore

ROOT = Path(__file__).parents[2]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.mp4"


def run(film: Path, painting: Path, out: Path, *options: str) -> int:
    """Paint small and briefly, unless the options say otherwise."""
    usual = ["--size", "64", "--epochs", "2", "--first-epochs", "3"]
    return film_arguments.main([str(film), str(painting), "-o", str(out), *usual, *options])


def painted(path: Path) -> list[bytes]:
    return [Image.open(frame).tobytes() for frame in sorted(frame_store.folder_of(path).glob("*.png"))]


def count(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _frame in container.decode(video=0))


@pytest.mark.usefixtures("small")
class TestPainting:
    def test_a_film_is_painted_and_nothing_is_left_beside_it(
        self, film: Path, painting: Path, out: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(film, painting, out) == 0
        assert count(out) == 8
        assert not frame_store.folder_of(out).exists()
        assert "Painted" in capsys.readouterr().err

    def test_each_shot_begins_anew(
        self, film: Path, painting: Path, out: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        firsts: list[Image.Image] = []
        real = FramePainter.first
        monkeypatch.setattr(FramePainter, "first", lambda self, photo: (firsts.append(photo), real(self, photo))[1])
        assert run(film, painting, out) == 0
        assert len(firsts) == 2

    def test_a_part_and_every_second_frame(self, film: Path, painting: Path, out: Path) -> None:
        assert run(film, painting, out, "--from", "0.08", "--to", "0:00.28", "--every", "2") == 0
        assert count(out) == 3

    def test_ctrl_c_keeps_what_is_painted_and_the_same_command_goes_on(
        self,
        film: Path,
        painting: Path,
        out: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        whole = out.with_name("whole.mp4")
        monkeypatch.setattr(FrameStore, "remove", lambda _: None)  # so that the frames can be compared
        assert run(film, painting, whole) == 0
        real = FramePainter.later

        def interrupted(self: FramePainter, *given: Any) -> Any:
            os.kill(os.getpid(), signal.SIGINT)
            return real(self, *given)

        monkeypatch.setattr(FramePainter, "later", interrupted)
        assert run(film, painting, out) == 130
        assert not out.exists()
        assert len(list(frame_store.folder_of(out).glob("*.png"))) == 2
        assert "goes on from there" in capsys.readouterr().err
        monkeypatch.setattr(FramePainter, "later", real)
        assert run(film, painting, out) == 0
        assert "2 frames are painted already" in capsys.readouterr().err
        assert count(out) == 8
        assert painted(out) == painted(whole)

    def test_a_full_disk_loses_nothing(
        self,
        film: Path,
        painting: Path,
        out: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        real = Image.Image.save

        def full(self: Image.Image, path: Any, *given: Any, **more: Any) -> None:
            if len(list(frame_store.folder_of(out).glob("0*.png"))) == 3:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(self, path, *given, **more)

        monkeypatch.setattr(Image.Image, "save", full)
        assert run(film, painting, out) == 2
        assert "No space left" in capsys.readouterr().err
        assert len(list(frame_store.folder_of(out).glob("*.png"))) == 3
        monkeypatch.setattr(Image.Image, "save", real)
        assert run(film, painting, out) == 0
        assert count(out) == 8

    def test_too_little_space_is_told_beforehand(
        self,
        film: Path,
        painting: Path,
        out: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr(request, "_BYTES_PER_PIXEL", 1e12)
        assert run(film, painting, out) == 2
        assert "until the film is done" in capsys.readouterr().err
        assert not frame_store.folder_of(out).exists()

    def test_frames_painted_otherwise_are_not_mixed_in(
        self,
        film: Path,
        painting: Path,
        out: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        real = FramePainter.later
        monkeypatch.setattr(FramePainter, "later", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert run(film, painting, out) == 130
        monkeypatch.setattr(FramePainter, "later", real)
        assert run(film, painting, out, "--epochs", "4") == 2
        assert "painted otherwise (epochs)" in capsys.readouterr().err
        assert list(frame_store.folder_of(out).glob("*.png"))

    def test_a_damaged_frame_is_told_and_painted_anew(
        self,
        film: Path,
        painting: Path,
        out: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr(FrameStore, "remove", lambda _: None)
        assert run(film, painting, out) == 0
        first = out.read_bytes()
        folder = frame_store.folder_of(out)
        (folder / "000003.png").write_bytes(b"rubbish")
        return_code = run(film, painting, out)
        assert return_code == 2
        assert "was damaged" in capsys.readouterr().err
        assert out.read_bytes() == first


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--to", "0"], "--to must be later"),
        (["--from", "soon"], "--from"),
        (["--from", "1:2:3:4"], "1:30"),
        (["--every", "0"], "--every must be"),
        (["--epochs", "0"], "epochs must be"),
        (["--from", "100"], "begin before that"),
        (["--size", "20000"], "size must be"),
    ],
)
def test_what_makes_no_sense_is_refused(
    film: Path, painting: Path, out: Path, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(film, painting, out, *options) == 2
    assert said in capsys.readouterr().err
    assert not out.exists()
    assert not frame_store.folder_of(out).exists()


def test_names_that_do_not_fit_are_refused(film: Path, painting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(film, painting, film) == 2
    assert "would be written over" in capsys.readouterr().err
    assert run(film, painting, film.with_suffix(".gif")) == 2
    assert "does not end in .mp4" in capsys.readouterr().err
    assert run(painting, painting, film.with_name("out.mp4")) == 2
    assert "is not a film" in capsys.readouterr().err
    assert film_arguments.main([str(film), "-o", "out.mp4"]) == 2
    assert "PAINTING is missing" in capsys.readouterr().err


def test_two_at_once_do_not_write_into_one_film(
    film: Path, painting: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    holder = (
        "import sys, time; from pathlib import Path; from styletransfer.video.frame_store import opened\n"
        "with opened(Path(sys.argv[1]), {}):\n    print('held', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", holder, str(out)], stdout=subprocess.PIPE, cwd=ROOT) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        try:
            assert run(film, painting, out) == 2
            assert "by another command right now" in capsys.readouterr().err
        finally:
            other.kill()


def test_a_killed_command_is_gone_on_with(film: Path, painting: Path, out: Path) -> None:
    command = [sys.executable, "-m", "styletransfer", "film", str(film), str(painting), "-o", str(out)]
    command += ["--size", "64", "--epochs", "1", "--first-epochs", "2"]
    folder = frame_store.folder_of(out)
    with subprocess.Popen(command, cwd=ROOT) as killed:
        end = time.monotonic() + 120
        while not list(folder.glob("000002.png")) and killed.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        killed.kill()
    assert not out.exists()
    assert list(folder.glob("0*.png"))
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    assert count(out) == 8
    assert not folder.exists()
