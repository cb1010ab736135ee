"""Where a run stands, as it lies on disk in state.json, also as earlier versions have written it."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from styletransfer.inputs import Inputs
from styletransfer.settings import Settings, Weighting
from styletransfer.studio.film_file import WHOLE, FilmPart
from styletransfer.studio.snapshot import State
from styletransfer.texts import Text

Changes = tuple[tuple[int, Weighting], ...]
"""(epoch, weights from it on), oldest first."""

_SENTENCES = ("message", "error", "remedy")
VERSION = 5
"""Of the layout; 1 had a single painting, 2 no masks, 3 no albums, 4 no films. What needs none of these is written as
what it was before them."""
MOST_EPOCHS = 10_000_000
"""More epochs, or pixels along a side, than any run has."""
LATEST = 32_503_680_000.0
"""Seconds since 1970 until the year 3000, the last that every system's clock can tell."""


class OtherVersionError(ValueError):
    """The record has a layout that is not known here."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What state.json holds.

    Attributes:
        state: Where the run stands.
        epoch: Epochs done.
        epochs: Epochs in the whole run.
        scale: (height, width) painted at last, or None.
        seconds: Seconds of painting without pauses.
        steered: (epoch, weights from it on) of each change of the weights on the way.
        clipped: As in `Snapshot`.
        network: What the features come from.
        message: A note, or None. This and the next two are a `Text` each, which is written down in no language; what
            earlier versions wrote is a plain sentence.
        error: Why the run failed, or None.
        remedy: What to do about it, or None.
        created: Seconds since 1970 (UTC) of the submission.
        server: Name of the server that the run belongs to while it is not over; see `server_lock`.
        inputs: Name of each picture's file in the folder.
        photo_name: The photo's name as the user knows it.
        painting_names: Each painting's name as the user knows it.
        parent: (run id, epoch) that the run branched from, or None.
        album: The name of each photo as the user knows it; empty for a run, which has one photo. Of an album, `epoch`
            and `epochs` count photos.
        failed: (number of the photo, from 1; why) of each that could not be painted. Each is a `Text`, as above.
        film: Name of the film's file in the folder; empty for what is no film. Of a film, `epoch` and `epochs` count
            frames, as far as that tells, and the photo is a still.
        part: What of it is painted.
    """

    state: State
    epoch: int = 0
    epochs: int
    scale: tuple[int, int] | None = None
    seconds: float = 0.0
    steered: Changes = ()
    clipped: tuple[int, float] | None = None
    network: str = ""
    message: str | None = None
    error: str | None = None
    remedy: str | None = None
    created: float
    server: str
    inputs: Inputs[str]
    photo_name: str
    painting_names: tuple[str, ...]
    parent: tuple[str, int] | None = None
    album: tuple[str, ...] = ()
    failed: tuple[tuple[int, str], ...] = ()
    film: str = ""
    part: FilmPart = WHOLE

    @property
    def weighting(self) -> Weighting | None:
        """The weights that the run was last steered to, or None if it never was."""
        return self.steered[-1][1] if self.steered else None

    def to_json(self) -> bytes:
        """The record as the contents of state.json."""
        values = asdict(self)
        values |= values.pop("inputs")
        values |= {name: text.as_json() for name in _SENTENCES if isinstance(text := getattr(self, name), Text)}
        values["steered"] = [(epoch, weighting.numbers) for epoch, weighting in self.steered]
        if self.album:
            values["failed"] = [
                (number, reason.as_json() if isinstance(reason, Text) else reason) for number, reason in self.failed
            ]
        else:
            del values["album"], values["failed"]
        if not self.film:
            del values["film"], values["part"]
        version = (
            VERSION if self.film else 4 if self.album else 3 if self.inputs.masks or self.inputs.keep is not None else 2
        )
        return json.dumps({"version": version, **values}, indent=1).encode()

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "Record":
        """The record from the values in state.json; those that are not known are ignored.

        Raises:
            OtherVersionError: Another version of the program has written it, in a layout that is not known here.
            KeyError, TypeError, ValueError: The values are damaged or forged.
        """
        layout = values["version"]
        if layout == 1:
            values = {**values, "paintings": [values["painting"]], "painting_names": [values["painting_name"]]}
        elif layout not in (2, 3, 4, VERSION):
            raise OtherVersionError(layout)
        known = {field.name for field in fields(cls)} & values.keys() - {"inputs"}
        read = cls(inputs=Inputs.from_dict(values, _file_name), **{name: values[name] for name in known})
        _check_plain(read)
        return replace(
            read,
            state=State(read.state),
            message=_sentence(read.message),
            error=_sentence(read.error),
            remedy=_sentence(read.remedy),
            scale=None if read.scale is None else _scale(read.scale),
            steered=tuple(map(_change, read.steered)),
            clipped=None if read.clipped is None else _clipped(read.clipped),
            painting_names=tuple(map(_text, read.painting_names)),
            parent=None if read.parent is None else _parent(read.parent),
            album=tuple(map(_text, _listed(read.album))),
            failed=tuple(_failure(each, len(read.album)) for each in _listed(read.failed)),
            part=read.part if isinstance(read.part, FilmPart) else FilmPart.from_values(read.part),
        )


