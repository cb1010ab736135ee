"""The worker: the process that paints. Started by `process.Worker` as `python -m styletransfer.studio.worker.painter`.

It takes commands from its standard input and sends events to its standard output (see `protocol`), one run at a time.
Between two steps it looks for a command, so that Pause and Stop act within one step. When its input ends, the
studio is gone: what is painted is saved and the process ends.

Not a `multiprocessing.Process`: that would import the main script again, which under Streamlit is the page itself.
"""

import faulthandler
import importlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

from PIL import Image

from styletransfer.engine.frames import Frame
from styletransfer.errors import DamagedStateError, StyleTransferError
from styletransfer.imaging.images import open_image
from styletransfer.machine.speed import Speed, measure_speed
from styletransfer.settings import Settings
from styletransfer.studio.failure_text import CLOSED, NO_WAY_ON, explain
from styletransfer.studio.snapshot import Ended, State
from styletransfer.studio.storage.run_folder import Run
from styletransfer.studio.storage.server_lock import writing
from styletransfer.studio.worker.album_painting import give_up, paint_photo
from styletransfer.studio.worker.command_queue import CommandQueue, Gone
from styletransfer.studio.worker.engine_interface import Engine, Engines, FilmEngine
from styletransfer.studio.worker.film_painting import paint_film
from styletransfer.studio.worker.protocol import (
    CellPainted,
    Event,
    Held,
    Paint,
    PaintCell,
    Painted,
    PaintFilm,
    PaintPhoto,
    Pause,
    Preview,
    Ready,
    Resume,
    Steer,
    Steered,
    Stop,
    send,
)
from styletransfer.studio.worker.recorder import Recorder
from styletransfer.studio.worker.stopwatch import Stopwatch
from styletransfer.studio.worker.variation_painting import paint_cell

logger = logging.getLogger(__name__)


