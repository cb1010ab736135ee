"""What a picture with a recipe was painted with, and from which files, as far as these are at hand."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from styletransfer.cli.console import Display
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import LARGEST_FILE
from styletransfer.imaging.recipe import Recipe, read_recipe, sha256_of
from styletransfer.inputs import Inputs
from styletransfer.settings import Settings
from styletransfer.texts import _

_MOST_SEARCHED = 200
"""Files beside a picture with a recipe that are looked through for those that it was painted from."""


def read_whole_recipe(path: Path, has_weights: bool, display: Display) -> Recipe:
    """What a picture was painted with; its settings name the network."""
    recipe = read_recipe(path)
    if recipe is None:
        raise StyleTransferError(
            "{path} carries no recipe; give a picture that was painted by this program.", path=path
        )
    if recipe.weights is not None and not has_weights:
        display.say(
            _(
                "It was painted with the weights in {file}: give them with --weights for the same.",
                file=recipe.weights.name,
            )
        )
    elif recipe.weights is None and recipe.settings.network == "auto":
        settings = Settings.from_dict(recipe.settings.to_dict() | {"network": recipe.network})
        return replace(recipe, settings=settings)
    return recipe


def all_inputs(given: Inputs[Path], recipe: Recipe, path: Path, display: Display, *, started: bool) -> Inputs[Path]:
    """The pictures that were given, with what the recipe names besides photo and paintings, found by its checksum.

    Args:
        given: The pictures.
        recipe: The recipe.
        path: The picture that carries it.
        display: Is told what was found, and what was not.
        started: Whether it was said what to start from.
    """
    named = recipe.inputs
    start = None if started else named.start
    masks = named.masks if not given.masks and len(named.masks) == len(given.paintings) else ()
    keep = named.keep if given.keep is None else None
    found = _found({digest for digest in (start, *masks, keep) if digest is not None}, given, path)
    if start is not None:
        if start in found:
            display.say(_("It starts from {path}, as the picture with the recipe did.", path=found[start]))
        else:
            display.say(
                _(
                    "{path} was started from a picture that is not beside it: give that with --init for the same.",
                    path=path,
                )
            )
    painted_with = [digest for digest in (*masks, keep) if digest is not None]
    if not found.keys() >= set(painted_with):
        display.say(
            _(
                "{path} was painted with masks that are not beside it: give them with --mask and --keep for the same.",
                path=path,
            )
        )
        masks, keep = (), None
    else:
        for digest in painted_with:
            display.say(_("The mask {path} is one of the picture with the recipe.", path=found[digest]))
    return replace(
        given,
        start=given.start or found.get(start or ""),
        masks=given.masks or tuple(found[digest] for digest in masks),
        keep=given.keep or found.get(keep or ""),
    )


def _found(digests: set[str], given: Inputs[Path], path: Path) -> dict[str, Path]:
    """Where the pictures of these checksums are: among those given, or beside the one with the recipe."""
    found: dict[str, Path] = {}
    if not digests:
        return found
    candidates: Iterable[Path] = [given.photo, *given.paintings]
    with suppress(OSError):  # a folder that may not be listed
        candidates = [*candidates, *sorted(path.absolute().parent.iterdir())[:_MOST_SEARCHED]]
    for candidate in candidates:
        if found.keys() >= digests:
            break
        with suppress(OSError, StyleTransferError):  # a file that cannot be read is not the one
            if candidate.is_file() and candidate.stat().st_size <= LARGEST_FILE:
                digest = sha256_of(candidate)
                if digest in digests:
                    found.setdefault(digest, candidate)
    return found