def is_number(value: object, most: float) -> bool:
    """Whether something parsed is a number from 0 to `most`, which NaN is not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most


def _sentence(read: Any) -> Text | None:
    if read is None:
        return None
    sentence = Text.from_json(read)
    _text(sentence)
    return sentence


def _check_plain(record: Record) -> None:
    """Raises TypeError or ValueError if a value is not what it must be, or no use."""
    for text in (record.server, record.photo_name, record.network):
        _text(text)
    for number in (record.epoch, record.epochs):
        _whole(number)
    if record.epochs < 1 or not is_number(record.seconds, LATEST) or not is_number(record.created, LATEST):
        raise ValueError("no number")
    if not record.inputs.paintings:
        raise ValueError("no painting")
    if len(record.inputs.masks) not in (0, len(record.inputs.paintings)):
        raise ValueError("not one mask for each painting")
    _file_name("server", record.server)
    _file_name("film", record.film or "film")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    value.encode()  # raises UnicodeEncodeError, a ValueError, for half a character, which nothing can show or store
    return value


def _whole(value: object, least: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST_EPOCHS:
        raise ValueError("no whole number")
    return value


def _file_name(_: str, value: object) -> str:
    """The name of a file in the folder."""
    name = _text(value)
    if Path(name).name != name or "\0" in name:
        raise ValueError("a file outside of the folder")
    return name


def _scale(value: Any) -> tuple[int, int]:
    height, width = value
    return _whole(height, 1), _whole(width, 1)


def _change(value: Any) -> tuple[int, Weighting]:
    epoch, weights = value
    if not all(is_number(weight, sys.float_info.max) for weight in weights):
        raise ValueError("no weights")
    return _whole(epoch), Weighting.of(map(float, weights))


def _clipped(value: Any) -> tuple[int, float]:
    epoch, total = value
    if not is_number(total, sys.float_info.max):
        raise ValueError("no loss")
    return _whole(epoch), float(total)


def _listed(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise TypeError("no list")
    return value


def _failure(value: Any, photos: int) -> tuple[int, str]:
    number, reason = value
    if _whole(number, 1) > photos:
        raise ValueError("no photo of the album")
    sentence = Text.from_json(reason)
    _text(sentence)
    return number, sentence


def _parent(value: Any) -> tuple[str, int]:
    run_id, epoch = value
    return _text(run_id), _whole(epoch)


def until(steered: Changes, epoch: int) -> Changes:
    """The changes of the weights before `epoch`."""
    return tuple(change for change in steered if change[0] < epoch)


def gone_on(steered: Changes, epoch: int) -> Changes:
    """The changes of a run that goes on with `epoch`: what it was steered to later on it has from there on."""
    earlier = until(steered, epoch)
    return steered if len(earlier) == len(steered) else (*earlier, (epoch, steered[-1][1]))


def newest(clipped: tuple[int, float] | None, epoch: int, total: float | None) -> tuple[int, float] | None:
    """What is known of the clipped picture after `epoch`, which may have been painted anew: its `total`, if any."""
    if total is not None:
        return epoch, total
    return clipped if clipped is not None and clipped[0] < epoch else None


def at_the_end(settings: Settings, steered: Changes) -> Settings:
    """A run's settings with the weights that it was steered to last."""
    return settings.weighted(steered[-1][1]) if steered else settings
