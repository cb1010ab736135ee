"""Whatever lies on disk, the readers of the page say a sentence: no other error, nothing slow, nothing large."""

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import small_engine
from finished_runs import hang
from PIL import Image

from styletransfer.engine.checkpoint import load_checkpoint
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import embedded_recipe, open_image
from styletransfer.imaging.recipe import Recipe, read_recipe
from styletransfer.machine.speed_store import SpeedStore
from styletransfer.settings import Settings
from styletransfer.studio import pictures
from styletransfer.studio.page.gallery.card import card
from styletransfer.studio.storage.gallery import Gallery
from styletransfer.studio.storage.input_lookup import find_inputs
from styletransfer.studio.storage.run_folder import Run, Submission
from styletransfer.studio.storage.run_store import RunStore
from styletransfer.studio.storage.thumbnails import thumbnail
from styletransfer.studio.storage.variation_folder import VariationSheet
from styletransfer.studio.variation_plan import Plan

MUTATIONS = 1000
"""Of all files together."""
SLOWEST = 5.0
"""Seconds."""
LARGEST = 500 * 2**20
"""Bytes that the process may grow by."""

NASTY: tuple[Any, ...] = (
    None, True, -1, 0, 1, 10**400, 1e308, float("nan"), float("inf"), "", "\0", "\ud800", "../../x", "x" * 10_000,
    [], {}, [[]], [None], {"": {}}, [0, 5], [float("nan")] * 3, "![x](https://x.example)", "<script>",
)  # fmt: skip


class Home:
    """Runs as they lie on disk, and a sheet, and all that is read of them."""

    def __init__(self, home: Path, checkpoint: bytes) -> None:
        self.home = home
        self.run = hang(home)
        (self.run.folder / "losses.csv").write_text(
            "epoch,seconds,height,width,content,style,tv,total\n1,0,8,8,1,2,3,6\n"
        )
        (self.run.folder / "label.json").write_text('{"title": "A", "pinned": true, "deleted": 5, "made_room": true}')
        self.run.checkpoint.write_bytes(checkpoint)
        record = self.run.read()
        files = self.run.inputs().map(lambda path: pictures.PictureFile(path.name, path.read_bytes()))
        assert record.photo_name
        plan = Plan(across="style_weight", down="content_weight", columns=(1.0, 2.0, 3.0), rows=(1.0, 2.0, 3.0))
        self.sheet = VariationSheet.create(
            home / "sheets", Submission(inputs=files, settings=Settings(size=64)), plan, server=""
        )
        (home / "wall.json").write_text('{"limit": 1000000000}')
        (home / "checksums.json").write_text(json.dumps({f"{self.run.run_id}/photo.png": "0" * 64}))
        (home / "speeds.json").write_text(json.dumps({"auto": "cpu", "cpu": {"vgg16 full": [1.5, False]}}))
        (home / "recipe.json").write_text(embedded_recipe(self.run.result) or "")

    def files(self) -> list[Path]:
        return [path for path in sorted(self.home.rglob("*")) if path.is_file() and ".servers" not in path.parts]

    def readers(self, changed: Path) -> Iterator[Callable[[], object]]:
        """What reads the file, each of which may raise StyleTransferError, or does not raise at all."""
        run, home = Run(self.run.folder), self.home
        if changed.suffix in (".png", ".jpg"):
            yield lambda: open_image(changed)
            yield lambda: read_recipe(changed)
            yield lambda: embedded_recipe(changed)
            yield lambda: pictures.shown_file(changed)
        if changed.suffix == ".safetensors":
            yield lambda: load_checkpoint(changed)
            return
        if changed.name == "recipe.json":
            yield lambda: Recipe.from_json(changed.read_text("utf-8", "replace"))
            return
        gallery = Gallery(home, active=list, alive=lambda _: False)
        yield lambda: never(gallery.ids)
        yield lambda: never(gallery.use)
        yield lambda: never(lambda: shown(gallery, run.run_id))
        yield lambda: never(lambda: thumbnail(run))
        yield lambda: never(lambda: VariationSheet.find(home / "sheets", self.sheet.run.run_id))
        yield lambda: never(lambda: find_inputs(gallery, ["0" * 64]))
        yield lambda: never(lambda: SpeedStore(home / "speeds.json").find("vgg16", "cpu"))
        yield run.settings
        with closing(RunStore(home)) as run_store:
            yield lambda: never(lambda: run_store.snapshot(run.run_id))


