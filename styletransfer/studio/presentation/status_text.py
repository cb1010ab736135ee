"""What there is to tell of a run while it is on the stage, in words and markup. No Streamlit."""

from typing import TypedDict

from styletransfer.controls import WEIGHTS, Control
from styletransfer.settings import Weighting
from styletransfer.studio.pictures import title
from styletransfer.studio.presentation import formatting, html
from styletransfer.studio.snapshot import Snapshot, State
from styletransfer.support import units
from styletransfer.texts import _, say


class StatusText(TypedDict):
    """What the browser asks for again and again.

    Attributes:
        signature: As `signature` gives it.
        html: The gauge below the picture.
        picture: Number of the newest picture, 0 before the first.
        alt: What a screen reader says of it.
        losses: Last epoch of the loss curves, 0 before the first.
    """

    signature: str
    html: str
    picture: int
    alt: str
    losses: int


def status(snapshot: Snapshot, first: Weighting | None) -> StatusText:
    """All of it.

    Args:
        snapshot: The run.
        first: The weights that it began with, if known.
    """
    return StatusText(
        signature=signature(snapshot),
        html=gauge(snapshot, first),
        picture=snapshot.previews_seen if snapshot.preview is not None else 0,
        alt=painted(snapshot),
        losses=snapshot.losses.epochs[-1] if snapshot.losses.epochs else 0,
    )


def signature(snapshot: Snapshot) -> str:
    """What the heading and the buttons depend on: they are drawn anew when it changes, and not before."""
    return f"{snapshot.state} {snapshot.requested} {snapshot.place}"


def painted(snapshot: Snapshot) -> str:
    """What a screen reader says of the newest picture."""
    name = title(snapshot.photo_name)
    if snapshot.preview is None:
        return _("{photo}, not painted yet", photo=name)
    return _("{photo}, painted up to epoch {epoch}", photo=name, epoch=snapshot.preview_epoch)


def gauge(snapshot: Snapshot, first: Weighting | None) -> str:
    """The bar, the line below it, and what else there is to say."""
    notes = [say(snapshot.message)] if snapshot.message else []
    notes += sentences(snapshot, first)[-1:]
    return _bar(snapshot) + "".join(map(html.line, notes))


def changes(snapshot: Snapshot, first: Weighting | None) -> dict[int, str]:
    """What was changed about the weights on the way, by the epoch from which on it holds, oldest first.

    Of several changes during one epoch only the last has been painted with.
    """
    said, before = {}, first
    for epoch, weighting in dict(snapshot.steered).items():
        told = [
            _change(control, new, None if before is None else old)
            for control, new, old in zip(WEIGHTS, weighting.terms, (before or weighting).terms, strict=True)
            if before is None or new != old
        ]
        if told:
            said[epoch] = ", ".join(told)
        before = weighting
    return said


def _change(control: Control, new: float, old: float | None) -> str:
    name = say(control.noun)
    if old is None:
        return f"{name} {control.read(new)}"
    return _("{weight} {new} instead of {old}", weight=name, new=control.read(new), old=control.read(old))


def sentences(snapshot: Snapshot, first: Weighting | None) -> list[str]:
    """The same in sentences."""
    return [
        _("From epoch {epoch} on: {changes}.", epoch=epoch, changes=said)
        for epoch, said in changes(snapshot, first).items()
    ]


def _bar(snapshot: Snapshot) -> str:
    share = snapshot.epoch / snapshot.epochs
    far = _("Epoch {epoch} of {epochs}", epoch=snapshot.epoch, epochs=snapshot.epochs)
    if snapshot.state is State.QUEUED:
        return html.progress(0, _("In the queue"), "", "", still=True)
    if snapshot.state is State.STARTING:
        return html.progress(share, far, _("the first picture comes in a moment"), "", still=False)
    if snapshot.state is State.PAUSED:
        return html.progress(share, far, _("paused"), _scale(snapshot), still=True)
    left = "" if snapshot.seconds_left is None else _("about {time} left", time=units.duration(snapshot.seconds_left))
    pace = formatting.speed(snapshot.epochs_per_second) if snapshot.epochs_per_second else ""
    return html.progress(share, far, left, " · ".join(filter(None, (pace, _scale(snapshot)))), still=False)


def _scale(snapshot: Snapshot) -> str:
    return _("{size} px", size=formatting.pixels(snapshot.scale)) if snapshot.scale else ""
