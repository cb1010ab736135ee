"""The command line: what is asked for is painted and kept, and what is wrong is said in one sentence."""

import csv
import io
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from styletransfer import cli, engine, outlook, recipe, weights
from styletransfer.checkpoint import load_checkpoint
from styletransfer.errors import StyleTransferError
from styletransfer.frames import Frame
from styletransfer.images import open_image, save_image
from styletransfer.locations import HOME_VARIABLE, runs_dir
from styletransfer.recipe import make_recipe, read_recipe
from styletransfer.settings import PRESETS, Settings, Weighting
from styletransfer.speeds import Speed, Speeds

ROOT = Path(__file__).parents[1]

WIDTHS = (4, 4, 6, 6, 8, 8, 8, 8, 8, 8, 8, 8, 8)
"""Channels of VGG-16's convolutions in the network that most tests paint with: a step takes milliseconds."""


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine has downloaded stays out of the tests, and the tests out of it; its speed is known."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    Speeds().learn(Speed("vgg16", "cpu", 5.0))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paint with a small network of random weights."""
    generator = torch.Generator().manual_seed(0)
    pairs = tuple(
        (torch.randn(after, before, 3, 3, generator=generator) * (2 / (9 * before)) ** 0.5, torch.zeros(after))
        for before, after in zip((3, *WIDTHS), WIDTHS, strict=False)
    )
    stand_in = weights.Weights("vgg16", pairs, torch.ones(len(WIDTHS)), "VGG-16 (small)")
    monkeypatch.setattr(weights, "load_weights", lambda *_: stand_in)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.linear_gradient("L").resize((120, 80)).convert("RGB").save(path)
    return path


@pytest.fixture
def painting(tmp_path: Path) -> Path:
    path = tmp_path / "painting.jpg"
    Image.radial_gradient("L").resize((90, 100)).convert("RGB").save(path)
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.png"


def run(photo: Path, painting: Path, out: Path, *options: str) -> int:
    """Paint very small and briefly, unless the options say otherwise."""
    return cli.main([str(photo), str(painting), "-o", str(out), "--size", "64", "--epochs", "3", *options])


