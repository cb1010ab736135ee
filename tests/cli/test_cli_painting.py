"""The command line: what is asked for is painted and kept."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from commands import run, spy
from PIL import Image, ImageOps

from styletransfer import cli
from styletransfer.engine import stylize as engine
from styletransfer.engine.frames import Frame
from styletransfer.engine.tensors import resized
from styletransfer.imaging.images import open_image, save_image
from styletransfer.imaging.recipe import make_recipe, read_recipe
from styletransfer.inputs import Inputs
from styletransfer.machine.speed_store import SpeedStore
from styletransfer.settings import PRESETS, Settings, Weighting
from styletransfer.support.paths import runs_dir


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

    def test_with_16_bits_every_picture_has_them_and_says_how_it_was_painted(
        self, photo: Path, painting: Path, tmp_path: Path
    ) -> None:
        """The photo's colours are given back to the unrounded picture, and `--recipe` finds its way in."""
        out = tmp_path / "o.tiff"
        more = ("--photo-colors", "0.5", "--save-every", "2", "--optimizer", "adam")
        assert run(photo, painting, out, "--bits", "16", *more) == 0
        for path in (out, tmp_path / "o-0002.tiff"):
            levels = tifffile.imread(path)
            assert (levels.dtype, levels.shape) == ("uint16", (43, 64, 3))
            assert (levels % 257 != 0).mean() > 0.9
            recipe = read_recipe(path)
            assert recipe is not None
            assert recipe.photo_colors == 0.5
        again = tmp_path / "again.png"
        assert cli.main([str(photo), str(painting), "-o", str(again), "--recipe", str(out)]) == 0
        assert np.abs(np.asarray(open_image(again), float) - tifffile.imread(out) / 257).max() < 2
        assert run(out, painting, again) == 0  # what was painted can be painted again

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
        assert re.fullmatch(r"About \d+ s, (\d(\.\d)? GB|\d+ MB) of memory\.", said[1])
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
        tried = SpeedStore().find("vgg16", "cpu")
        assert tried is not None
        assert run(photo, painting, out, "--device", "cpu", "--size", "200", "--epochs", "16") == 0
        assert SpeedStore().find("vgg16", "cpu") != tried

    def test_says_the_loss_of_the_saved_picture_where_it_is_not_that_of_the_painted_one(
        self, photo: Path, painting: Path, out: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(photo, painting, out) == 0
        assert "clipped" not in capsys.readouterr().err
        assert run(photo, painting, out, "--preset", "notebook", "--epochs", "12") == 0
        last = capsys.readouterr().err.splitlines()[-1]
        said = re.search(r" Saved, with colours out of range clipped: total (\S+) after epoch 12\.$", last)
        assert said is not None
        assert float(said[1]) > 0

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

    def test_what_is_kept_is_the_photos_and_every_painting_has_its_mask(
        self, photo: Path, painting: Path, out: Path, tmp_path: Path
    ) -> None:
        mask = Image.new("L", (120, 80))
        mask.paste(255, (0, 0, 60, 80))
        names = [tmp_path / name for name in ("left.png", "right.png", "keep.png")]
        for path, picture in zip(
            names, (mask, ImageOps.invert(mask), mask.resize((150, 80)).crop((0, 0, 120, 80))), strict=True
        ):
            picture.save(path)  # what is kept reaches over all of the left half
        left, right, keep = map(str, names)
        assert run(photo, painting, out, str(painting), "--mask", left, "--mask", right) == 0
        everywhere = np.asarray(open_image(out))
        assert run(photo, painting, out, str(painting), "--mask", right, "--mask", left, "--keep", keep) == 2
        assert run(photo, painting, out, "--keep", keep) == 0
        small = np.asarray(resized(open_image(photo), (43, 64)))
        assert (np.asarray(open_image(out))[:, :31] == small[:, :31]).all()
        assert (np.asarray(open_image(out))[:, 33:] != small[:, 33:]).any()
        assert (everywhere[:, :31] != small[:, :31]).any()

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

    @pytest.mark.parametrize("native", [True, False])
    def test_a_recipe_brings_the_precision_back_whatever_the_machine_prefers(
        self, native: bool, photo: Path, painting: Path, out: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("styletransfer.engine.vgg.precision._has_bfloat16", lambda _: native)
        assert run(photo, painting, out, "--device", "cpu") == 0
        used = read_recipe(out)
        assert used is not None
        assert used.settings.precision == ("half" if native else "full")
        monkeypatch.setattr("styletransfer.engine.vgg.precision._has_bfloat16", lambda _: not native)
        again = out.with_name("again.png")
        assert cli.main([str(photo), str(painting), "-o", str(again), "--recipe", str(out)]) == 0
        assert open_image(again).tobytes() == open_image(out).tobytes()

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
        assert len(recipe.inputs.paintings) == 2
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
def test_a_recipe_repeats_changes_of_the_weights(photo: Path, painting: Path, out: Path, tmp_path: Path) -> None:
    settings = Settings(size=64, epochs=8)
    steered = ((4, Weighting(5.0, 1.0, 0.0)), (6, Weighting(1.0, 1e4, 9.0)))
    recipe = make_recipe(settings, network="vgg16", steered=steered, inputs=Inputs(photo=photo, paintings=(painting,)))
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
    assert cli.main([*command, "--tv-weight", "7"]) == 0  # a choice of one's own holds from beginning to end
    with table.open() as lines:
        assert all(float(row["tv"]) > 0 for row in csv.DictReader(lines))
