"""What stands on the label below a picture in the gallery. Knows nothing of how it is drawn."""

import time
import zlib

from styletransfer.controls import CONTROLS
from styletransfer.settings import Settings
from styletransfer.studio.components.gallery_grid import GalleryTile
from styletransfer.studio.presentation import formatting
from styletransfer.studio.server.gallery_routes import thumbnail_address
from styletransfer.studio.snapshot import Snapshot, State
from styletransfer.studio.storage.gallery import Piece
from styletransfer.studio.storage.run_record import at_the_end
from styletransfer.studio.storage.thumbnails import ALBUM_SHAPE
from styletransfer.texts import _, ngettext, say

_LANDSCAPE = 4 / 3


def card(piece: Piece, *, live: Snapshot | None, chosen: bool, note: str = "") -> GalleryTile:
    """A run as it is to be hung.

    Args:
        piece: The run.
        live: How it stands at this moment, if this server is at work on it or has it waiting.
        chosen: Whether the user has chosen it.
        note: What is special about it, or nothing.
    """
    scale = (live.scale if live else None) or (piece.record.scale if piece.record else None)
    shape = (piece.settings.shape if piece.settings else None) or scale
    if piece.record is not None and piece.record.album and piece.record.epoch >= 4:
        shape = ALBUM_SHAPE[::-1]
    painted = piece.record is not None and scale is not None
    begun = "" if piece.record is None else formatting.moment(piece.record.created, time.time())
    state = " · ".join(filter(None, (_state(piece, live), begun)))
    steered = live.steered if live else piece.record.steered if piece.record else ()
    settings = None if piece.settings is None else at_the_end(piece.settings, steered)
    inputs = None if piece.record is None else piece.record.inputs
    in_regions = _("in regions") if inputs and (inputs.masks or inputs.keep) else ""
    film = (
        ngettext("{count} frame", "{count} frames", piece.record.epochs) if piece.record and piece.record.film else ""
    )
    may = ["rename", "pin"]
    if piece.record is not None and piece.settings is not None:
        may.append("repeat")
    if not piece.busy:
        may += ["choose", "delete"]
    return GalleryTile(
        id=piece.run_id,
        title=piece.title,
        facts=" · ".join(filter(None, (film, facts(settings, scale), in_regions))) if settings else "",
        state=state,
        note=say(piece.damage) if piece.damage else note,
        address=f"?run={piece.run_id}",
        src="" if piece.damage else thumbnail_address(piece.run_id, _version(piece, live)),
        alt=_("No picture") if piece.damage else f"{piece.title}, {state}",
        painted=painted,
        ratio=round(shape[1] / shape[0], 4) if shape else _LANDSCAPE,
        share=round(live.epoch / live.epochs, 3) if live else None,
        pinned=piece.pinned,
        chosen=chosen,
        may=may,
    )


def _version(piece: Piece, live: Snapshot | None) -> int:
    """A number that is another with every picture, also after the run has been gone on with: browsers keep them."""
    return zlib.crc32(live.preview) if live is not None and live.preview is not None else piece.written


def facts(settings: Settings, scale: tuple[int, int] | None) -> str:
    """What a picture was painted with, in short: "450 × 300 px · 60 epochs · style 10 000"."""
    values = {name: getattr(settings, name) for name in CONTROLS}
    if scale:
        values["size"] = formatting.pixels(scale)
    captions = (control.caption(values[name]) for name, control in CONTROLS.items() if control.caption is not None)
    return " · ".join(filter(None, captions))


def _state(piece: Piece, live: Snapshot | None) -> str:
    if piece.record is None:
        return _("Damaged")
    state, epoch, epochs = piece.record.state, piece.record.epoch, piece.record.epochs
    if live is not None:
        state, epoch, epochs = live.state, live.epoch, live.epochs
    elif piece.busy:
        return _("Another server is at work on it")
    elif not state.over:
        state = State.STOPPED
    elif (piece.record.album or piece.record.film) and state is State.STOPPED:
        state = State.PAUSED
    return {
        State.QUEUED: _("Waiting for its turn"),
        State.STARTING: _("Beginning"),
        State.PAINTING: _("Being painted, {epoch} of {epochs}", epoch=epoch, epochs=epochs),
        State.PAUSED: _("Paused at {epoch} of {epochs}", epoch=epoch, epochs=epochs),
        State.FINISHED: _("Finished"),
        State.STOPPED: _("Stopped at {epoch} of {epochs}", epoch=epoch, epochs=epochs),
        State.FAILED: _("Failed at {epoch} of {epochs}", epoch=epoch, epochs=epochs),
    }[state]