def shown(gallery: Gallery, run_id: str) -> object:
    piece = gallery.piece(run_id)
    return None if piece is None else card(piece, live=None, chosen=False)


def never(act: Callable[[], object]) -> None:
    """What must not raise even a sentence."""
    try:
        act()
    except StyleTransferError as error:
        pytest.fail(f"a sentence where none is expected: {error}")


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Another file: with a value exchanged where it is JSON, or cut, overwritten or repeated in some place."""
    if dice.random() < 0.7:
        with suppress(ValueError):
            return exchanged(json.loads(data), dice)
        with suppress(ValueError, KeyError):
            return with_other_facts(data, dice)
    start, end = sorted(dice.randrange(len(data) + 1) for _ in range(2))
    match dice.randrange(5):
        case 0:
            return data[:start]
        case 1:
            return data[:start] + dice.randbytes(min(end - start, 64)) + data[end:]
        case 2:
            return data[:end] + data[start:]
        case 3:
            return data[:start] + bytes([data[start % len(data)] ^ 1 << dice.randrange(8)]) + data[start + 1 :]
        case _:
            return data[:start] + b"[" * dice.choice([1, 100_000]) + data[start:]


def exchanged(values: Any, dice: random.Random) -> bytes:
    """The JSON with something nasty in the place of one value, or without it."""
    place: Any = values
    while isinstance(place, (dict, list)) and place:
        key = dice.choice(list(place)) if isinstance(place, dict) else dice.randrange(len(place))
        if not isinstance(place[key], (dict, list)) or not place[key] or dice.random() < 0.3:
            if dice.random() < 0.15:
                del place[key]
            else:
                place[key] = dice.choice(NASTY)
            break
        place = place[key]
    return json.dumps(values).encode("utf-8", "surrogatepass")


def with_other_facts(data: bytes, dice: random.Random) -> bytes:
    """A checkpoint in whose header something nasty stands; raises ValueError or KeyError if it is none."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    facts = json.loads(header["__metadata__"]["styletransfer"])
    header["__metadata__"]["styletransfer"] = exchanged(facts, dice).decode("utf-8", "replace")
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data[8 + length :]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A real one, of a small network."""
    settings = Settings(size=64, epochs=2, scales=1, network="vgg16")
    photo = Image.effect_noise((64, 64), 90).convert("RGB")
    *_, frame = small_engine.stylize(photo, [photo], settings, steer=lambda: settings.weighting)
    path = tmp_path_factory.mktemp("checkpoint") / "checkpoint.safetensors"
    assert frame.checkpoint is not None
    frame.checkpoint.save(path)
    return path.read_bytes()


def test_a_thousand_mutated_files_are_a_sentence_at_most(tmp_path: Path, checkpoint: bytes) -> None:
    home = Home(tmp_path, checkpoint)
    dice = random.Random(20)
    whole = {path: path.read_bytes() for path in home.files()}
    grown = psutil.Process().memory_info().rss
    for _ in range(MUTATIONS):
        path = dice.choice(list(whole))
        data = mutated(whole[path], dice)
        path.write_bytes(data)
        for read in home.readers(path):
            began = time.monotonic()
            with suppress(StyleTransferError):
                read()
            assert time.monotonic() - began < SLOWEST, (path.name, data[:200])
        restore(home, whole)
    assert psutil.Process().memory_info().rss - grown < LARGEST


def restore(home: Home, whole: dict[Path, bytes]) -> None:
    """Put everything back, also what a reader has written."""
    for path in home.files():
        if path not in whole:
            path.unlink()
    for path, data in whole.items():
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)
