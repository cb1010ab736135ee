"""A painting ordered on the command line: its files are checked, it is painted, and what comes of it is kept."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from styletransfer import files, film, forecast, images
from styletransfer.display import Display, Report
from styletransfer.errors import NO_MEMORY, StyleTransferError, is_out_of_memory
from styletransfer.frames import LOSS_NAMES, Frame
from styletransfer.interrupt import Interrupt
from styletransfer.keeper import FILM_HOLD, NOTE, Keeper, film_format
from styletransfer.outlook import Outlook
from styletransfer.recipe import Part, Recipe, make_recipe
from styletransfer.settings import Settings, Weighting

if TYPE_CHECKING:
    from styletransfer.checkpoint import Checkpoint


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
        bits: Of each channel of the pictures that are kept; the film has 8.
        parts: As in `Recipe`, where a painting that was not painted in one go is to be painted again; else empty.
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
    parts: tuple[Part, ...] = ()
    bits: Literal[8, 16] = 8

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
        images.check_writable(self.out, bits=self.bits)
        outputs = [self.out]
        for path in (self.losses, self.film, self.state):
            if path is not None:
                files.check_writable(path, stream=path == self.losses)
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

    def _check_film(self, path: Path) -> None:
        film_format(path)
        longest = film.LONGEST_FILM - FILM_HOLD
        if not 0 < self.film_seconds <= longest:
            raise StyleTransferError(f"--film-seconds must be above 0 and at most {longest:g}.")


def paint(order: Order, display: Display) -> bool:
    """Paint what was ordered and save it; whatever ends the painting early, what there is gets saved.

    Returns:
        Whether it was painted to the end; False after Ctrl-C.

    Raises:
        StyleTransferError: The order or a picture does not allow it, it broke off, or something cannot be saved. The
            sentence says what there is.
        KeyboardInterrupt: Ctrl-C came before the picture was saved.
    """
    order.check()
    job = _Job(order, display)
    ended: BaseException | None = None
    filmed = True
    with Interrupt() as interrupt:
        with display.progress("Painting") as report:
            try:
                job.paint(interrupt, report)
            except (Exception, KeyboardInterrupt) as error:
                if job.keeper.frame is None:
                    raise
                ended = error
            interrupt.armed = True
            job.keeper.save_picture()
        interrupt.armed = False
        try:
            with display.waiting("Putting the film together"):
                job.keeper.save_film()
        except KeyboardInterrupt:
            filmed = False
    said = [job.keeper.sentence(whole=ended is None), *job.keeper.missing()]
    stopped = isinstance(ended, KeyboardInterrupt) or not filmed
    if isinstance(ended, Exception):
        raise _broken_off(ended, said)
    if len(said) > 1 and not stopped:
        raise StyleTransferError(" ".join(said))
    display.say(" ".join(said))
    return not stopped


class _Job:
    """All that it takes to paint an order, laid out.

    Args:
        order: What is to be painted; it has been checked.
        display: Is told what is painted with, and how long it will take.

    Attributes:
        keeper: Keeps what is painted.

    Raises:
        StyleTransferError: A picture, the weights, the state or the memory does not allow it.
    """

    def __init__(self, order: Order, display: Display) -> None:
        self._order, self._display = order, display
        self._photo = images.open_image(order.photo)
        self._paintings = [images.open_image(path) for path in order.paintings]
        self._start = None if order.start is None else images.open_image(order.start)
        with display.waiting("Laying out the brushes"):
            from styletransfer.checkpoint import load_checkpoint
            from styletransfer.engine import find_device  # torch takes seconds: no mistyped name waits for it
            from styletransfer.precision import network_dtype
            from styletransfer.weights import load_weights

            device = find_device(order.settings.device)
            self._resume = None if order.state is None or not order.state.exists() else load_checkpoint(order.state)
            begun = self._resume.precision if self._resume else "auto"
            half = network_dtype(device, order.settings.precision, begun).itemsize == 2
            self._outlook = Outlook(self._photo.size, order.settings, device.type, half=half)
            network = order.settings.network
            if self._resume is not None and network == "auto" and order.settings.weights is None:
                network = self._resume.network
            self._weights = load_weights(network, order.settings.weights)
        # Now, while the files are sure to be as they were read.
        recipe = make_recipe(
            order.settings,
            network=self._weights.name,
            half=half,
            photo=order.photo,
            paintings=order.paintings,
            start=order.start,
            steered=order.steered,
            photo_colors=order.photo_colors,
            parts=order.parts,
        )
        self._begin = self._epoch = 0
        if self._resume is not None:
            self._begin = self._epoch = self._resume.epoch
            recipe = recipe.following(_past(self._resume, recipe), self._begin)
            display.say(f"Going on after epoch {self._begin}, from {order.state}.")
        self._recipe = recipe
        self._end = recipe.all_parts[-1][1]
        self.keeper = Keeper(order, self._photo, recipe, self._begin, display.say)
        self._announce()

    def _announce(self) -> None:
        for sentence in self.keeper.gaps():
            self._display.say(sentence)
        self._display.say(f"Network: {self._weights.source}")
        if self._display.quiet:
            return
        from styletransfer.engine import stylize

        with self._display.waiting("Trying the brushes"):
            sentence = self._outlook.sentence(
                self._weights.name,
                len(self._paintings),
                self._begin,
                self._end,
                lambda picture, small: stylize(picture, picture, small, weights=self._weights),
            )
        self._display.say(sentence)

    def paint(self, interrupt: Interrupt, report: Report) -> None:
        """Paint to the end. Raises whatever breaks it off, and KeyboardInterrupt when Ctrl-C has come."""
        work = partial(forecast.work, self._photo.size, self._order.settings, len(self._paintings), self._begin)
        for frame in self._frames():
            self._epoch = frame.epoch
            self.keeper.add(frame)
            self._outlook.add(frame)
            interrupt.armed = self._order.state is not None  # else no state is worth waiting for the end of a step
            report(work(frame.epoch), work(max(self._end, frame.epoch)), _state(frame))
            if frame.message:
                self._display.say(frame.message)
            if interrupt.asked:
                self.keeper.keep_state()
                raise KeyboardInterrupt

    def _frames(self) -> Iterator[Frame]:
        """Every frame from where it begins, part by part."""
        from styletransfer.engine import stylize

        resume = self._resume
        # With no part left, the engine says that all is painted already.
        for planned, last in [part for part in self._recipe.all_parts if part[1] > self._begin] or [(self._end,) * 2]:
            # A picture of every epoch costs next to nothing here, and so Ctrl-C keeps the newest.
            settings = replace(self._order.settings, epochs=planned, preview_every=1)
            for frame in stylize(
                self._photo,
                self._paintings,
                settings,
                start=self._start,
                weights=self._weights,
                steer=lambda: self._recipe.weighting(self._epoch + 1),
                resume=resume,
                bits=self._order.bits,
            ):
                yield frame
                if frame.epoch == last:
                    resume = cast("Checkpoint | None", frame.checkpoint)
                    break


def _past(resume: "Checkpoint", recipe: Recipe) -> Recipe:
    """The recipe of what an earlier command has painted."""
    try:
        return Recipe.from_json(resume.notes[NOTE])
    except (KeyError, TypeError, StyleTransferError):  # saved by a program that noted none
        if resume.standing is None:
            return recipe
        content, style, tv = resume.standing.weighting
        settings = replace(recipe.settings, content_weight=content, style_weight=style, tv_weight=tv)
        return replace(recipe, settings=settings, steered=())


def _broken_off(failure: Exception, said: list[str]) -> Exception:
    """What to tell of a painting that broke off, with what there is of it."""
    if is_out_of_memory(failure):
        return StyleTransferError(" ".join([NO_MEMORY, *said]))
    if isinstance(failure, StyleTransferError):
        return StyleTransferError(" ".join([str(failure), *said]))
    failure.add_note(" ".join(said))
    return failure


def _state(frame: Frame) -> str:
    losses = ", ".join(f"{name} {frame.losses[name]:.3g}" for name in LOSS_NAMES if name != "total")
    return f"{frame.epoch}/{frame.epochs}, {losses}"
