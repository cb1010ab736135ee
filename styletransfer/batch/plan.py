"""What a batch is to paint: every picture with its settings and a name of its own, which tells photo and painting."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from styletransfer.batch.sources import Source
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.recipe import Recipe, read_recipe, sha256_of
from styletransfer.inputs import Inputs
from styletransfer.machine import cost
from styletransfer.settings import Settings, Weighting
from styletransfer.support.names import cut, file_name

_LONGEST_STEM = 80
"""Characters of the photo's and of the painting's name, so that both are in the result's."""
USUAL_PHOTO = (300, 200)
"""Shape that a photo is taken to have before it is opened, to tell how much work it is."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A photo and a painting, and how the one is to be painted after the other.

    Attributes:
        photo: The photo.
        painting: The painting's file.
        settings: How.
        start: File of the picture to start from, or None.
        photo_colors: How much of the photo's own colours the result gets back, from 0 to 1.
        steered: Changes of the weights on the way, as in `Recipe`.
        bits: Of each channel of the result.
    """

    photo: Source
    painting: Path
    settings: Settings
    start: Path | None = None
    photo_colors: float = 0.0
    steered: tuple[tuple[int, Weighting], ...] = ()
    bits: Literal[8, 16] = 8

    @property
    def inputs(self) -> Inputs[Path]:
        """The file of each picture."""
        return Inputs(photo=self.photo.path, paintings=(self.painting,), start=self.start)

    @property
    def work(self) -> float:
        """What it takes about, in the unit of `cost.epoch_work`."""
        try:
            return cost.work(USUAL_PHOTO, self.settings)
        except StyleTransferError:  # too small for a photo of that shape, and perhaps not for this one
            return 0.1


@dataclass(frozen=True)
class Item:
    """A pair and the place of its picture: a path below the folder for the results."""

    pair: Pair
    name: Path


def plan(pairs: Iterable[Pair], folder: Path, ending: str) -> list[Item]:
    """Give every pair's picture a name that no other one has.

    The name is photo-painting; a number follows where that is taken: by another pair, or by a file in `folder` that was
    not painted from the same pictures. So nothing that is there is lost, and the same batch finds its pictures again.

    Args:
        pairs: What is to be painted.
        folder: Where the results go; it need not exist.
        ending: What the names end in, such as ".png".
    """
    names = _Names(folder, ending)
    return [Item(pair, names.free(pair)) for pair in pairs]


class _Names:
    """The names that are given, and to whom."""

    def __init__(self, folder: Path, ending: str) -> None:
        self._folder, self._ending = folder, ending
        self._lowest: dict[Path, int] = {}
        self._taken: set[str] = set()
        self._hash = cache(sha256_of)

    def free(self, pair: Pair) -> Path:
        stem = file_name(f"{_short(pair.photo.path)}-{_short(pair.painting)}")
        first = pair.photo.folder / f"{stem}{self._ending}"
        number = self._lowest.get(first, 1)
        while True:
            name = first if number == 1 else first.with_stem(f"{stem}-{number}")
            # Some systems take "Cat" and "cat" for one name, and two ways to write an accent.
            key = unicodedata.normalize("NFC", str(name)).casefold()
            if key not in self._taken and self._is_ours(self._folder / name, pair):
                self._taken.add(key)
                return name
            if key in self._taken and number == self._lowest.get(first, 1):
                self._lowest[first] = number + 1  # else ten thousand photos of one name would take an hour
            number += 1

    def _is_ours(self, path: Path, pair: Pair) -> bool:
        """Whether there is no such file, or it was painted from these pictures."""
        if not path.exists() and not path.is_symlink():
            return True
        try:
            recipe = read_recipe(path)
            return recipe is not None and recipe.inputs == pair.inputs.map(self._hash)
        except StyleTransferError:  # no picture, a damaged one, or a photo that cannot be read
            return False


def _short(path: Path) -> str:
    return cut(path.stem, _LONGEST_STEM)


def same_picture(there: Recipe, wanted: Recipe) -> bool:
    """Whether a picture that was painted after the recipe `there` is one that `wanted` asks for.

    Versions, devices and, unless one is asked for, the precision may differ: the picture would be of the same kind.
    """
    return _essence(there, wanted) == _essence(wanted, wanted)


def _essence(recipe: Recipe, wanted: Recipe) -> dict[str, object]:
    free = {"device", "preview_every", "network", "weights"} | (
        {"precision"} if wanted.settings.precision == "auto" else set()
    )
    settings = {name: value for name, value in recipe.settings.to_dict().items() if name not in free}
    return {
        "settings": settings,
        "network": recipe.network,
        "inputs": recipe.inputs,
        "weights": recipe.weights and recipe.weights.sha256,
        "steered": recipe.steered,
        "photo_colors": recipe.photo_colors,
        "parts": recipe.parts,
    }
