"""The command line: what is kept of a painting that is gone on with, breaks off or cannot be saved whole."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import run
from PIL import Image

from styletransfer import cli
from styletransfer.engine import stylize as engine
from styletransfer.engine.checkpoint import Checkpoint, load_checkpoint
from styletransfer.engine.frames import Frame
from styletransfer.errors import StyleTransferError
from styletransfer.imaging import film, images
from styletransfer.imaging.images import open_image
from styletransfer.imaging.recipe import Recipe, read_recipe
from styletransfer.settings import Settings, Weighting

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.usefixtures("small")


def epochs_in(table: Path) -> list[int]:
    with table.open() as lines:
        return [int(row["epoch"]) for row in csv.DictReader(lines)]


def recipe_of(path: Path) -> Recipe:
    recipe = read_recipe(path)
    assert recipe is not None
    return recipe


def broken(monkeypatch: pytest.MonkeyPatch, epoch: int, error: BaseException) -> None:
    """Let the engine fail after an epoch."""
    real = engine.stylize

    def stylize(*pictures: Any, **extra: Any) -> Iterator[Frame]:
        for frame in real(*pictures, **extra):
            yield frame
            if frame.epoch == epoch:
                raise error

    monkeypatch.setattr(engine, "stylize", stylize)


def stopped(photo: Path, painting: Path, out: Path, epoch: int, *options: str) -> None:
    """Paint until that epoch, and press Ctrl-C within the next."""
    with pytest.MonkeyPatch.context() as patch:
        real = engine.stylize

        def stylize(*pictures: Any, **extra: Any) -> Iterator[Frame]:
            for frame in real(*pictures, **extra):
                if frame.epoch == epoch:
                    signal.raise_signal(signal.SIGINT)
                yield frame

        patch.setattr(engine, "stylize", stylize)
        assert run(photo, painting, out, *options) == 130


class TestLosses:
    def test_those_of_earlier_epochs_are_kept(self, photo: Path, painting: Path, out: Path) -> None:
        options = ("--state", str(out.with_name("state")), "--losses", str(out.with_name("losses.csv")))
        assert run(photo, painting, out, *options, "--epochs", "6") == 0
        first = out.with_name("losses.csv").read_text()
        assert run(photo, painting, out, *options, "--epochs", "12") == 0
        assert epochs_in(out.with_name("losses.csv")) == list(range(1, 13))
        assert out.with_name("losses.csv").read_text().startswith(first)

    def test_those_beyond_the_epoch_that_is_gone_on_from_give_way(
        self, photo: Path, painting: Path, out: Path, tmp_path: Path
    ) -> None:
        state, table = tmp_path / "state", tmp_path / "losses.csv"
        options = ("--state", str(state), "--losses", str(table))
        assert run(photo, painting, out, *options, "--epochs", "4") == 0
        older = state.read_bytes()
        assert run(photo, painting, out, *options, "--epochs", "8") == 0
        state.write_bytes(older)
        assert run(photo, painting, out, *options, "--epochs", "6") == 0
        assert epochs_in(table) == list(range(1, 7))

    def test_they_are_saved_with_the_state_so_that_a_power_cut_takes_none(
        self, photo: Path, painting: Path, out: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        table = tmp_path / "losses.csv"
        seen: list[list[int]] = []
        real = Checkpoint.save

        def save(checkpoint: Checkpoint, path: Path, **extra: Any) -> None:
            seen.append([checkpoint.epoch, *epochs_in(table)])
            real(checkpoint, path, **extra)

        monkeypatch.setattr(Checkpoint, "save", save)
        assert run(photo, painting, out, "--state", str(tmp_path / "state"), "--losses", str(table)) == 0
        assert seen == [[1, 1], [3, 1, 2, 3]]

    def test_a_new_painting_begins_a_new_table(self, photo: Path, painting: Path, out: Path, tmp_path: Path) -> None:
        table = tmp_path / "losses.csv"
        for _ in range(2):
            assert run(photo, painting, out, "--losses", str(table)) == 0
        assert epochs_in(table) == [1, 2, 3]

    def test_a_table_that_lacks_earlier_epochs_is_told_of_before(
        self, photo: Path, painting: Path, out: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        state, table = tmp_path / "state", tmp_path / "losses.csv"
        assert run(photo, painting, out, "--state", str(state)) == 0
        capsys.readouterr()
        assert run(photo, painting, out, "--state", str(state), "--losses", str(table), "--epochs", "5") == 0
        said = capsys.readouterr().err
        assert said.index("will lack epochs up to 3") < said.index("Painting:")
        assert epochs_in(table) == [4, 5]

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
    def test_they_can_go_into_a_pipe(self, photo: Path, painting: Path, out: Path, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        read: list[str] = []
        reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
        reader.start()
        state = str(tmp_path / "state")
        assert run(photo, painting, out, "--losses", str(pipe), "--state", state) == 0
        reader.join()
        assert read[0].count("\n") == 4
        reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
        reader.start()
        assert run(photo, painting, out, "--losses", str(pipe), "--state", state, "--epochs", "5") == 0
        reader.join()
        assert read[1].count("\n") == 3
        assert pipe.is_fifo()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
@pytest.mark.parametrize("option", ["-o", "--film", "--state"])
def test_only_a_table_goes_into_a_pipe_and_a_device_is_never_replaced(
    photo: Path, painting: Path, out: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = out.with_name({"-o": "pipe.png", "--film": "pipe.gif", "--state": "pipe"}[option])
    os.mkfifo(pipe)
    assert run(photo, painting, out, option, str(pipe)) == 2
    assert "is a device or a pipe" in capsys.readouterr().err
    assert pipe.is_fifo()


class TestFilm:
    def test_that_it_begins_midway_is_said_before(
        self, photo: Path, painting: Path, out: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        options = ("--state", str(out.with_name("state")), "--film", str(out.with_name("film.gif")))
        assert run(photo, painting, out, *options) == 0
        assert "will begin" not in capsys.readouterr().err
        assert run(photo, painting, out, *options, "--epochs", "5") == 0
        said = capsys.readouterr().err
        assert said.index("film.gif will begin with epoch 4") < said.index("Painting:")

    @pytest.mark.parametrize("ending", ["mp4", "webp", "gif"])
    def test_of_the_narrowest_photo(self, painting: Path, out: Path, tmp_path: Path, ending: str) -> None:
        narrow = tmp_path / "narrow.png"
        Image.linear_gradient("L").resize((4000, 500)).convert("RGB").save(narrow)
        made = tmp_path / f"film.{ending}"
        assert run(narrow, painting, out, "--size", "450", "--film", str(made), "--epochs", "2") == 0
        assert made.stat().st_size > 0
        assert open_image(out).size == (450, 56)
        assert run(narrow, painting, tmp_path / "again.png", "--size", "450", "--init", str(out)) == 0

    def test_a_transparent_photo_gives_a_transparent_webp(self, painting: Path, out: Path, tmp_path: Path) -> None:
        clear = tmp_path / "clear.png"
        image = Image.linear_gradient("L").resize((96, 64)).convert("RGB")
        image.putalpha(Image.linear_gradient("L").resize((96, 64)))
        image.save(clear)
        made = tmp_path / "film.webp"
        assert run(clear, painting, out, "--film", str(made)) == 0
        with Image.open(made) as opened:
            assert opened.convert("RGBA").getchannel("A").getextrema()[0] < 10

    def test_ctrl_c_while_it_is_made_keeps_the_picture_and_says_so(
        self,
        photo: Path,
        painting: Path,
        out: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        def interrupted(*_: object, **__: object) -> None:
            signal.raise_signal(signal.SIGINT)

        monkeypatch.setattr(film, "export", interrupted)
        made = out.with_name("film.gif")
        assert run(photo, painting, out, "--film", str(made)) == 130
        said = capsys.readouterr().err
        assert f"Painted {out}" in said
        assert f"{made} was not made" in said
        assert open_image(out).size == (64, 43)


class TestBrokenOff:
    """Whatever ends the painting, the newest picture is saved, and told of together with the reason."""

    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (StyleTransferError("The losses grew beyond all bounds."), "beyond all bounds"),
            (MemoryError(), "not enough memory"),
        ],
    )
    def test_by_the_engine(
        self,
        photo: Path,
        painting: Path,
        out: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        error: Exception,
        words: str,
    ) -> None:
        table = out.with_name("losses.csv")
        broken(monkeypatch, 5, error)
        assert run(photo, painting, out, "--epochs", "50", "--losses", str(table), "--quiet") == 2
        said = capsys.readouterr().err
        assert said.startswith("styletransfer: ")
        assert words in said
        assert f"Stopped after epoch 5 of 50: {out}" in said
        assert open_image(out).size[0] in range(32, 65)
        assert epochs_in(table) == [1, 2, 3, 4, 5]

    def test_by_a_bug_which_is_not_hidden(
        self, photo: Path, painting: Path, out: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken(monkeypatch, 5, ZeroDivisionError())
        with pytest.raises(ZeroDivisionError) as caught:
            run(photo, painting, out, "--epochs", "50")
        assert "Stopped after epoch 5 of 50" in caught.value.__notes__[0]
        assert out.exists()

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
    @pytest.mark.parametrize("end", ["SIGTERM", "SIGHUP"])
    def test_by_the_system_or_a_closed_terminal(self, photo: Path, painting: Path, out: Path, end: str) -> None:
        command = [sys.executable, "-m", "styletransfer", photo, painting, "-o", out]
        command += ["--size", "64", "--epochs", "5000", "--save-every", "1"]
        with subprocess.Popen([str(part) for part in command], cwd=ROOT, stderr=subprocess.DEVNULL) as process:
            while not out.with_name("out-0010.png").exists() and process.poll() is None:
                time.sleep(0.05)
            process.send_signal(getattr(signal, end))
        assert process.returncode == 130
        assert open_image(out).size[0] in range(32, 65)


class TestFullDisk:
    @pytest.fixture
    def full(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
        """Lets every file whose name holds a word fail."""

        def fill(word: str) -> None:
            real = images.replacing

            def replacing(path: str | Path, **how: bool) -> Any:
                if word in Path(path).name:
                    raise StyleTransferError(f"{path} cannot be written (No space left on device).")
                return real(path, **how)

            for module in ("imaging.images", "engine.checkpoint", "imaging.film", "support.files"):
                monkeypatch.setattr(f"styletransfer.{module}.replacing", replacing)

        return fill

    @pytest.mark.parametrize(
        ("word", "options"),
        [
            ("state", ("--state", "state")),
            ("losses", ("--losses", "losses.csv")),
            ("film", ("--film", "film.gif")),
            ("out-0002", ("--save-every", "1")),
        ],
    )
    def test_costs_only_what_does_not_fit(
        self,
        photo: Path,
        painting: Path,
        out: Path,
        full: Callable[[str], None],
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        word: str,
        options: tuple[str, ...],
    ) -> None:
        monkeypatch.chdir(out.parent)
        full(word)
        assert run(photo, painting, out, *options) == 2
        last = capsys.readouterr().err.splitlines()[-1]
        assert f"Painted {out}" in last
        assert f"{word}" in last
        assert "No space left on device" in last
        assert recipe_of(out).parts == ()

    def test_is_told_of_at_once_where_the_state_is_lost(
        self, photo: Path, painting: Path, out: Path, full: Callable[[str], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        full("state")
        run(photo, painting, out, "--state", str(out.with_name("state")))
        said = capsys.readouterr().err
        assert said.index("The painting goes on without.") < said.index("3/3")
        assert said.count("The painting goes on without.") == 1

    def test_that_takes_the_picture_leaves_the_state(
        self, photo: Path, painting: Path, out: Path, full: Callable[[str], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        full("out.png")
        state = out.with_name("state")
        assert run(photo, painting, out, "--state", str(state)) == 2
        assert "Painted until epoch 3 of 3." in capsys.readouterr().err
        assert load_checkpoint(state).epoch == 3


class TestRecipe:
    """It tells of what was really painted, so that it can be painted again."""

    def again(self, photo: Path, painting: Path, out: Path, *options: str) -> Path:
        """Paint with the recipe of a picture."""
        path = out.with_name("again.png")
        assert cli.main([str(photo), str(painting), "-o", str(path), "--recipe", str(out), *options]) == 0
        return path

    def test_after_ctrl_c(self, photo: Path, painting: Path, out: Path) -> None:
        stopped(photo, painting, out, 5, "--size", "160", "--epochs", "6", "--state", str(out.with_name("state")))
        assert recipe_of(out).parts == ((6, 5),)
        again = self.again(photo, painting, out)
        assert open_image(again).tobytes() == open_image(out).tobytes()
        assert recipe_of(again).parts == ((6, 5),)
        assert recipe_of(self.again(photo, painting, out, "--epochs", "4")).parts == ()

    def test_of_the_pictures_on_the_way(self, photo: Path, painting: Path, out: Path) -> None:
        assert run(photo, painting, out, "--epochs", "5", "--save-every", "2") == 0
        middle = out.with_name("out-0002.png")
        assert recipe_of(middle).parts == ((5, 2),)
        assert recipe_of(out).parts == ()
        assert open_image(self.again(photo, painting, middle)).tobytes() == open_image(middle).tobytes()

    def test_after_an_interruption_it_is_as_if_nothing_had_happened(
        self, photo: Path, painting: Path, out: Path
    ) -> None:
        options = ("--epochs", "6", "--state", str(out.with_name("state")))
        stopped(photo, painting, out, 4, *options)
        assert run(photo, painting, out, *options) == 0
        assert recipe_of(out).parts == ()

    def test_after_more_epochs(self, photo: Path, painting: Path, out: Path) -> None:
        options = ("--size", "160", "--state", str(out.with_name("state")))
        assert run(photo, painting, out, *options, "--epochs", "4") == 0
        stopped(photo, painting, out, 6, *options, "--epochs", "8")
        assert run(photo, painting, out, *options, "--epochs", "9") == 0
        recipe = recipe_of(out)
        assert recipe.parts == ((4, 4), (8, 6), (9, 9))
        assert recipe.settings.epochs == 9
        again = self.again(photo, painting, out)
        assert open_image(again).tobytes() == open_image(out).tobytes()

    def test_after_other_weights(self, photo: Path, painting: Path, out: Path) -> None:
        options = ("--state", str(out.with_name("state")))
        assert run(photo, painting, out, *options, "--epochs", "3", "--tv-weight", "5") == 0
        assert run(photo, painting, out, *options, "--epochs", "5", "--tv-weight", "0") == 0
        assert run(photo, painting, out, *options, "--epochs", "7", "--tv-weight", "0") == 0
        recipe = recipe_of(out)
        assert recipe.settings.tv_weight == 5
        assert recipe.steered == ((4, Weighting(1.0, 1e4, 0.0)),)
        again = self.again(photo, painting, out)
        assert open_image(again).tobytes() == open_image(out).tobytes()
        assert recipe_of(again).steered == recipe.steered

    def test_with_a_state_that_notes_nothing(self, photo: Path, painting: Path, out: Path) -> None:
        state = out.with_name("state")
        assert run(photo, painting, out, "--state", str(state), "--tv-weight", "5") == 0
        load_checkpoint(state).save(state, notes={})
        assert run(photo, painting, out, "--state", str(state), "--epochs", "5") == 0
        recipe = recipe_of(out)
        assert recipe.settings.tv_weight == 5
        assert recipe.weighting(4).tv == Settings().tv_weight

    def test_the_masks_are_found_by_their_checksums(
        self, photo: Path, painting: Path, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        mask, keep = tmp_path / "mask.png", tmp_path / "keep.webp"
        Image.linear_gradient("L").resize((60, 40)).save(mask)
        Image.linear_gradient("L").rotate(90).resize((240, 160)).convert("RGB").save(keep, lossless=True)
        options = ("--mask", str(mask), "--keep", str(keep), "--region-weights", "2")
        assert run(photo, painting, out, *options) == 0
        assert "a mask changes nothing" in capsys.readouterr().err
        assert json.loads(recipe_of(out).to_json())["styletransfer"] == 3
        painted = open_image(out).tobytes()
        assert open_image(self.again(photo, painting, out)).tobytes() == painted
        said = capsys.readouterr().err
        assert f"The mask {mask} is" in said
        assert f"The mask {keep} is" in said
        keep.rename(tmp_path.parent / f"{tmp_path.name}.webp")
        assert recipe_of(self.again(photo, painting, out)).inputs.masks == ()
        assert "give them with --mask and --keep" in capsys.readouterr().err
        again = self.again(photo, painting, out, "--mask", str(mask), "--keep", f"{tmp_path}.webp")
        assert open_image(again).tobytes() == painted

    def test_the_picture_to_start_from_is_found_by_its_checksum(
        self, photo: Path, painting: Path, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        begun = tmp_path / "begun.png"
        Image.effect_noise((70, 50), 80).convert("RGB").save(begun)
        assert run(photo, painting, out, "--init", str(begun)) == 0
        assert open_image(self.again(photo, painting, out)).tobytes() == open_image(out).tobytes()
        assert f"starts from {begun}" in capsys.readouterr().err
        begun.rename(tmp_path.parent / f"{tmp_path.name}.png")
        assert recipe_of(self.again(photo, painting, out)).inputs.start is None
        assert "give that with --init" in capsys.readouterr().err
        self.again(photo, painting, out, "--init", "photo")
        assert "--init" not in capsys.readouterr().err
