"""Where a run stands, as it lies on disk in state.json, also as earlier versions have written it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from styletransfer.settings import Settings, Weighting
from styletransfer.studio.snapshot import State
from styletransfer.texts import Text

Changes = tuple[tuple[int, Weighting], ...]
"""(epoch, weights from it on), oldest first."""

_SENTENCES = ("message", "error", "remedy")
VERSION = 2
"""Of the layout; 1 had a single painting."""


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
        photo: Name of the photo's file in the folder.
        paintings: Name of each painting's file in the folder.
        start: Name of the file that the run begins from instead of the photo or noise, or None.
        photo_name: The photo's name as the user knows it.
        painting_names: Each painting's name as the user knows it.
        parent: (run id, epoch) that the run branched from, or None.
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
    photo: str
    paintings: tuple[str, ...]
    start: str | None = None
    photo_name: str
    painting_names: tuple[str, ...]
    parent: tuple[str, int] | None = None

    @property
    def weighting(self) -> Weighting | None:
        """The weights that the run was last steered to, or None if it never was."""
        return self.steered[-1][1] if self.steered else None

    def to_json(self) -> bytes:
        """The record as the contents of state.json."""
        said = {name: text.as_json() for name in _SENTENCES if isinstance(text := getattr(self, name), Text)}
        return json.dumps({"version": VERSION, **asdict(self), **said}, indent=1).encode()

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "Record":
        """The record from the values in state.json; those that are not known are ignored.

        Raises:
            OtherVersionError: Another version of the program has written it, in a layout that is not known here.
            KeyError, TypeError, ValueError, IndexError: The values are damaged or forged.
        """
        layout = values["version"]
        if layout == 1:
            values = {**values, "paintings": [values["painting"]], "painting_names": [values["painting_name"]]}
        elif layout != VERSION:
            raise OtherVersionError(layout)
        known = {field.name for field in fields(cls)}
        read = cls(**{name: value for name, value in values.items() if name in known})
        record = replace(
            read,
            state=State(read.state),
            message=_sentence(read.message),
            error=_sentence(read.error),
            remedy=_sentence(read.remedy),
            scale=None if read.scale is None else (int(read.scale[0]), int(read.scale[1])),
            steered=tuple((int(epoch), Weighting(*map(float, weights))) for epoch, weights in read.steered),
            clipped=None if read.clipped is None else (int(read.clipped[0]), float(read.clipped[1])),
            paintings=tuple(map(str, read.paintings)),
            painting_names=tuple(map(str, read.painting_names)),
            parent=None if read.parent is None else (str(read.parent[0]), int(read.parent[1])),
        )
        _check_plain(record)
        names = (record.photo, *record.paintings, *([] if record.start is None else [record.start]))
        if any(Path(name).name != name or "\0" in name for name in (*names, record.server)) or not record.paintings:
            raise ValueError("a file outside of the folder")
        return record


def _sentence(read: Any) -> Text | None:
    return None if read is None else Text.from_json(read)


def _check_plain(record: Record) -> None:
    """Raises TypeError if a value is of another kind than it must be."""
    texts = (record.server, record.photo, record.photo_name, record.network)
    notes = (record.message, record.error, record.remedy, record.start)
    if not all(isinstance(text, str) for text in texts) or not all(isinstance(note, str | None) for note in notes):
        raise TypeError("no text")
    numbers = (record.epoch, record.epochs, record.seconds, record.created)
    if not all(isinstance(number, int | float) for number in numbers) or record.epochs < 1:
        raise TypeError("no number")


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
    weights = steered[-1][1] if steered else settings.weighting
    return replace(settings, content_weight=weights.content, style_weight=weights.style, tv_weight=weights.tv)
