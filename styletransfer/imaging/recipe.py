"""The recipe that a painted picture carries: all that is needed to paint it again, and nothing private."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path, PureWindowsPath
from typing import Any, BinaryIO

from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import embedded_recipe
from styletransfer.inputs import Inputs
from styletransfer.settings import MOST_PAINTINGS, Settings, Weighting
from styletransfer.support.version import __version__
from styletransfer.texts import Text

FORMAT = 3
"""Version of the text's layout; stands under the text's first key, "styletransfer".

It must rise with every key that a reader cannot pass over without painting something else, so that older programs say
that they are too old; a recipe without that key keeps the older version. A new setting needs no rise: whoever does not
know it says so by itself. 2 brought `parts`, 3 masks and what is kept.
"""
LONGEST_TEXT = 32 * 1024
"""Characters; a real recipe has about a thousand, and EXIF holds no more than 64 KB."""

MOST_CHANGES = 400
"""Changes of the weights that a recipe tells of, the last ones; so it stays below `LONGEST_TEXT`. Half as many
where regions have weights too."""

_NEWER = Text("The recipe was written by a newer version; update this program to read it.")
_MARK = '"styletransfer"'
_LONGEST_STRING = 200
_LONGEST_LIST = 100
_LARGEST_INTEGER = 2**63
_MOST_EPOCHS = 100_000
_SHA256 = re.compile(r"[0-9a-f]{64}")

Part = tuple[int, int]
"""(epochs that a painting was to have in all, epoch reached) of a part of it."""


@dataclass(frozen=True, kw_only=True)
class WeightsFile:
    """The weights file of the user's own that a picture was painted with.

    Attributes:
        name: Name of the file, without its folder.
        sha256: Hash of the file, in hex.
    """

    name: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What a picture was painted from and with.

    Attributes:
        settings: The settings, the seed among them; `weights` is always None, see `weights`. The precision is the
            one that it was painted with, "full" or "half"; "auto" comes from a version that did not tell.
        network: Where the features came from, for example "vgg16".
        inputs: SHA-256 of each picture's file, in hex.
        versions: Name of a program or library to its version.
        weights: The weights file of the user's own, or None for the known weights.
        steered: (epoch, weights from it on) of each change of the weights on the way, oldest first; the
            settings hold those that it was begun with. So it can be painted again change by change.
        photo_colors: How much of the photo's own colours were put back in the end, from 0 to 1.
        parts: How it came about if it was not painted in one go to the end, oldest first: stopped after epoch 40 of 60
            is ((60, 40),), and gone on with to epoch 100, ((60, 40), (100, 100)). The sizes that it was painted at
            depend on it. The settings hold the last number of epochs that it was to have.
    """

    settings: Settings
    network: str
    inputs: Inputs[str]
    versions: Mapping[str, str]
    weights: WeightsFile | None = None
    steered: tuple[tuple[int, Weighting], ...] = ()
    photo_colors: float = 0.0
    parts: tuple[Part, ...] = ()

    @property
    def all_parts(self) -> tuple[Part, ...]:
        """The parts, also where it was painted in one go."""
        return self.parts or ((self.settings.epochs, self.settings.epochs),)

    def weighting(self, epoch: int) -> Weighting:
        """The weights that `epoch` is painted with."""
        changes = [weighting for begins, weighting in self.steered if begins <= epoch]
        return changes[-1] if changes else self.settings.weighting

    def until(self, epoch: int) -> "Recipe":
        """The recipe of the picture after `epoch`, on the way to the one that this is the recipe of."""
        parts = [part for part in self.all_parts if part[1] < epoch]
        planned = next((planned for planned, reached in self.all_parts if reached >= epoch), self.settings.epochs)
        steered = tuple(change for change in self.steered if change[0] <= epoch)
        return _of_parts(replace(self, steered=steered), [*parts, (planned, epoch)])

    def following(self, past: "Recipe", epoch: int) -> "Recipe":
        """The recipe of a painting that was begun as `past` tells and, after its `epoch`, painted as this one tells."""
        begun = past.until(epoch)
        settings = self.settings.weighted(begun.settings.weighting)
        now = self.weighting(epoch + 1)
        change = () if now == begun.weighting(epoch) else ((epoch + 1, now),)
        later = tuple(change for change in self.steered if change[0] > epoch + 1)
        recipe = replace(self, settings=settings, steered=(*begun.steered, *change, *later))
        return _of_parts(recipe, [*begun.all_parts, *(part for part in self.all_parts if part[1] > epoch)])

    @property
    def _format(self) -> int:
        """The oldest version whose readers paint the same from it."""
        if self.inputs.masks or self.inputs.keep is not None:
            return 3
        return 2 if self.parts else 1

    def to_json(self) -> str:
        """The recipe as one line of ASCII, to be given to `images.encode` or `images.save_image`."""
        settings = self.settings.to_dict()
        settings.pop("weights")
        values: dict[str, Any] = {
            "styletransfer": self._format,
            "settings": settings,
            "network": self.network,
            **{role: value for role, value in self.inputs.to_dict().items() if value},
            "versions": dict(self.versions),
        }
        if self.weights is not None:
            values["weights"] = {"name": self.weights.name, "sha256": self.weights.sha256}
        if self.steered:
            most = MOST_CHANGES // 2 if any(weighting.regions for _, weighting in self.steered) else MOST_CHANGES
            values["steered"] = [[epoch, *weighting.numbers] for epoch, weighting in self.steered[-most:]]
        if self.photo_colors:
            values["photo_colors"] = self.photo_colors
        if self.parts:
            values["parts"] = self.parts[-_LONGEST_LIST:]
        return json.dumps(values, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """The recipe from what `to_json` gave; keys that are not known are ignored.

        Raises:
            StyleTransferError: The text is too long, no recipe, of a newer layout, or holds impossible values.
        """
        values = _object(Text("the recipe"), _parse(text))
        layout = values.get("styletransfer")
        if isinstance(layout, int) and layout > FORMAT:
            raise StyleTransferError(_NEWER)
        if layout not in range(1, FORMAT + 1) or isinstance(layout, bool):
            raise _damaged(Text("its version is missing"))
        settings = _object("settings", values.get("settings"))
        # A path in a picture from somewhere else is nothing to be opened.
        settings = {name: value for name, value in settings.items() if name != "weights"}
        for name, value in settings.items():
            _check_plain(name, value)
        if not settings.keys() <= Settings().to_dict().keys():
            raise StyleTransferError(_NEWER)
        paintings = values.get("paintings")
        if not isinstance(paintings, list) or not 1 <= len(paintings) <= MOST_PAINTINGS:
            raise _damaged(Text("its paintings are missing"))
        masks = values.get("masks", [])
        if not isinstance(masks, list) or len(masks) not in (0, len(paintings)):
            raise _damaged(Text("its masks are not one for each painting"))
        weights = values.get("weights")
        whole = Settings.from_dict(settings)
        return cls(
            settings=whole,
            network=_string("network", values.get("network")),
            inputs=Inputs.from_dict({"photo": None} | values, _sha256),
            versions=_versions(values.get("versions", {})),
            weights=None if weights is None else _weights_file(_object("weights", weights)),
            steered=_changes(values.get("steered", [])),
            photo_colors=_number("photo_colors", values.get("photo_colors", 0.0), 1.0),
            parts=_parts(values.get("parts", []), whole.epochs),
        )


def _of_parts(recipe: Recipe, parts: Sequence[Part]) -> Recipe:
    """The same in these parts; one that goes on as it was to go on is no part of its own."""
    joined = tuple(part for part, following in pairwise([*parts, (0, 0)]) if following[0] != part[0])
    planned, reached = joined[-1]
    whole = len(joined) == 1 and reached == planned
    return replace(recipe, settings=replace(recipe.settings, epochs=planned), parts=() if whole else joined)


def make_recipe(
    settings: Settings,
    *,
    network: str,
    bfloat16: bool | None = None,
    inputs: Inputs[bytes] | Inputs[Path],
    steered: Sequence[tuple[int, Weighting]] = (),
    photo_colors: float = 0.0,
    parts: Sequence[Part] = (),
) -> Recipe:
    """The recipe of a picture that was painted just now, with the versions that are installed.

    Args:
        settings: As given to the engine; of `weights` only the file's name and hash are kept.
        network: As the frames name it.
        bfloat16: Whether the network reckoned in bfloat16, as the frames say; None leaves that to the settings.
        inputs: Each picture's file: its bytes or its path.
        steered: As in `Recipe`.
        photo_colors: As in `Recipe`.
        parts: As in `Recipe`.

    Raises:
        StyleTransferError: A file cannot be read.
    """
    weights = None
    if settings.weights is not None:
        weights = WeightsFile(name=_file_name(settings.weights), sha256=sha256_of(settings.weights))
    if bfloat16 is not None:
        settings = replace(settings, precision="half" if bfloat16 else "full")
    return Recipe(
        settings=replace(settings, weights=None),
        network=network,
        inputs=inputs.map(sha256_of),
        versions=installed_versions(),
        weights=weights,
        steered=tuple(steered),
        photo_colors=photo_colors,
        parts=tuple(parts),
    )


def installed_versions() -> dict[str, str]:
    """The versions of what paints here, for a recipe."""
    return {"styletransfer": __version__} | {name: version(name) for name in ("torch", "numpy", "pillow")}


def read_recipe(source: str | Path | bytes | BinaryIO, *, name: str | None = None) -> Recipe | None:
    """The recipe in a picture file, or None if it carries none.

    Args:
        source: Path of the file, its bytes, or a binary stream.
        name: What to call the picture in error messages; by default the path as given, or "The picture".

    Raises:
        StyleTransferError: The file cannot be read, or its recipe is damaged or forged.
    """
    text = embedded_recipe(source, name=name)
    # A camera or an editor may have left a text of its own in the same place.
    if text is None or _MARK not in text[: 2 * len(_MARK)]:
        return None
    return Recipe.from_json(text)


def sha256_of(source: bytes | str | Path) -> str:
    """SHA-256, in hex, of bytes or of the file at a path.

    Raises:
        StyleTransferError: The file cannot be read.
    """
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    try:
        with Path(source).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StyleTransferError(
            "{source} cannot be read ({reason}); check the name.", source=source, reason=error.strerror
        ) from error


def _parse(text: str) -> object:
    if len(text) > LONGEST_TEXT:
        raise StyleTransferError("The picture's recipe is far too long to be genuine; it is not used.")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _damaged(Text("it is no JSON")) from error


def _object(name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _damaged(Text("{name} has no values", name=name))
    return value


def _string(name: str, value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_STRING or not value.isprintable():
        raise _damaged(Text("{name} is no name", name=name))
    return value


def _sha256(name: str, value: object) -> str:
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise _damaged(Text("{name} holds no SHA-256", name=name))
    return value


def _number(name: str, value: object, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
        raise _damaged(Text("{name} holds an impossible number", name=name))
    return float(value)


def _changes(value: object) -> tuple[tuple[int, Weighting], ...]:
    if not isinstance(value, list) or len(value) > MOST_CHANGES:
        raise _damaged(Text("steered is no list of changes"))
    changes = []
    for change in value:
        if not isinstance(change, list) or not 4 <= len(change) <= 4 + MOST_PAINTINGS:
            raise _damaged(Text("steered holds something else than an epoch and its weights"))
        epoch, *weights = (_number("steered", number, _LARGEST_INTEGER) for number in change)
        changes.append((int(epoch), Weighting.of(weights)))
    return tuple(changes)


def _parts(value: object, epochs: int) -> tuple[Part, ...]:
    if not isinstance(value, list) or len(value) > _LONGEST_LIST:
        raise _damaged(Text("parts is no list of parts"))
    parts: list[Part] = []
    for part in value:
        if not isinstance(part, list) or len(part) != 2 or not all(type(number) is int for number in part):
            raise _damaged(Text("parts holds something else than two whole numbers"))
        planned, reached = part
        if not (parts[-1][1] if parts else 0) < reached <= planned <= _MOST_EPOCHS:
            raise _damaged(Text("its parts do not follow each other"))
        parts.append((planned, reached))
    if parts and parts[-1][0] != epochs:
        raise _damaged(Text("its parts have another end"))
    return tuple(parts)


def _versions(value: object) -> dict[str, str]:
    versions = _object("versions", value)
    if len(versions) > _LONGEST_LIST:
        raise _damaged(Text("it names too many versions"))
    return {_string("versions", name): _string("versions", number) for name, number in versions.items()}


def _weights_file(values: dict[str, Any]) -> WeightsFile:
    name = _file_name(_string("weights", values.get("name")))
    return WeightsFile(name=name, sha256=_sha256("weights", values.get("sha256")))


def _check_plain(name: str, value: object) -> None:
    """Leaves to the settings' own checks only what they are made for: one value, or a short list of values."""
    items = value if isinstance(value, list) else [value]
    if len(items) > _LONGEST_LIST:
        raise _damaged(Text("its {name} is too long", name=_string("settings", name)))
    for item in items:
        if isinstance(item, str):
            _string("settings", item)
        elif isinstance(item, (list, dict)):
            raise _damaged(Text("its {name} is nested", name=_string("settings", name)))
        elif isinstance(item, int) and abs(item) > _LARGEST_INTEGER:
            raise _damaged(Text("its {name} is too large", name=_string("settings", name)))


def _file_name(path: str) -> str:
    return PureWindowsPath(path).name  # knows both kinds of slash


def _damaged(reason: str) -> StyleTransferError:
    return StyleTransferError("The picture's recipe is damaged and is not used: {reason}.", reason=reason)
