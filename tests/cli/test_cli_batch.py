"""The command line: many pictures with one command."""

import csv
import errno
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from PIL import Image

from styletransfer import cli
from styletransfer.batch import painter
from styletransfer.batch.plan import Pair, plan
from styletransfer.batch.sources import Source
from styletransfer.cli import batch as command
from styletransfer.engine.frames import Frame
from styletransfer.engine.vgg import weights
from styletransfer.imaging.images import open_image
from styletransfer.imaging.recipe import read_recipe
from styletransfer.settings import Settings

pytestmark = pytest.mark.usefixtures("small")


def batch(*arguments: object) -> int:
    """Paint very small and briefly, unless the arguments say otherwise."""
    return command.main(["--size", "64", "--epochs", "3", *map(str, arguments)])


def rows(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "report.csv").open(newline="", encoding="utf-8") as file:
        return {row["picture"]: row for row in csv.DictReader(file)}


def states(folder: Path) -> dict[str, str]:
    return {name: row["state"] for name, row in rows(folder).items()}


def pictures(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.png")}


def draw(path: Path, seed: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.linear_gradient("L").rotate(90 * seed).resize((90 + seed, 70)).convert("RGB").save(path)
    return path


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    for seed, name in enumerate(("bee.png", "cat.png")):
        draw(folder / name, seed)
    (folder / "notes.txt").write_text("no picture")
    return folder


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return draw(tmp_path / "wave.png", 3)


def counted(monkeypatch: pytest.MonkeyPatch, before: Callable[[int, int], None] = lambda *_: None) -> list[int]:
    """The epochs that the engine paints from now on; `before` each it is told how many pictures were begun, and it."""
    real, epochs, begun = painter.stylize, list[int](), [0]

    def stylize(*inputs: Any, **extra: Any) -> Iterator[Frame]:
        begun[0] += 1
        for frame in real(*inputs, **extra):
            before(begun[0], frame.epoch)
            epochs.append(frame.epoch)
            yield frame

    monkeypatch.setattr(painter, "stylize", stylize)
    return epochs


class TestPainting:
    def test_every_photo_with_every_painting_as_the_single_command_paints_it(
        self, photos: Path, painting: Path, other: Path, out: Path, tmp_path: Path
    ) -> None:
        folder = tmp_path / "all" / "results"
        assert batch(photos, "--painting", painting, "--painting", other, "-o", folder) == 0
        assert set(pictures(folder)) == {"bee-painting.png", "bee-wave.png", "cat-painting.png", "cat-wave.png"}
        assert cli.main([*map(str, (photos / "cat.png", other, "-o", out)), "--size", "64", "--epochs", "3"]) == 0
        assert (folder / "cat-wave.png").read_bytes() == out.read_bytes()
        row = rows(folder)["cat-wave.png"]
        assert (row["photo"], row["painting"]) == (str(photos / "cat.png"), str(other))
        assert float(row["total"]) == pytest.approx(sum(float(row[name]) for name in ("content", "style", "tv")), 1e-4)
        assert float(row["seconds"]) > 0

    def test_other_settings_formats_and_colours(
        self, photos: Path, painting: Path, other: Path, out: Path, tmp_path: Path
    ) -> None:
        options = ["--style-weight", "9", "--photo-colors", "0.5", "--init", other, "--match-palette"]
        assert batch(photos / "cat.png", "--painting", painting, "-o", tmp_path / "r", "--format", "jpg", *options) == 0
        single = [photos / "cat.png", painting, "-o", out.with_suffix(".jpg"), "--size", "64", "--epochs", "3"]
        assert cli.main([str(part) for part in (*single, *options)]) == 0
        assert (tmp_path / "r" / "cat-painting.jpg").read_bytes() == out.with_suffix(".jpg").read_bytes()

    @pytest.mark.parametrize("ending", ["png", "tiff"])
    def test_with_16_bits(self, photos: Path, painting: Path, out: Path, tmp_path: Path, ending: str) -> None:
        folder, options = tmp_path / "r", ["--photo-colors", "0.5"]
        command = [photos / "cat.png", "--painting", painting, "-o", folder, "--format", ending, *options]
        assert batch(*command) == 0
        assert batch(*command, "--bits", "16") == 0
        assert set(states(folder).values()) == {"painted"}  # with 8 bits it was another picture
        single = [photos / "cat.png", painting, "-o", out.with_suffix(f".{ending}"), "--size", "64", "--epochs", "3"]
        assert cli.main([str(part) for part in (*single, *options, "--bits", "16")]) == 0
        assert (folder / f"cat-painting.{ending}").read_bytes() == out.with_suffix(f".{ending}").read_bytes()
        assert batch(*command, "--bits", "16") == 0
        assert set(states(folder).values()) == {"kept"}

    def test_the_network_is_loaded_once(
        self, photos: Path, painting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        loaded, real = list[object](), weights.load_weights
        monkeypatch.setattr(weights, "load_weights", lambda *names: loaded.append(names) or real(*names))
        assert batch(photos, "--painting", painting, "-o", tmp_path / "r") == 0
        assert len(loaded) == 1

    def test_folders_in_folders_are_kept_on_wish(self, photos: Path, painting: Path) -> None:
        draw(photos / "holiday" / "cat.png", 2)
        draw(photos / "painted" / "old.png", 2)
        results = photos / "painted"  # which holds no photos, though it is in the folder
        assert batch(photos, "--painting", painting, "-o", results) == 0
        assert set(states(results)) == {"bee-painting.png", "cat-painting.png"}
        assert batch(photos, "--painting", painting, "-o", results, "--recursive") == 0
        assert set(states(results)) == {"bee-painting.png", "cat-painting.png", "holiday/cat-painting.png"}
        assert (results / "holiday" / "cat-painting.png").is_file()

    @pytest.mark.usefixtures("photos", "painting", "other")
    def test_pairs_with_settings_of_their_own(self, tmp_path: Path) -> None:
        table = tmp_path / "pairs.csv"
        table.write_text(
            "photo;painting;size;style_weight\nphotos/cat.png;painting.jpg;;\n\nphotos/cat.png;wave.png;80;9\n"
        )
        assert batch("--pairs", table, "-o", tmp_path / "r", "--tv-weight", "2") == 0
        first, second = (read_recipe(tmp_path / "r" / name) for name in ("cat-painting.png", "cat-wave.png"))
        assert first
        assert second
        assert (first.settings.size, first.settings.style_weight, first.settings.tv_weight) == (64, 1e4, 2.0)
        assert (second.settings.size, second.settings.style_weight, second.settings.tv_weight) == (80, 9.0, 2.0)


class TestGoingOn:
    def test_what_is_there_with_the_same_recipe_is_kept_and_its_line_too(
        self, photos: Path, painting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "r"
        assert batch(photos, "--painting", painting, "-o", folder) == 0
        before = rows(folder)["cat-painting.png"]
        epochs = counted(monkeypatch)
        draw(photos / "dog.png", 2)
        assert batch(photos, "--painting", painting, "-o", folder) == 0
        assert epochs == [1, 2, 3]
        assert rows(folder)["cat-painting.png"] == before | {"state": "kept"}
        assert states(folder)["dog-painting.png"] == "painted"
        # Other settings are another picture, and pictures of other batches keep their lines.
        assert batch(photos / "cat.png", "--painting", painting, "-o", folder, "--seed", "1", "--init", "noise") == 0
        assert states(folder) == dict.fromkeys(("cat-painting.png", "dog-painting.png"), "painted") | {
            "bee-painting.png": "kept"
        }

    def test_nothing_that_is_there_is_painted_over(self, photos: Path, painting: Path, tmp_path: Path) -> None:
        folder = tmp_path / "r"
        mine = draw(folder / "bee-painting.png", 3).read_bytes()
        assert batch(photos, "--painting", painting, "-o", folder) == 0
        cats = (folder / "cat-painting.png").read_bytes()
        draw(tmp_path / "more" / "cat.png", 2)
        assert batch(tmp_path / "more", "--painting", painting, "-o", folder) == 0
        assert set(pictures(folder)) == {
            "bee-painting.png", "bee-painting-2.png", "cat-painting.png", "cat-painting-2.png"
        }  # fmt: skip
        assert (folder / "bee-painting.png").read_bytes() == mine
        assert (folder / "cat-painting.png").read_bytes() == cats
        assert batch(tmp_path / "more", photos, "--painting", painting, "-o", folder) == 0
        assert set(states(folder).values()) == {"kept"}

    def test_ctrl_c_stops_and_the_picture_at_hand_goes_on_from_its_checkpoint(
        self,
        photos: Path,
        painting: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        options = ("--painting", painting, "--epochs", "12")
        assert batch(photos, *options, "-o", tmp_path / "whole") == 0
        folder = tmp_path / "r"
        with pytest.MonkeyPatch.context() as patch:
            counted(
                patch, lambda begun, epoch: signal.raise_signal(signal.SIGINT) if (begun, epoch) == (2, 5) else None
            )
            assert batch(photos, *options, "-o", folder) == 130
        assert "the same command goes on" in capsys.readouterr().err
        assert states(folder) == {"bee-painting.png": "painted", "cat-painting.png": "begun"}
        assert set(pictures(folder)) == {"bee-painting.png"}
        epochs = counted(monkeypatch)
        assert batch(photos, *options, "-o", folder) == 0
        assert epochs == list(range(6, 13))
        assert pictures(folder) == pictures(tmp_path / "whole")
        assert not list(folder.rglob("*.state"))

    def test_a_full_disk_ends_it_and_nothing_is_lost(
        self, photos: Path, painting: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        folder = tmp_path / "r"
        with pytest.MonkeyPatch.context() as patch:
            real = Path.write_bytes

            def full(path: Path, data: bytes) -> int:
                if path.suffix == ".png":
                    raise OSError(errno.ENOSPC, "No space left on device")
                return real(path, data)

            patch.setattr(Path, "write_bytes", full)
            assert batch(photos, "--painting", painting, "-o", folder) == 2
        said = capsys.readouterr().err
        assert "No space left" in said
        assert "make room, and the same command goes on" in said
        assert states(folder) == {"bee-painting.png": "failed", "cat-painting.png": "waiting"}
        assert batch(photos, "--painting", painting, "-o", folder) == 0
        assert set(states(folder).values()) == {"painted"}


class TestRefusals:
    def test_one_that_fails_is_a_line_and_the_rest_goes_on(
        self, photos: Path, painting: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (photos / "bad.png").write_bytes(b"no picture")
        assert batch(photos, "--painting", painting, "-o", tmp_path / "r") == 1
        assert states(tmp_path / "r") == {
            "bad-painting.png": "failed", "bee-painting.png": "painted", "cat-painting.png": "painted"
        }  # fmt: skip
        assert "not a picture" in rows(tmp_path / "r")["bad-painting.png"]["reason"]
        assert "bad-painting.png failed:" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["photos", "-o", "r"], "--painting are missing"),
            (["photos", "--painting", "wave.png"], "-o FOLDER is missing"),
            (["gone.png", "--painting", "wave.png", "-o", "r"], "There is no file or folder gone.png"),
            (["photos", "--painting", "gone.png", "-o", "r"], "There is no file or folder gone.png"),
            (["empty", "--painting", "wave.png", "-o", "r"], "empty holds no picture;"),
            (["nested", "--painting", "wave.png", "-o", "r"], "give --recursive"),
            (["photos", "--painting", "wave.png", "-o", "photos"], "choose another folder for the results"),
            (["photos", "--painting", "wave.png", "-o", "wave.png"], "wave.png"),
            (["photos", "--painting", "wave.png", "-o", "busy"], "Another batch is painting into busy"),
            (["photos", "--painting", "wave.png", "-o", "mine"], "is no report of a batch"),
            (["photos", "--painting", "wave.png", "-o", "r", "--init", "gone.png"], "no file gone.png"),
            (["photos", "--painting", "wave.png", "-o", "r", "--photo-colors", "2"], "--photo-colors must be"),
            (
                ["photos", "--painting", "wave.png", "-o", "r", "--bits", "16", "--format", "jpg"],
                "jpg files cannot hold",
            ),
            (["photos", "--painting", "wave.png", "-o", "r", "--threads", "0"], "--threads must be"),
            (["photos", "--painting", "wave.png", "-o", "r", "--ray", "somewhere"], "no address of a Ray cluster"),
            (["photos", "--painting", "wave.png", "-o", "r", "--ray", "127.0.0.1:1"], "No Ray cluster answers"),
            (["--pairs", "gone.csv", "-o", "r"], "gone.csv cannot be read"),
            (["--pairs", "wave.png", "-o", "r"], "no text in UTF-8"),
            (["photos", "--painting", "wave.png", "--pairs", "gone.csv", "-o", "r"], "leave out the others"),
        ],
    )
    @pytest.mark.usefixtures("photos", "other")
    def test_a_sentence_and_nothing_is_written(
        self,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        arguments: list[str],
        words: str,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "empty").mkdir()
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "report.csv").write_text("something,else\n")
        draw(tmp_path / "nested" / "deeper" / "cat.png", 1)
        (tmp_path / "busy" / ".styletransfer").mkdir(parents=True)
        with FileLock(tmp_path / "busy" / ".styletransfer" / "lock"):
            assert batch(*arguments) == 2
        said = capsys.readouterr().err
        assert words in said
        assert "Traceback" not in said
        assert not pictures(tmp_path / "r")
        assert (tmp_path / "mine" / "report.csv").read_text() == "something,else\n"

    @pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n", b""])
    def test_something_else_at_the_address_is_not_waited_for(
        self, photos: Path, other: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], answer: bytes
    ) -> None:
        def serve(server: socket.socket) -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(64)
                connection.sendall(answer)

        with socket.create_server(("127.0.0.1", 0)) as server:
            threading.Thread(target=serve, args=[server], daemon=True).start()
            address = f"127.0.0.1:{server.getsockname()[1]}"
            assert batch(photos, "--painting", other, "-o", tmp_path / "r", "--ray", address) == 2
        assert f"No Ray cluster answers at {address}" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "names no photo and painting"),
            ("photo,size\ncat.png,3\n", "names no photo and painting"),
            ("photo,painting\n", "holds no pair"),
            ("photo,painting\nphotos/cat.png,\n", "line 2: it needs a photo, a painting"),
            ("photo,painting\nphotos/cat.png,wave.png,3\n", "line 2: it needs a photo, a painting"),
            ("photo,painting,size\nphotos/cat.png,wave.png,\nphotos/cat.png,wave.png,big\n", "line 3: "),
            ("photo,painting,brush\nphotos/cat.png,wave.png,broad\n", "line 2: "),
            ("photo,painting,network\nphotos/cat.png,wave.png,vgg16\nphotos/cat.png,wave.png,\n", "with one network"),
        ],
    )
    @pytest.mark.usefixtures("photos", "other")
    def test_a_wrong_line_of_the_pairs_is_named(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
    ) -> None:
        (tmp_path / "pairs.csv").write_text(text)
        assert batch("--pairs", tmp_path / "pairs.csv", "-o", tmp_path / "r") == 2
        assert words in capsys.readouterr().err

    def test_without_ray_it_says_how_to_install_it(
        self,
        photos: Path,
        other: Path,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setitem(__import__("sys").modules, "ray", None)
        monkeypatch.setattr(os, "environ", dict(os.environ))  # what Ray is told there stays out of other tests
        assert batch(photos, "--painting", other, "-o", tmp_path / "r", "--ray") == 2
        assert 'pip install ".[ray]"' in capsys.readouterr().err


def test_ten_thousand_photos_of_one_name_get_names_of_their_own(tmp_path: Path) -> None:
    def source(number: int) -> Source:
        return Source(tmp_path / str(number) / ("Café.jpg" if number % 2 else "CAFE\u0301.jpg"))

    pairs = [Pair(photo=source(number), painting=Path("a/b.jpg"), settings=Settings()) for number in range(10_000)]
    names = [str(item.name) for item in plan(pairs, tmp_path / "r", ".png")]
    assert len({name.casefold() for name in names}) == 10_000
    assert names[0].endswith("-b.png")


def test_the_pictures_can_be_opened_and_say_how_they_were_painted(photos: Path, painting: Path, tmp_path: Path) -> None:
    assert batch(photos / "cat.png", "--painting", painting, "-o", tmp_path / "r") == 0
    path = tmp_path / "r" / "cat-painting.png"
    recipe = read_recipe(path)
    assert open_image(path).width == 64
    assert recipe is not None
    assert batch(photos / "bee.png", "--painting", painting, "-o", tmp_path / "r", "--recipe", path) == 0
