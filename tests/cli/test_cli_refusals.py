"""The command line: what is wrong is said in one sentence, before anything is painted."""

import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import torch
from commands import run
from PIL import Image

from styletransfer import cli
from styletransfer.cli import estimate
from styletransfer.engine import stylize as engine
from styletransfer.engine.frames import Frame
from styletransfer.settings import Settings


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
            (["--bits", "12"], "--bits"),
            (["--region-weights", "1"], "one weight for each mask"),
            (["--region-weights", "5"], "region_weights must be"),
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

    @pytest.mark.parametrize("place", ["photo", "painting", "--init", "--mask", "--keep"])
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
        pictures = {"photo": [bad, painting], "painting": [photo, bad]}.get(place, [photo, painting, place, bad])
        self.check(capsys, out, [*pictures, "-o", out], words)

    @pytest.mark.parametrize(
        ("size", "level", "options", "words"),
        [
            ((60, 40), 0, ["--mask"], "Mask 1 is black everywhere"),
            ((60, 60), 255, ["--mask"], "Mask 1 has another shape"),
            ((60, 60), 255, ["--keep"], "stays as it is has another shape"),
            ((60, 40), 255, ["--keep"], "nothing to be painted"),
            ((60, 40), 255, ["--mask", "MASK", "--mask"], "one mask for each painting"),
            ((60, 40), 255, ["--shares", "1", "--mask"], "one or the other"),
        ],
    )
    def test_masks(
        self,
        photo: Path,
        painting: Path,
        out: Path,
        capsys: pytest.CaptureFixture[str],
        size: tuple[int, int],
        level: int,
        options: list[str],
        words: str,
    ) -> None:
        mask = out.with_name("mask.png")
        Image.new("L", size, level).save(mask)
        more = [mask if option == "MASK" else option for option in options]
        self.check(capsys, out, [photo, painting, "-o", out, *more, mask], words)

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

    @pytest.mark.parametrize("name", ["out.jpg", "out.webp", "out.avif"])
    def test_a_format_that_cannot_hold_16_bits(
        self, photo: Path, painting: Path, out: Path, capsys: pytest.CaptureFixture[str], name: str
    ) -> None:
        arguments = [photo, painting, "-o", out.parent / name, "--bits", "16"]
        self.check(capsys, out, arguments, rf"{name} cannot hold 16 bits a channel; choose a name that ends in \.png")

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
        monkeypatch.setattr(estimate, "bytes_for", lambda _: 2_000_000_000)
        arguments = [photo, painting, "-o", out, "--device", "cpu", *options]
        said = self.check(capsys, out, [*arguments, "--size", 8000], "choose a --size of at most")
        largest = re.search(r"at most (\d+)\.", said)
        assert largest
        assert int(largest[1]) > 450
        assert run(photo, painting, out, "--size", largest[1], "--epochs", "1", "--device", "cpu") == 0
        monkeypatch.setattr(estimate, "bytes_for", lambda _: 0)
        capsys.readouterr()
        self.check(capsys, out, [*arguments, "--size", 64], "close other programs first")

    def test_a_graphics_card_has_memory_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(estimate, "bytes_for", lambda _: 0)
        estimate.check_memory((120, 80), Settings(size=8000), "cuda", bfloat16=False)

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
