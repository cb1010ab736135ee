"""The command line as a process: downloads, interrupts, and states to go on from."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import run

from styletransfer import cli
from styletransfer.engine import stylize as engine
from styletransfer.engine.checkpoint import load_checkpoint
from styletransfer.engine.frames import Frame
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import open_image
from styletransfer.imaging.recipe import read_recipe
from styletransfer.settings import PRESETS

ROOT = Path(__file__).parents[2]


class TestDownload:
    def test_downloads_with_progress_and_says_where(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def download(progress: Any) -> None:
            for done in (100_000_000, 574_673_361):
                progress(done, 574_673_361)

        monkeypatch.setattr("styletransfer.engine.vgg.download.download_vgg19", download)
        assert cli.main(["--download-vgg19"]) == 0
        said = capsys.readouterr().err
        assert "575 of 575 MB" in said
        assert "vgg19.safetensors" in said

    def test_ctrl_c_says_that_it_goes_on_later(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def download(_: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("styletransfer.engine.vgg.download.download_vgg19", download)
        assert cli.main(["--download-vgg19"]) == 130
        assert "the next one goes on" in capsys.readouterr().err

    def test_a_failure_is_a_sentence(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        def download(_: Any) -> None:
            raise StyleTransferError("The server cannot be reached.")

        monkeypatch.setattr("styletransfer.engine.vgg.download.download_vgg19", download)
        assert cli.main(["--download-vgg19"]) == 2
        assert capsys.readouterr().err == "styletransfer: The server cannot be reached.\n"


class TestInterrupt:
    """Ctrl-C, as the exception that it is in a program and as the signal that it is in a terminal."""

    @pytest.mark.usefixtures("small")
    def test_what_has_been_painted_is_saved(
        self,
        photo: Path,
        painting: Path,
        out: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        real = engine.stylize

        def interrupted(*pictures: Any, **extra: Any) -> Iterator[Frame]:
            for frame in real(*pictures, **extra):
                yield frame
                if frame.epoch == 2:
                    raise KeyboardInterrupt

        monkeypatch.setattr(engine, "stylize", interrupted)
        table = out.with_name("losses.csv")
        assert run(photo, painting, out, "--epochs", "50", "--losses", str(table)) == 130
        assert open_image(out).size[0] in range(32, 65)
        assert len(table.read_text().splitlines()) == 3
        assert "Stopped after epoch 2 of 50" in capsys.readouterr().err

    @pytest.mark.usefixtures("small")
    def test_before_the_first_epoch_nothing_is_written(
        self,
        photo: Path,
        painting: Path,
        out: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        def interrupted(*_: object, **__: object) -> Iterator[Frame]:
            raise KeyboardInterrupt

        monkeypatch.setattr(engine, "stylize", interrupted)
        assert run(photo, painting, out) == 130
        assert not out.exists()
        assert "before the picture was saved" in capsys.readouterr().err

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
    def test_the_real_signal_to_a_real_process_with_the_real_network(
        self, photo: Path, painting: Path, out: Path
    ) -> None:
        command = [sys.executable, "-m", "styletransfer", photo, painting, "-o", out]
        command += ["--size", "64", "--epochs", "5000", "--save-every", "1"]
        with subprocess.Popen([str(part) for part in command], cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
            while not out.with_name("out-0002.png").exists() and process.poll() is None:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=120)
        assert process.returncode == 130
        assert "Network: VGG-16" in said
        assert re.search(r"Stopped after epoch \d+ of 5000", said)
        assert "Traceback" not in said
        assert read_recipe(out) is not None
        assert not list(out.parent.glob("*.part*"))


class TestProcess:
    def test_help_needs_nothing_heavy_and_names_every_preset(self) -> None:
        code = (
            "import sys; from styletransfer.cli import main\n"
            "try: main(['--help'])\n"
            "finally: sys.stderr.write(' '.join({'torch', 'numpy', 'rich'} & set(sys.modules)))"
        )
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
        assert result.stderr == ""
        assert "usage: styletransfer PHOTO PAINTING [PAINTING ...] -o OUT" in result.stdout
        for name in PRESETS:
            assert name in result.stdout

    def test_bad_input_ends_with_code_2_and_a_sentence(self, photo: Path) -> None:
        command = [
            sys.executable,
            "-m",
            "styletransfer",
            str(photo),
            "nothing.png",
            "-o",
            str(photo.with_name("o.png")),
        ]
        result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == "styletransfer: There is no file nothing.png; check the name.\n"

    def test_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit, match="0"):
            cli.main(["--version"])
        assert capsys.readouterr().out.startswith("styletransfer ")


@pytest.mark.usefixtures("small")
class TestState:
    """A painting that is kept with --state and gone on with by the same command."""

    def test_it_goes_on_where_ctrl_c_came(
        self,
        photo: Path,
        painting: Path,
        out: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        state, whole = out.with_name("state"), out.with_name("whole.png")
        assert run(photo, painting, whole, "--epochs", "8") == 0
        real = engine.stylize

        def interrupted(*pictures: Any, **extra: Any) -> Iterator[Frame]:
            for frame in real(*pictures, **extra):
                if frame.epoch == 4:
                    signal.raise_signal(signal.SIGINT)  # within the fourth step
                yield frame

        with monkeypatch.context() as patch:
            patch.setattr(engine, "stylize", interrupted)
            assert run(photo, painting, out, "--epochs", "8", "--state", str(state)) == 130
        assert "Stopped after epoch 4 of 8" in capsys.readouterr().err
        assert run(photo, painting, out, "--epochs", "8", "--state", str(state)) == 0
        assert "Going on after epoch 4" in capsys.readouterr().err
        assert open_image(out).tobytes() == open_image(whole).tobytes()

    def test_a_second_ctrl_c_does_not_wait(
        self, photo: Path, painting: Path, out: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        state = out.with_name("state")
        real = engine.stylize

        def interrupted(*pictures: Any, **extra: Any) -> Iterator[Frame]:
            for frame in real(*pictures, **extra):
                if frame.epoch == 4:
                    signal.raise_signal(signal.SIGINT)
                    signal.raise_signal(signal.SIGINT)
                yield frame

        monkeypatch.setattr(engine, "stylize", interrupted)
        assert run(photo, painting, out, "--epochs", "8", "--state", str(state)) == 130
        assert load_checkpoint(state).epoch == 1  # as it was saved on the way
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def test_more_epochs_go_on_from_the_end(
        self, photo: Path, painting: Path, out: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        state = out.with_name("state")
        assert run(photo, painting, out, "--state", str(state)) == 0
        assert run(photo, painting, out, "--state", str(state)) == 2
        assert "ask for more" in capsys.readouterr().err
        assert run(photo, painting, out, "--state", str(state), "--epochs", "6") == 0
        assert load_checkpoint(state).epoch == 6

    def test_a_file_that_is_no_state_is_refused_and_kept(
        self, photo: Path, painting: Path, out: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        state = out.with_name("state")
        state.write_text("my diary")
        assert run(photo, painting, out, "--state", str(state)) == 2
        assert "damaged" in capsys.readouterr().err
        assert state.read_text() == "my diary"
        assert run(photo, painting, out, "--state", str(out)) == 2
        assert "different names" in capsys.readouterr().err
