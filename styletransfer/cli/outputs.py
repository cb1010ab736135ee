"""What comes of a painting is kept: the picture, the pictures on the way, the losses, the film, the state."""

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from styletransfer.cli.request import FILM_HOLD, Request, film_format
from styletransfer.engine import loss_csv
from styletransfer.engine.frames import Frame
from styletransfer.errors import StyleTransferError, is_out_of_memory
from styletransfer.imaging import film, images
from styletransfer.imaging.color import Painted, with_photo_colors
from styletransfer.imaging.recipe import Recipe
from styletransfer.support import files, units
from styletransfer.support.throttle import Throttle
from styletransfer.texts import Text, _, ngettext, say

_NO_MEMORY = {
    "picture": Text("There is not enough memory to save the picture."),
    "pictures": Text("There is not enough memory to save the pictures."),
    "losses": Text("There is not enough memory to save the losses."),
    "film": Text("There is not enough memory to save the film."),
    "state": Text("There is not enough memory to save the state."),
}
NOTE = "recipe"
"""Under this name the state's notes hold the recipe of what has been painted so far, as text."""


class Keeper:
    """Keeps the newest picture, and beside it what was asked for.

    A full disk is no reason to stop painting: what could not be kept beside the picture is told at the end.

    Args:
        request: What was asked for.
        photo: The photo, for its colours.
        recipe: Of the whole painting.
        done: Epochs that an earlier command has painted, which its state is gone on from.
        say: Tells the user at once what cannot be kept.

    Attributes:
        frame: The newest frame, or None before the first.
    """

    def __init__(
        self, request: Request, photo: Image.Image, recipe: Recipe, done: int, say: Callable[[str], None]
    ) -> None:
        self.frame: Frame | None = None
        self._request = request
        self._photo = photo
        self._recipe = recipe
        self._done = done
        self._say = say
        self._clipped = ""
        self._moments: list[bytes] = []
        self._throttle = Throttle(share=0.03, least=5.0)
        self._rows: list[loss_csv.Row] = []
        # A file that can be read again.
        self._table = request.losses is not None and not files.is_stream(request.losses)
        if done and request.losses is not None and self._table:
            self._rows += [row for row in loss_csv.read_rows(request.losses) if int(row[0]) <= done]
        self._lost: dict[str, list[str]] = {}
        self._told: set[str] = set()

    def gaps(self) -> list[str]:
        """What will be missing as an earlier command has not kept it, a sentence each; to be said before painting."""
        request, sentences = self._request, []
        if self._done and request.film is not None:
            sentences.append(
                _(
                    "{film} will begin with epoch {epoch}, as {state} keeps no pictures of those before; for a film of "
                    "all of them, paint anew.",
                    film=request.film,
                    epoch=self._done + 1,
                    state=request.state,
                )
            )
        if self._table and len(self._rows) < self._done:
            sentences.append(
                _(
                    "{table} will lack epochs up to {epoch}, as it does not hold them all.",
                    table=request.losses,
                    epoch=self._done,
                )
            )
        return sentences

    def add(self, frame: Frame) -> None:
        """Take in the next frame, which must have a picture."""
        self.frame = frame
        if frame.clipped_losses is not None:
            self._clipped = " " + units.clipped(frame.epoch, frame.clipped_losses["total"])
        self._rows.append(loss_csv.row(frame))
        if self._request.film is not None:
            self._moments.append(self._moment(frame, self._request.film))
        every = self._request.save_every
        if every and frame.epoch % every == 0:
            self._try("pictures", lambda: self._save(frame, self._request.snapshot(frame.epoch)))
            self._tell("pictures")
        if self._throttle.due() or frame.epoch == self._recipe.all_parts[-1][1]:
            self.keep_state()

    def keep_state(self) -> None:
        """Save the state of the painting, if that was asked for. Only before the next frame is asked for."""
        if self._request.state is None or self.frame is None or self.frame.checkpoint is None:
            return
        with self._throttle.timed():
            self._lost.pop("state", None)
            self._try("state", self._save_state)
        self._tell("state")

    def save_picture(self) -> None:
        """Save the newest picture, and with it the losses."""
        frame = self._newest()
        self._try("picture", lambda: self._save(frame, self._request.out))
        self._lost.pop("losses", None)
        self._try("losses", self._save_losses)

    def save_film(self) -> None:
        """Make the film, if one was asked for. Raises KeyboardInterrupt when Ctrl-C comes."""
        path = self._request.film
        if path is None:
            return
        seconds = self._request.film_seconds
        try:
            self._try(
                "film",
                lambda: film.export(self._moments, path, fmt=film_format(path), seconds=seconds, hold=FILM_HOLD),
            )
        except KeyboardInterrupt:
            self._lost["film"] = [_("{path} was not made, as Ctrl-C came.", path=path)]
            raise

    def sentence(self, *, whole: bool) -> str:
        """What has been painted.

        Args:
            whole: Whether it was painted to the end.
        """
        frame = self._newest()
        height, width = frame.scale
        epochs = self._recipe.all_parts[-1][1]
        if "picture" in self._lost:
            return _("Painted until epoch {epoch} of {epochs}.", epoch=frame.epoch, epochs=epochs)
        file = _(
            "{path} ({width} x {height} pixels, {seconds} s)",
            path=self._request.out,
            width=width,
            height=height,
            seconds=round(frame.seconds),
        )
        if whole:
            return _("Painted {picture}.", picture=file) + self._clipped
        said = _("Stopped after epoch {epoch} of {epochs}: {picture}.", epoch=frame.epoch, epochs=epochs, picture=file)
        return said + self._clipped

    def missing(self) -> list[str]:
        """What could not be kept, a sentence each."""
        sentences = []
        for errors in self._lost.values():
            sentences.append(errors[0])
            if len(errors) > 1:
                sentences.append(
                    ngettext("The same holds for {count} more.", "The same holds for {count} more.", len(errors) - 1)
                )
        return sentences

    def _newest(self) -> Frame:
        assert self.frame is not None  # noqa: S101 - only asked once there is something to keep
        return self.frame

    def _try(self, what: str, keep: Callable[[], None]) -> None:
        """Note why it cannot be kept, if so."""
        try:
            keep()
            return
        except StyleTransferError as error:
            reason = say(error.text)
        except (MemoryError, RuntimeError, OSError) as error:
            if not is_out_of_memory(error):
                raise
            reason = say(_NO_MEMORY[what])
        self._lost.setdefault(what, []).append(reason)

    def _tell(self, what: str) -> None:
        """Say at once, and once, what cannot be kept on the way."""
        if what in self._lost and what not in self._told:
            self._told.add(what)
            self._say(f"{self._lost[what][0]} {_('The painting goes on without.')}")

    def _save_state(self) -> None:
        frame, state = self._newest(), self._request.state
        if frame.checkpoint is None or state is None:
            return
        # The losses first: a table may know of epochs that the state does not, never the other way round.
        self._lost.pop("losses", None)
        if self._table:
            self._try("losses", self._save_losses)
        frame.checkpoint.save(state, notes={NOTE: self._recipe.until(frame.epoch).to_json()})

    def _save_losses(self) -> None:
        if self._request.losses is not None:
            files.write_text(self._request.losses, loss_csv.to_csv(self._rows))

    def _save(self, frame: Frame, path: Path) -> None:
        picture = self._colored(frame) if frame.pixels is None else self._in_colors(frame.pixels)
        images.save_image(picture, path, recipe=self._recipe.until(frame.epoch).to_json())

    def _moment(self, frame: Frame, path: Path) -> bytes:
        image = self._colored(frame)
        clear = image.mode == "RGBA" and film_format(path) == "webp"  # the other films show it on white, as JPEG does
        return images.encode(image, "webp" if clear else "jpeg", quality=90)

    def _colored(self, frame: Frame) -> Image.Image:
        assert frame.image is not None  # noqa: S101 - every frame was asked to have one
        return self._in_colors(frame.image)

    def _in_colors(self, picture: Painted) -> Painted:
        if not self._request.photo_colors:
            return picture
        return with_photo_colors(picture, self._photo, self._request.photo_colors)
