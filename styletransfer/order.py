"""A painting ordered on the command line: its files are checked, it is painted, and what comes of it is kept."""

import csv
import io
import os
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import cast, get_args

from PIL import Image

from styletransfer import files, film, forecast, images
from styletransfer.budget import Budget
from styletransfer.color import with_photo_colors
from styletransfer.display import Display
from styletransfer.errors import StyleTransferError
from styletransfer.frames import LOSS_NAMES, Frame
from styletransfer.interrupt import Interrupt
from styletransfer.outlook import Outlook
from styletransfer.recipe import make_recipe
from styletransfer.settings import Settings, Weighting

FILM_HOLD = 2.0
"""Seconds that a film rests on the finished picture."""

_COLUMNS = ("epoch", "seconds", "height", "width", *LOSS_NAMES)


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be painted, from which files and into which.

    Attributes:
        photo: The photo's file.
        paintings: The file of each painting.
        out: The file of the result; its ending decides on the format.
        settings: How to paint.
        start: File of a picture to start from, or None to start as the settings say.
        save_every: Epochs between two pictures that are kept beside the result, or None to keep none.
        losses: CSV file for the losses of every epoch, or None.
        film: File of a film of the painting (.mp4, .webp or .gif), or None.
        film_seconds: Its length in seconds, from the first picture to the last.
        photo_colors: How much of the photo's own colours the result gets back, from 0 to 1.
        steered: (epoch, weights from it on) of each change of the weights on the way.
        state: File that the state of the painting is kept in, and gone on with where it is there already; or None.
    """

    photo: Path
    paintings: tuple[Path, ...]
    out: Path
    settings: Settings
    start: Path | None = None
    save_every: int | None = None
    losses: Path | None = None
    film: Path | None = None
    film_seconds: float = 6.0
    photo_colors: float = 0.0
    steered: tuple[tuple[int, Weighting], ...] = ()
    state: Path | None = None

    def snapshot(self, epoch: int) -> Path:
        """Where the picture after `epoch` is kept: out-0010.png for out.png."""
        digits = max(4, len(str(self.settings.epochs)))
        return self.out.with_stem(f"{self.out.stem}-{epoch:0{digits}}")

    def check(self) -> None:
        """Make sure that everything can be written, and that nothing is written over what is read.

        Raises:
            StyleTransferError: It is not so.
        """
        if self.save_every is not None and self.save_every < 1:
            raise StyleTransferError(f"--save-every must be a whole number of at least 1, not {self.save_every}.")
        if not 0 <= self.photo_colors <= 1:
            raise StyleTransferError(f"--photo-colors must be a number from 0 to 1, not {self.photo_colors}.")
        if self.film is not None:
            self._check_film(self.film)
        images.check_writable(self.out)
        outputs = [self.out]
        for path in (self.losses, self.film, self.state):
            if path is not None:
                files.check_writable(path)
                outputs.append(path)
        if len({os.path.realpath(path) for path in outputs}) < len(outputs):
            raise StyleTransferError("The picture and what is kept besides need different names.")
        if self.save_every is not None:
            outputs += map(self.snapshot, range(self.save_every, self.settings.epochs + 1, self.save_every))
        inputs = (self.photo, *self.paintings, self.start, self.settings.weights)
        read = {os.path.realpath(path) for path in inputs if path is not None}
        for path in outputs:
            if os.path.realpath(path) in read:
                raise StyleTransferError(f"{path} would be written over, but it is needed; choose another name.")

    def weighting(self, epoch: int) -> Weighting:
        """The weights that `epoch` is painted with."""
        changes = [weighting for begins, weighting in self.steered if begins <= epoch]
        return changes[-1] if changes else self.settings.weighting

    def _check_film(self, path: Path) -> None:
        film_format(path)
        longest = film.LONGEST_FILM - FILM_HOLD
        if not 0 < self.film_seconds <= longest:
            raise StyleTransferError(f"--film-seconds must be above 0 and at most {longest:g}.")


def paint(order: Order, display: Display) -> bool:
    """Paint what was ordered and save it; Ctrl-C ends the painting early and saves what there is.

    Returns:
        Whether it was painted to the end.

    Raises:
        StyleTransferError: The order or a picture does not allow it, or the result cannot be saved.
        KeyboardInterrupt: Ctrl-C came before there was anything to save.
    """
    order.check()
    photo, paintings = images.open_image(order.photo), [images.open_image(path) for path in order.paintings]
    start = None if order.start is None else images.open_image(order.start)
    with display.waiting("Laying out the brushes"):
        from styletransfer.checkpoint import load_checkpoint
        from styletransfer.engine import find_device, stylize  # torch takes seconds: no mistyped name waits for it
        from styletransfer.precision import network_dtype
        from styletransfer.weights import load_weights

        device = find_device(order.settings.device)
        resume = None if order.state is None or not order.state.exists() else load_checkpoint(order.state)
        begun = resume.precision if resume else "auto"
        half = network_dtype(device, order.settings.precision, begun).itemsize == 2
        outlook = Outlook(photo.size, order.settings, device.type, half=half)
        auto = order.settings.network == "auto" and order.settings.weights is None
        weights = load_weights(resume.network if resume and auto else order.settings.network, order.settings.weights)
    # Now, while the files are sure to be as they were read.
    recipe = make_recipe(
        order.settings,
        network=weights.name,
        half=half,
        photo=order.photo,
        paintings=order.paintings,
        start=order.start,
        steered=order.steered,
        photo_colors=order.photo_colors,
    )
    keeper = _Keeper(order, photo, recipe.to_json())
    epoch = before = 0 if resume is None else resume.epoch
    if resume is not None:
        display.say(f"Going on after epoch {epoch}, from {order.state}.")
    display.say(f"Network: {weights.source}")
    if not display.quiet:
        with display.waiting("Trying the brushes"):
            sentence = outlook.sentence(
                weights.name,
                len(paintings),
                before,
                lambda picture, small: stylize(picture, picture, small, weights=weights),
            )
        display.say(sentence)
    # A picture of every epoch costs next to nothing here, and so Ctrl-C keeps the newest.
    settings = replace(order.settings, preview_every=1)
    work = partial(forecast.work, photo.size, settings, len(paintings))
    with display.progress("Painting") as report, Interrupt() as interrupt:

        def steer() -> Weighting:
            return order.weighting(epoch + 1)

        try:
            frames = stylize(photo, paintings, settings, start=start, weights=weights, steer=steer, resume=resume)
            for frame in frames:
                epoch = frame.epoch
                keeper.add(frame)
                outlook.add(frame)
                interrupt.armed = order.state is not None  # else there is no state that the end of a step is waited for
                report(work(before, epoch), work(before, frame.epochs), _state(frame))
                if frame.message:
                    display.say(frame.message)
                if interrupt.asked:
                    keeper.keep_state()
                    break
        except KeyboardInterrupt:
            if keeper.frame is None:
                raise
    display.say(keeper.finish())
    return keeper.whole


class _Keeper:
    """Keeps what comes of an order: the newest picture, the pictures on the way, the losses."""

    def __init__(self, order: Order, photo: Image.Image, recipe: str) -> None:
        self.frame: Frame | None = None
        self._order = order
        self._photo = photo
        self._moments: list[bytes] = []
        self._recipe = recipe
        self._budget = Budget(share=0.03, least=5.0)
        self._rows: list[tuple[object, ...]] = [_COLUMNS]

    @property
    def whole(self) -> bool:
        """Whether the last epoch is there."""
        return self.frame is not None and self.frame.epoch == self.frame.epochs

    def add(self, frame: Frame) -> None:
        """Take in the next frame, which must have a picture."""
        losses = (f"{frame.losses[name]:.6g}" for name in LOSS_NAMES)
        self._rows.append((frame.epoch, f"{frame.seconds:.3f}", *frame.scale, *losses))
        self.frame = frame
        if self._order.film is not None:
            self._moments.append(images.encode(self._colored(frame), "jpeg", quality=90))
        every = self._order.save_every
        if every and frame.epoch % every == 0:
            self._save(frame, self._order.snapshot(frame.epoch))
        if self._budget.due() or self.whole:
            self.keep_state()

    def keep_state(self) -> None:
        """Save the state of the painting, if that was ordered. Only before the next frame is asked for."""
        if self._order.state is not None and self.frame is not None and self.frame.checkpoint is not None:
            with self._budget.spending():
                self.frame.checkpoint.save(self._order.state)

    def finish(self) -> str:
        """Save the newest picture and the losses. Returns a sentence on them."""
        frame = self.frame
        assert frame is not None  # noqa: S101 - there is something to keep
        self._save(frame, self._order.out)
        if self._order.losses is not None:
            table = io.StringIO()
            csv.writer(table, lineterminator="\n").writerows(self._rows)
            with files.replacing(self._order.losses) as temporary:
                temporary.write_text(table.getvalue(), encoding="ascii")
        if self._order.film is not None:
            kind = film_format(self._order.film)
            film.export(self._moments, self._order.film, fmt=kind, seconds=self._order.film_seconds, hold=FILM_HOLD)
        height, width = frame.scale
        how = "Painted" if self.whole else f"Stopped after epoch {frame.epoch} of {frame.epochs}:"
        return f"{how} {self._order.out} ({width} x {height} pixels, {frame.seconds:.0f} s)."

    def _save(self, frame: Frame, path: Path) -> None:
        images.save_image(self._colored(frame), path, recipe=self._recipe)

    def _colored(self, frame: Frame) -> Image.Image:
        assert frame.image is not None  # noqa: S101 - every frame was asked to have one
        if not self._order.photo_colors:
            return frame.image
        return with_photo_colors(frame.image, self._photo, self._order.photo_colors)


def film_format(path: Path) -> film.FilmFormat:
    """The kind of film that the ending of a file's name stands for.

    Raises:
        StyleTransferError: The ending is unknown.
    """
    ending = path.suffix.lower().removeprefix(".")
    for kind in get_args(film.FilmFormat):
        if kind == ending:
            return cast("film.FilmFormat", kind)
    raise StyleTransferError(f"{path} does not end in .mp4, .webp or .gif; choose one of these for the film.")


def _state(frame: Frame) -> str:
    losses = ", ".join(f"{name} {frame.losses[name]:.3g}" for name in LOSS_NAMES if name != "total")
    return f"{frame.epoch}/{frame.epochs}, {losses}"