@pytest.mark.usefixtures("small")
class TestPainting:
    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("o.png", "PNG"),
            ("o.jpg", "JPEG"),
            ("o.JPEG", "JPEG"),
            ("o.webp", "WEBP"),
            ("o.avif", "AVIF"),
            ("o.tif", "TIFF"),
        ],
    )
    def test_the_ending_decides_on_the_format(self, photo: Path, painting: Path, name: str, kind: str) -> None:
        out = photo.with_name(name)
        assert run(photo, painting, out) == 0
        with Image.open(out) as picture:
            assert (picture.format, picture.size) == (kind, (64, 43))

    def test_says_the_network_the_progress_and_the_result_on_standard_error(
        self, photo: Path, painting: Path, out: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(photo, painting, out) == 0
        said = capsys.readouterr()
        assert said.out == ""
        assert "Network: VGG-16" in said.err
        assert "3/3, content" in said.err
        assert f"Painted {out} (64 x 43 pixels" in said.err
        assert "\x1b" not in said.err  # no terminal, no bars

    def test_says_before_painting_how_long_it_takes_and_how_much_memory(
        self, photo: Path, painting: Path, out: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(photo, painting, out, "--size", "320", "--device", "cpu") == 0
        said = capsys.readouterr().err.splitlines()
        assert re.fullmatch(r"About \d+ s, \d(\.\d)? GB of memory\.", said[1])
        assert said[2].startswith("Painting: ")

    def test_where_the_speed_is_not_known_it_is_tried_and_kept(
        self, photo: Path, painting: Path, out: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        kept = runs_dir() / "speeds.json"
        kept.unlink()
        assert run(photo, painting, out, "--quiet") == 0
        assert not kept.exists()
        assert run(photo, painting, out, "--device", "cpu") == 0
        assert "About 1 s, " in capsys.readouterr().err
        tried = Speeds().seconds_per_megapixel("vgg16", "cpu")
        assert tried is not None
        assert run(photo, painting, out, "--device", "cpu", "--size", "200", "--epochs", "16") == 0
        assert Speeds().seconds_per_megapixel("vgg16", "cpu") != tried

    def test_quiet_says_nothing(
        self, photo: Path, painting: Path, out: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(photo, painting, out, "--quiet") == 0
        assert capsys.readouterr() == ("", "")
        assert out.exists()

    def test_a_terminal_gets_a_live_bar(
        self,
        photo: Path,
        painting: Path,
        out: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("TTY_COMPATIBLE", "1")
        monkeypatch.setenv("COLUMNS", "80")
        assert run(photo, painting, out) == 0
        said = capsys.readouterr().err
        assert "Painting" in said
        assert "━" in said
        assert "3/3, content" in said

    def test_options_may_stand_between_the_pictures(self, photo: Path, painting: Path, out: Path) -> None:
        arguments = [str(photo), "-o", str(out), "--size", "64", str(painting), "--epochs", "1"]
        assert cli.main(arguments) == 0

    def test_keeps_pictures_on_the_way(self, photo: Path, painting: Path, out: Path) -> None:
        assert run(photo, painting, out, "--epochs", "5", "--save-every", "2") == 0
        kept = sorted(path.name for path in out.parent.glob("out*"))
        assert kept == ["out-0002.png", "out-0004.png", "out.png"]
        assert open_image(out.with_name("out-0002.png")).tobytes() != open_image(out).tobytes()

    def test_writes_the_losses_of_every_epoch(self, photo: Path, painting: Path, out: Path) -> None:
        table = out.with_name("losses.csv")
        assert run(photo, painting, out, "--losses", str(table)) == 0
        rows = list(csv.DictReader(io.StringIO(table.read_text())))
        assert [row["epoch"] for row in rows] == ["1", "2", "3"]
        for row in rows:
            terms = sum(float(row[name]) for name in ("content", "style", "tv"))
            assert terms == pytest.approx(float(row["total"]), rel=1e-4)

    def test_starts_from_a_picture(
        self, photo: Path, painting: Path, out: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen = spy(monkeypatch)
        assert run(photo, painting, out, "--init", str(painting)) == 0
        assert seen["start"].size == (90, 100)
        assert run(photo, painting, out, "--init", "noise") == 0
        assert (seen["start"], seen["settings"].init) == (None, "noise")

    def test_what_stood_there_is_replaced(self, photo: Path, painting: Path, out: Path) -> None:
        out.write_text("old")
        assert run(photo, painting, out) == 0
        assert open_image(out).size == (64, 43)


@pytest.mark.usefixtures("small")
class TestSettings:
    def test_nothing_given_is_what_settings_say(
        self, photo: Path, painting: Path, out: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen = spy(monkeypatch, epochs=1)
        assert cli.main([str(photo), str(painting), "-o", str(out)]) == 0
        assert seen["recipe"] == Settings()

    @pytest.mark.parametrize("preset", PRESETS)
    def test_a_preset_is_taken_whole(
        self, photo: Path, painting: Path, out: Path, preset: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen = spy(monkeypatch, epochs=1)
        assert cli.main([str(photo), str(painting), "-o", str(out), "--preset", preset]) == 0
        assert seen["recipe"] == PRESETS[preset]

    def test_every_option_arrives(
        self, photo: Path, painting: Path, out: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen = spy(monkeypatch)
        options = (
            "--preset draft --size 70 --epochs 4 --content-weight 2 --style-weight 3.5 --tv-weight 0 --network vgg16 "
            "--optimizer adam --init noise --seed 7 --device cpu --pooling average --content-layers relu3_1 "
            "--style-layers relu1_1,conv5_1"
        )
        assert run(photo, painting, out, *options.split()) == 0
        settings = seen["recipe"]
        given = (settings.size, settings.epochs, settings.content_weight, settings.style_weight, settings.tv_weight)
        assert given == (70, 4, 2.0, 3.5, 0.0)
        names = (settings.network, settings.optimizer, settings.init, settings.device, settings.pooling)
        assert names == ("vgg16", "adam", "noise", "cpu", "average")
        assert settings.seed == 7
        assert (settings.content_layers, settings.style_layers) == (("relu3_1",), ("relu1_1", "conv5_1"))

    def test_a_size_is_heeded_where_the_preset_has_a_fixed_shape(self, photo: Path, painting: Path, out: Path) -> None:
        assert run(photo, painting, out, "--preset", "notebook", "--size", "66") == 0
        assert open_image(out).size == (66, 44)

    def test_a_recipe_brings_settings_and_network_back(
        self, photo: Path, painting: Path, out: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert run(photo, painting, out, "--style-weight", "12.5", "--seed", "3") == 0
        seen = spy(monkeypatch)
        again = out.with_name("again.jpg")
        arguments = [str(photo), str(painting), "-o", str(again), "--recipe", str(out), "--seed", "4"]
        assert cli.main(arguments) == 0
        settings = seen["recipe"]
        assert (settings.size, settings.epochs, settings.style_weight, settings.seed) == (64, 3, 12.5, 4)
        assert settings.network == "vgg16"

    def test_the_same_recipe_gives_the_same_picture(self, photo: Path, painting: Path, out: Path) -> None:
        assert run(photo, painting, out, "--init", "noise", "--seed", "5", "--device", "cpu") == 0
        again = out.with_name("again.png")
        assert cli.main([str(photo), str(painting), "-o", str(again), "--recipe", str(out)]) == 0
        assert open_image(again).tobytes() == open_image(out).tobytes()

    def test_a_recipe_holds_no_paths(self, photo: Path, painting: Path, out: Path) -> None:
        file = out.with_name("mine.pth")
        file.write_bytes(b"the loader is a stand-in")
        assert run(photo, painting, out, "--weights", str(file)) == 0
        kept = read_recipe(out)
        assert kept is not None
        assert str(out.parent) not in kept.to_json()
        assert kept.weights is not None
        assert kept.weights.name == "mine.pth"

    def test_weights_of_the_users_own_are_asked_for(
        self, photo: Path, painting: Path, out: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = out.with_name("mine.pth")
        file.write_bytes(b"the loader is a stand-in")
        assert run(photo, painting, out, "--weights", str(file)) == 0
        assert run(photo, painting, out.with_name("again.png"), "--recipe", str(out)) == 0
        assert "mine.pth: give them with --weights" in capsys.readouterr().err


def spy(monkeypatch: pytest.MonkeyPatch, epochs: int | None = None) -> dict[str, Any]:
    """Remember what the engine is given, and the settings in the recipe. With `epochs`, fake as many instead."""
    seen: dict[str, Any] = {}
    real, real_recipe = engine.stylize, recipe.make_recipe

    def stylize(content: Image.Image, style: Image.Image, settings: Settings, **extra: Any) -> Iterator[Frame]:
        seen.update(extra, settings=settings)
        if epochs is None:
            yield from real(content, style, settings, **extra)
        for epoch in range(1, (epochs or 0) + 1):
            losses: Any = {"content": 1.0, "style": 1.0, "tv": 1.0, "total": 3.0}
            yield Frame(
                epoch=epoch, epochs=epochs or 0, scale=(1, 1), losses=losses, seconds=1, image=content, network="vgg16"
            )

    def make_recipe(settings: Settings, **files: Any) -> Any:
        seen["recipe"] = settings
        return real_recipe(settings, **files)

    monkeypatch.setattr(engine, "stylize", stylize)
    monkeypatch.setattr("styletransfer.order.make_recipe", make_recipe)
    return seen


class TestBadInput:
    """One sentence on standard error, exit code 2, and nothing is touched."""

    @pytest.fixture(autouse=True)
    def stand_in(self, small: None) -> None:
        """A small network, so that what is refused late is refused soon."""

    def check(self, capsys: pytest.CaptureFixture[str], out: Path, arguments: Sequence[object], words: str) -> str:
        out.write_text("precious")
        before = {path: path.read_bytes() for path in out.parent.rglob("*") if path.is_file()}
        assert cli.main([str(argument) for argument in arguments]) == 2
        assert {path: path.read_bytes() for path in out.parent.rglob("*") if path.is_file()} == before
        lines = capsys.readouterr().err.splitlines()
        assert re.search(words, lines[-1])
        assert lines[-1].startswith("styletransfer: ")
        assert lines[-1].endswith(".")
        assert [line for line in lines[:-1] if not line.startswith("About ")] in ([], ["Network: VGG-16 (small)"])
        return lines[-1]

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            (["--size", "63"], "size must be"),
            (["--size", "abc"], "--size"),
            (["--size", "10000000"], "size must be"),
            (["--epochs", "0"], "epochs must be"),
            (["--content-weight", "-1"], "content_weight must be"),
            (["--style-weight", "nan"], "style_weight must be"),
            (["--tv-weight", "inf"], "tv_weight must be"),
            (["--style-layers", ","], "style_layers must name at least one layer"),
            (["--style-layers", "relu9_1"], "no layer 'relu9_1'"),
            (["--content-layers", "pool2"], "no layer 'pool2'"),
            (["--network", "resnet"], "invalid choice: 'resnet'"),
            (["--preset", "huge"], "invalid choice: 'huge'"),
            (["--device", "mps"], "no mps device"),
            (["--seed", "-1"], "seed must be"),
            (["--save-every", "0"], "--save-every must be"),
            (["--losses", "no/such/folder.csv"], "no folder"),
            (["--init", "nothing.png"], "no file nothing.png"),
            (["--recipe", "nothing.png"], "no file nothing.png"),
            (["--brush", "broad"], "--brush"),
            (["third.png"], "third.png"),
            (["--download-vgg19"], "only downloads"),
        ],
    )
    def test_options(
        self,
        photo: Path,
        painting: Path,
        out: Path,
        capsys: pytest.CaptureFixture[str],
        options: list[str],
        words: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
        self.check(capsys, out, [photo, painting, "-o", out, *options], words)

    def test_missing_arguments(self, photo: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.check(capsys, out, [], "PHOTO is missing")
        self.check(capsys, out, [photo], "PAINTING is missing")
        self.check(capsys, out, [photo, photo], "-o OUT is missing")

    @pytest.mark.parametrize("place", ["photo", "painting", "--init"])
    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            ("missing", "no file"),
            ("folder", "is a folder"),
            ("empty", "0 bytes"),
            ("text", "not a picture"),
            ("truncated", "damaged or incomplete"),
            ("strip", "too long and narrow|too small"),
            ("bomb", "million pixels"),
        ],
    )
    def test_pictures(
        self,
        photo: Path,
        painting: Path,
        out: Path,
        capsys: pytest.CaptureFixture[str],
        place: str,
        kind: str,
        words: str,
    ) -> None:
        bad = make_bad(kind, out.with_name("bad.jpg"))
        pictures = {"photo": [bad, painting], "painting": [photo, bad]}.get(place, [photo, painting, "--init", bad])
        self.check(capsys, out, [*pictures, "-o", out], words)

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("out.gif", "does not end in"),
            ("out", "does not end in"),
            ("missing/out.png", "no folder"),
            ("photo.png/out.png", "is a file"),
            (".", "does not end in"),
        ],
    )
    def test_output(
        self, photo: Path, painting: Path, out: Path, capsys: pytest.CaptureFixture[str], name: str, words: str
    ) -> None:
        self.check(capsys, out, [photo, painting, "-o", out.parent / name], words)

    @pytest.mark.parametrize(
        "options", [["-o", "photo.png"], ["-o", "painting.jpg"], ["-o", "x.png", "--losses", "photo.png"]]
    )
    def test_no_input_is_overwritten(
        self,
        photo: Path,
        painting: Path,
        out: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        options: list[str],
    ) -> None:
        monkeypatch.chdir(photo.parent)
        self.check(capsys, out, [photo, painting, *options], "would be written over")

    def test_a_picture_on_the_way_does_not_overwrite_what_is_started_from(
        self, photo: Path, painting: Path, out: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        start = photo.rename(out.with_name("out-0002.png"))
        arguments = [start, painting, "-o", out, "--size", 64, "--epochs", 4, "--save-every", 2]
        self.check(capsys, out, arguments, "would be written over")

    def test_picture_and_losses_in_one_file(
        self, photo: Path, painting: Path, out: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.check(capsys, out, [photo, painting, "-o", out, "--losses", out], "need different names")

    def test_a_picture_without_a_recipe(
        self, photo: Path, painting: Path, out: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.check(capsys, out, [photo, painting, "-o", out, "--recipe", photo], "carries no recipe")

    def test_not_enough_memory(
        self,
        photo: Path,
        painting: Path,
        out: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def exhausted(*_: object, **__: object) -> Iterator[Frame]:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes")

        monkeypatch.setattr(engine, "stylize", exhausted)
        self.check(capsys, out, [photo, painting, "-o", out, "--quiet"], "not enough memory")

    @pytest.mark.parametrize("options", [(), ("--quiet",)])
    def test_more_memory_than_there_is_names_the_largest_size_that_fits(
        self,
        options: tuple[str, ...],
        photo: Path,
        painting: Path,
        out: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(outlook, "available_bytes", lambda: 1_300_000_000)
        monkeypatch.setattr(outlook, "resident_bytes", lambda _: 700_000_000)
        arguments = [photo, painting, "-o", out, "--device", "cpu", *options]
        said = self.check(capsys, out, [*arguments, "--size", 8000], "choose a --size of at most")
        largest = re.search(r"at most (\d+)\.", said)
        assert largest
        assert int(largest[1]) > 450
        assert run(photo, painting, out, "--size", largest[1], "--epochs", "1", "--device", "cpu") == 0
        monkeypatch.setattr(outlook, "available_bytes", lambda: 0)
        capsys.readouterr()
        self.check(capsys, out, [*arguments, "--size", 64], "close other programs first")

    def test_a_graphics_card_has_memory_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(outlook, "available_bytes", lambda: 0)
        outlook.Outlook((120, 80), Settings(size=8000), "cuda")

    def test_a_bug_is_not_hidden(self, photo: Path, painting: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def faulty(*_: object, **__: object) -> Iterator[Frame]:
            raise RuntimeError("a bug")

        monkeypatch.setattr(engine, "stylize", faulty)
        with pytest.raises(RuntimeError, match="a bug"):
            run(photo, painting, out)


def make_bad(kind: str, path: Path) -> Path:
    if kind == "folder":
        path.mkdir()
    elif kind == "empty":
        path.touch()
    elif kind == "text":
        path.write_text("this is no picture")
    elif kind == "truncated":
        whole = io.BytesIO()
        Image.effect_noise((200, 200), 80).save(whole, "JPEG")
        path.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    elif kind == "strip":
        Image.new("RGB", (4000, 1)).save(path)
    elif kind == "bomb":
        Image.new("1", (20_000, 20_000)).save(path, "PNG")
    return path


class TestDownload:
    def test_downloads_with_progress_and_says_where(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def download(progress: Any) -> None:
            for done in (100_000_000, 574_673_361):
                progress(done, 574_673_361)

        monkeypatch.setattr("styletransfer.download.download_vgg19", download)
        assert cli.main(["--download-vgg19"]) == 0
        said = capsys.readouterr().err
        assert "575 of 575 MB" in said
        assert "vgg19.safetensors" in said

    def test_a_failure_is_a_sentence(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        def download(_: Any) -> None:
            raise StyleTransferError("The server cannot be reached.")

        monkeypatch.setattr("styletransfer.download.download_vgg19", download)
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
        assert "nothing to keep" in capsys.readouterr().err

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
    def test_the_real_signal_to_a_real_process_with_the_real_network(
        self, photo: Path, painting: Path, out: Path
    ) -> None:
        command = [sys.executable, "-m", "styletransfer", photo, painting, "-o", out]
        command += ["--size", "64", "--epochs", "5000", "--save-every", "1"]
        before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
        try:
            process = subprocess.Popen([str(part) for part in command], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        finally:
            signal.signal(signal.SIGINT, before)
        with process:
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
@pytest.mark.parametrize("ending", ["mp4", "webp", "gif"])
def test_a_film_of_the_painting(photo: Path, painting: Path, out: Path, tmp_path: Path, ending: str) -> None:
    film = tmp_path / f"film.{ending}"
    assert run(photo, painting, out, "--film", str(film), "--film-seconds", "1") == 0
    assert film.stat().st_size > 0
    if ending != "mp4":
        with Image.open(film) as opened:
            assert getattr(opened, "n_frames", 1) > 1


@pytest.mark.usefixtures("small")
def test_the_photos_own_colours_come_back(painting: Path, out: Path, tmp_path: Path) -> None:
    green = tmp_path / "green.png"
    Image.new("RGB", (96, 64), (20, 180, 60)).save(green)
    run(green, painting, out, "--epochs", "1", "--style-weight", "0", "--photo-colors", "1")
    red, grass, blue = open_image(out).resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    assert grass > max(red, blue) + 50


@pytest.mark.usefixtures("small")
def test_the_painting_takes_the_photos_palette_before(
    photo: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    red = tmp_path / "red.png"
    Image.effect_noise((96, 96), 40).convert("RGB").save(red)
    seen: list[Settings] = []
    real = engine.stylize

    def spy(content: Image.Image, style: list[Image.Image], settings: Settings, **options: Any) -> Iterator[Frame]:
        seen.append(settings)
        return real(content, style, settings, **options)

    monkeypatch.setattr(engine, "stylize", spy)
    run(photo, red, out, "--epochs", "1", "--match-palette")
    assert seen[0].palette == "photo"
    again = out.with_name("again.png")
    assert cli.main([str(photo), str(red), "-o", str(again), "--recipe", str(out)]) == 0  # which tells of it
    assert open_image(again).tobytes() == open_image(out).tobytes()


@pytest.mark.usefixtures("small")
class TestSeveralPaintings:
    def test_they_are_blended_by_their_shares(self, photo: Path, painting: Path, out: Path, tmp_path: Path) -> None:
        other = tmp_path / "other.png"
        Image.effect_noise((90, 60), 90).convert("RGB").save(other)
        pictures = []
        for shares in ("1,0", "1,1", "2,1"):
            command = [str(photo), str(painting), str(other), "-o", str(out), "--size", "64", "--epochs", "3"]
            assert cli.main([*command, "--shares", shares]) == 0
            pictures.append(open_image(out).tobytes())
        assert len(set(pictures)) == 3
        assert run(photo, painting, out) == 0
        assert open_image(out).tobytes() == pictures[0]  # a share of 0 counts for nothing

    def test_the_recipe_holds_them(self, photo: Path, painting: Path, out: Path) -> None:
        command = [str(photo), str(painting), str(photo), "-o", str(out), "--size", "64", "--epochs", "2"]
        assert cli.main([*command, "--shares", "2,1", "--stroke-size", "1.5", "--photo-colors", "0.5"]) == 0
        recipe = read_recipe(out)
        assert recipe is not None
        assert (recipe.settings.style_shares, recipe.settings.stroke_size) == ((2.0, 1.0), 1.5)
        assert len(recipe.paintings) == 2
        assert recipe.photo_colors == 0.5
        again = out.with_name("again.png")
        assert cli.main([str(photo), str(painting), str(photo), "-o", str(again), "--recipe", str(out)]) == 0
        assert open_image(again).tobytes() == open_image(out).tobytes()

    @pytest.mark.parametrize(
        ("paintings", "options", "words"),
        [
            (2, ("--shares", "1"), "give one share for each painting"),
            (1, ("--shares", "2,1"), "give one share for each painting"),
            (2, ("--shares", "0,0"), "all 0"),
            (2, ("--shares", "1,-1"), "style_shares"),
            (2, ("--shares", "half"), "numbers with commas"),
            (5, (), "it takes 1 to 4"),
            (1, ("--stroke-size", "0"), "stroke_size"),
            (1, ("--stroke-size", "9"), "stroke_size"),
        ],
    )
    def test_what_does_not_fit_is_said(
        self,
        paintings: int,
        options: tuple[str, ...],
        words: str,
        photo: Path,
        painting: Path,
        out: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        assert cli.main([str(photo), *[str(painting)] * paintings, "-o", str(out), *options]) == 2
        assert words in capsys.readouterr().err
        assert not out.exists()


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


@pytest.mark.usefixtures("small")
def test_a_recipe_repeats_changes_of_the_weights(photo: Path, painting: Path, out: Path, tmp_path: Path) -> None:
    settings = Settings(size=64, epochs=8)
    steered = ((4, Weighting(5.0, 1.0, 0.0)), (6, Weighting(1.0, 1e4, 9.0)))
    recipe = make_recipe(settings, network="vgg16", photo=photo, paintings=[painting], steered=steered)
    picture = tmp_path / "picture.png"
    save_image(Image.new("RGB", (64, 43)), picture, recipe=recipe.to_json())
    table = tmp_path / "losses.csv"
    command = [str(photo), str(painting), "-o", str(out), "--recipe", str(picture), "--losses", str(table)]
    assert cli.main(command) == 0
    with table.open() as lines:
        tv = [float(row["tv"]) for row in csv.DictReader(lines)]
    assert [value == 0 for value in tv] == [False] * 3 + [True] * 2 + [False] * 3
    repeated = read_recipe(out)
    assert repeated is not None
    assert repeated.steered == steered
    assert cli.main([*command, "--tv-weight", "2"]) == 0  # a choice of one's own holds from beginning to end
    with table.open() as lines:
        assert all(float(row["tv"]) > 0 for row in csv.DictReader(lines))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--film", "film.avi"), "does not end in .mp4"),
        (("--film", "no-such-folder/film.mp4"), "no folder"),
        (("--film", "film.mp4", "--film-seconds", "0"), "--film-seconds"),
        (("--photo-colors", "2"), "--photo-colors"),
        (("--photo-colors", "nan"), "--photo-colors"),
    ],
)
def test_films_and_colours_that_cannot_be(
    photo: Path, painting: Path, out: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: str
) -> None:
    assert run(photo, painting, out, *options) == 2
    assert words in capsys.readouterr().err
    assert not out.exists()
