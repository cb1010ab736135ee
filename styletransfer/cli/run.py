"""A painting asked for on the command line: its files are checked, it is painted, and what comes of it is kept."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from styletransfer.cli.console import Display, Report
from styletransfer.cli.estimate import Estimate, check_memory
from styletransfer.cli.interrupt import Interrupt
from styletransfer.cli.outputs import NOTE, Keeper
from styletransfer.cli.request import Request
from styletransfer.engine.frames import LOSS_NAMES, Frame
from styletransfer.engine.scales import scale_shapes
from styletransfer.errors import NO_MEMORY, StyleTransferError, is_out_of_memory
from styletransfer.imaging import images
from styletransfer.imaging.masks import all_white, check_covered, checked
from styletransfer.imaging.recipe import Recipe, make_recipe
from styletransfer.machine import cost
from styletransfer.texts import _, local, pgettext, say

if TYPE_CHECKING:
    from styletransfer.engine.checkpoint import Checkpoint


def paint(request: Request, display: Display) -> bool:
    """Paint what was asked for and save it; whatever ends the painting early, what there is gets saved.

    Returns:
        Whether it was painted to the end; False after Ctrl-C.

    Raises:
        StyleTransferError: The request or a picture does not allow it, it broke off, or something cannot be saved. The
            sentence says what there is.
        KeyboardInterrupt: Ctrl-C came before the picture was saved.
    """
    request.check()
    job = _Job(request, display)
    ended: BaseException | None = None
    filmed = True
    with Interrupt() as interrupt:
        with display.progress(pgettext("work", "Painting")) as report:
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
            with display.waiting(_("Putting the film together")):
                job.keeper.save_film()
        except KeyboardInterrupt:
            filmed = False
    said = [job.keeper.sentence(whole=ended is None), *job.keeper.missing()]
    stopped = isinstance(ended, KeyboardInterrupt) or not filmed
    if isinstance(ended, Exception):
        raise _broken_off(ended, said)
    told = " ".join(said)
    if len(said) > 1 and not stopped:
        raise StyleTransferError(told)
    display.say(told)
    return not stopped


class _Job:
    """All that it takes to paint what is asked for, laid out.

    Args:
        request: What is to be painted; it has been checked.
        display: Is told what is painted with, and how long it will take.

    Attributes:
        keeper: Keeps what is painted.

    Raises:
        StyleTransferError: A picture, the weights, the state or the memory does not allow it.
    """

    def __init__(self, request: Request, display: Display) -> None:
        self._request, self._display = request, display
        opened = request.inputs.map(images.open_image)
        masks, keep = checked(opened.masks, opened.keep, opened.photo.size)
        self._inputs = replace(opened, masks=masks, keep=keep)
        with display.waiting(_("Laying out the brushes")):
            from styletransfer.engine.checkpoint import load_checkpoint
            from styletransfer.engine.device import find_device  # torch takes seconds: no mistyped name waits for it
            from styletransfer.engine.vgg.precision import network_dtype
            from styletransfer.engine.vgg.weights import load_weights

            device = find_device(request.settings.device)
            self._resume = (
                None if request.state is None or not request.state.exists() else load_checkpoint(request.state)
            )
            begun = self._resume.precision if self._resume else "auto"
            bfloat16 = network_dtype(device, request.settings.precision, begun).itemsize == 2
            size = self._inputs.photo.size
            check_covered(self._inputs.masks, self._inputs.keep, scale_shapes(size, request.settings)[-1])
            self._estimate = Estimate(size, request.settings, device.type, bfloat16=bfloat16)
            check_memory(size, request.settings, device.type, bfloat16=bfloat16)
            network = request.settings.network
            if self._resume is not None and network == "auto" and request.settings.weights is None:
                network = self._resume.network
            self._weights = load_weights(network, request.settings.weights)
        # Now, while the files are sure to be as they were read.
        recipe = make_recipe(
            request.settings,
            network=self._weights.name,
            bfloat16=bfloat16,
            inputs=request.inputs,
            steered=request.steered,
            photo_colors=request.photo_colors,
            parts=request.parts,
        )
        self._begin = self._epoch = 0
        if self._resume is not None:
            self._begin = self._epoch = self._resume.epoch
            recipe = recipe.following(_past(self._resume, recipe), self._begin)
            display.say(_("Going on after epoch {epoch}, from {file}.", epoch=self._begin, file=request.state))
        self._recipe = recipe
        self._end = recipe.all_parts[-1][1]
        self.keeper = Keeper(request, self._inputs.photo, recipe, self._begin, display.say)
        self._announce()

    def _announce(self) -> None:
        for sentence in self.keeper.gaps():
            self._display.say(sentence)
        if len(self._inputs.masks) == 1 and not all_white(self._inputs.masks):
            self._display.say(
                _(
                    "Beside a single painting a mask changes nothing, since what no mask covers follows the first "
                    "painting; give --keep for what is to stay as it is."
                )
            )
        self._display.say(_("Network: {network}", network=self._weights.source))
        if self._display.quiet:
            return
        from styletransfer.engine.stylize import stylize

        with self._display.waiting(_("Trying the brushes")):
            sentence = self._estimate.sentence(
                self._weights.name,
                len(self._inputs.paintings),
                self._begin,
                self._end,
                lambda picture, small: stylize(picture, picture, small, weights=self._weights),
            )
        self._display.say(sentence)

    def paint(self, interrupt: Interrupt, report: Report) -> None:
        """Paint to the end. Raises whatever breaks it off, and KeyboardInterrupt when Ctrl-C has come."""
        work = partial(
            cost.work, self._inputs.photo.size, self._request.settings, len(self._inputs.paintings), self._begin
        )
        for frame in self._frames():
            self._epoch = frame.epoch
            self.keeper.add(frame)
            self._estimate.add(frame)
            interrupt.armed = self._request.state is not None  # else no state is worth waiting for the end of a step
            report(work(frame.epoch), work(max(self._end, frame.epoch)), _state(frame))
            if frame.message:
                self._display.say(say(frame.message))
            if interrupt.asked:
                self.keeper.keep_state()
                raise KeyboardInterrupt

    def _frames(self) -> Iterator[Frame]:
        """Every frame from where it begins, part by part."""
        from styletransfer.engine.stylize import stylize

        resume = self._resume
        # With no part left, the engine says that all is painted already.
        for planned, last in [part for part in self._recipe.all_parts if part[1] > self._begin] or [(self._end,) * 2]:
            # A picture of every epoch costs next to nothing here, and so Ctrl-C keeps the newest.
            settings = replace(self._request.settings, epochs=planned, preview_every=1)
            for frame in stylize(
                self._inputs.photo,
                self._inputs.paintings,
                settings,
                **self._inputs.besides(),
                weights=self._weights,
                steer=lambda: self._recipe.weighting(self._epoch + 1),
                resume=resume,
                bits=self._request.bits,
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
        if resume.state is None:
            return recipe
        return replace(recipe, settings=recipe.settings.weighted(resume.state.weighting), steered=())


def _broken_off(failure: Exception, said: list[str]) -> Exception:
    """What to tell of a painting that broke off, with what there is of it."""
    told = " ".join(said)
    if is_out_of_memory(failure):
        return StyleTransferError(f"{say(NO_MEMORY)} {told}")
    if isinstance(failure, StyleTransferError):
        return StyleTransferError(f"{say(failure.text)} {told}")
    failure.add_note(told)
    return failure


def _state(frame: Frame) -> str:
    terms = {"content": _("content"), "style": _("style"), "tv": _("tv")}
    losses = ", ".join(f"{terms[name]} {local(f'{frame.losses[name]:.3g}')}" for name in LOSS_NAMES if name in terms)
    return f"{frame.epoch}/{frame.epochs}, {losses}"