class Painter:
    """Paints what the command queue names, with the engines of these dotted names, and tells how it goes."""

    def __init__(self, engines: Engines, commands: CommandQueue, tell: Callable[[Event], None]) -> None:
        self._engines = engines
        self._commands = commands
        self._tell = tell
        self._weighting = Settings().weighting  # of the run that is being painted

    def serve(self) -> None:
        """Warm up, then paint until the studio is gone."""
        self._tell(Ready(self._warm_up()))
        with suppress(Gone):
            while True:
                command = self._commands.take(wait=True)
                if isinstance(command, Paint | PaintCell):  # any other is late: its run is over
                    self._commands.painting = True
                    self._tell(self._attempt(command))
                    self._commands.painting = False

    def _engine(self) -> Engine:
        return cast("Engine", _named(self._engines.picture))

    def _warm_up(self) -> Speed | None:
        """Take some steps of a small picture: libraries and weights come into memory, and the speed shows."""

        def paint(picture: Image.Image, settings: Settings) -> Generator[Frame, None, None]:
            weights = settings.weighting
            return self._engine()(picture, [picture], settings, steer=lambda: weights)

        try:
            return measure_speed(paint, Settings())
        except Exception:
            logger.exception("the warm-up failed; the first run will say why")
            return None

    def _attempt(self, command: Paint | PaintCell) -> Ended:
        """Paint one run or cell; whatever goes wrong with it must not take the worker along. Raises Gone."""
        try:
            return self._paint(command) if isinstance(command, Paint) else self._paint_cell(command)
        except Gone:
            raise
        except Exception as error:  # noqa: BLE001 - as said
            return failed(command.run_id, error)

    def _paint(self, command: Paint) -> Ended:
        """Paint one run to its end, whatever that is, and save it. Raises Gone, with what is painted saved."""
        run = Run(Path(command.folder))
        with writing(run.folder):
            return self._paint_and_save(run, resume=command.resume)

    def _paint_and_save(self, run: Run, *, resume: bool) -> Ended:
        recorder = Recorder(run)
        try:
            if resume and not run.checkpoint.is_file():
                raise StyleTransferError(NO_WAY_ON)  # to begin anew would put an end to what is painted
            inputs = run.inputs().map(open_image)
            settings = replace(run.settings(), preview_every=1)  # so that Stop keeps the newest; few are encoded
            self._weighting = (run.read().weighting if resume else None) or settings.weighting
            painting = self._engine()(
                inputs.photo,
                inputs.paintings,
                settings,
                **inputs.besides(),
                steer=lambda: self._weighting,
                resume=run.checkpoint if resume else None,
            )
            with closing(painting) as frames:
                ended = Ended(run_id=run.run_id, state=self._follow(run.run_id, frames, recorder))
        except Gone:
            recorder.finish(Ended(run_id=run.run_id, state=State.STOPPED, message=CLOSED))
            recorder.last_preview()
            raise
        except Exception as error:  # noqa: BLE001 - what is painted is kept whatever goes wrong
            if isinstance(error, DamagedStateError):
                run.checkpoint.unlink(missing_ok=True)  # so that it is not offered again
            ended = failed(run.run_id, error)
        ended = recorder.finish(ended)
        last = recorder.last_preview()
        if last is not None:
            self._tell(Preview(run.run_id, *last))
        return ended

    def _paint_cell(self, command: PaintCell) -> Ended:
        """Paint one cell of a sheet, of which nothing is kept if this raises Gone, one photo of an album, or a film."""

        def go_on() -> bool:
            while (news := self._commands.take(wait=False)) is not None:
                if news == Stop(command.run_id):
                    return False
            return True

        def show(jpeg: bytes, share: float = 0.0) -> None:
            self._tell(CellPainted(command.run_id, jpeg, share))

        folder = Path(command.folder)
        if isinstance(command, PaintFilm):
            film = cast("FilmEngine", _named(self._engines.film))
            state = paint_film(film, folder, go_on, self._tell, whole=command.whole)
        elif isinstance(command, PaintPhoto) and command.died is not None:
            give_up(folder, command.cell, command.died)
            state = State.FINISHED
        else:
            one = paint_photo if isinstance(command, PaintPhoto) else paint_cell
            state = one(self._engine(), folder, command.cell, go_on, show)
        return Ended(run_id=command.run_id, state=state)

    def _follow(self, run_id: str, frames: Generator[Frame, None, None], recorder: Recorder) -> State:
        """Record and tell frame by frame; give how it ended."""
        watch = Stopwatch()
        while self._obey(run_id, recorder, watch):
            frame = next(frames, None)
            if frame is None:
                return State.FINISHED
            jpeg = recorder.add(frame, watch.seconds)
            self._tell(
                Painted(
                    run_id=run_id,
                    epoch=frame.epoch,
                    epochs=frame.epochs,
                    scale=frame.scale,
                    losses=dict(frame.losses),
                    clipped=frame.clipped_losses["total"] if frame.clipped_losses else None,
                    seconds=recorder.seconds,
                    network=frame.network,
                    device=frame.device,
                    bfloat16=frame.bfloat16,
                    message=frame.message,
                )
            )
            if jpeg is not None:
                self._tell(Preview(run_id, frame.epoch, jpeg))
        return State.STOPPED

    def _obey(self, run_id: str, recorder: Recorder, watch: Stopwatch) -> bool:
        """Carry out the commands that have come in, waiting while paused; whether to paint on."""
        paused = False
        while (command := self._commands.take(wait=paused)) is not None:
            if command.run_id != run_id:
                continue
            match command:
                case Stop():
                    return False
                case Steer(_, weighting):
                    if weighting != self._weighting:
                        self._weighting = weighting
                        recorder.steer(weighting)
                        self._tell(Steered(run_id, recorder.epoch + 1, weighting))
                case Pause() if not paused:
                    paused = True
                    watch.hold()
                    self._tell(Held(run_id, paused=True))
                    recorder.hold(paused=True)
                case Resume() if paused:
                    paused = False
                    recorder.hold(paused=False)
                    watch.go_on()
                    self._tell(Held(run_id, paused=False))
        return True


def _named(engine: str) -> object:
    """What a dotted name "module:function" stands for."""
    module, _, name = engine.partition(":")
    return getattr(importlib.import_module(module), name)


def failed(run_id: str, error: Exception) -> Ended:
    """How a run ended that broke off with `error`; the log tells what is no user's business."""
    if not isinstance(error, StyleTransferError):
        logger.error("run %s broke off", run_id, exc_info=error)
    reason, remedy = explain(error)
    return Ended(run_id=run_id, state=State.FAILED, error=reason, remedy=remedy)


def main() -> None:
    """Paint for the studio at the other end of the standard streams. The arguments are the engines' dotted names."""
    commands, events = _private_streams()
    logging.basicConfig(format="%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    faulthandler.enable()
    # Ctrl-C, a closed terminal and the system's end reach all processes at once, but are the studio's to handle: when
    # it ends, this one saves what it paints.
    for name in ("SIGINT", "SIGHUP", "SIGTERM"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(5)  # the page stays smooth while every core paints
    with suppress(OSError):  # where Linux runs out of memory, it is the painting that must go, not the page
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")

    def tell(event: Event) -> None:
        with suppress(OSError, ValueError):  # the command queue notices that the studio is gone
            send(events, event)

    Painter(Engines(*sys.argv[1:]), CommandQueue(commands), tell).serve()


def _private_streams() -> tuple[BinaryIO, BinaryIO]:
    """The standard streams, moved to where no library can print into them; what is printed goes to the log."""
    commands, events = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return commands, events


if __name__ == "__main__":
    main()
