"""All pictures that are chosen in the left column, as one."""

import filecmp
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

from styletransfer.inputs import Inputs
from styletransfer.settings import Settings
from styletransfer.studio.page.sidebar import painting_mix, region_choice, start_picture
from styletransfer.studio.page.sidebar.picker import adopt_file, chosen_at, single
from styletransfer.studio.pictures import Picture

NamedPath = tuple[str, Path | None]
"""Name as the user knows it, and the file, or None where that is not known."""


def chosen() -> Inputs[Picture] | None:
    """What is chosen, once the left column has been shown, or None while the photo or a painting is missing.

    Raises:
        StyleTransferError: The regions do not go together.
    """
    photo, paintings = chosen_at("photo"), painting_mix.chosen()
    if photo is None or paintings is None:
        return None
    start = start_picture.picture() if single() else None
    return replace(region_choice.chosen(photo, paintings), start=start)


def named(photo_name: str, painting_names: tuple[str, ...], inputs: Inputs[Path] | None) -> Inputs[NamedPath]:
    """A run's files, None for a damaged one, with the names that the user knows them by."""
    paths = zip_longest(painting_names, inputs.paintings if inputs else ())
    return Inputs(
        photo=(photo_name, inputs.photo if inputs else None),
        paintings=tuple((name or "", path) for name, path in paths),
        start=("", inputs.start) if inputs and inputs.start else None,
        masks=tuple(("", path) for path in inputs.masks) if inputs else (),
        keep=("", inputs.keep) if inputs and inputs.keep else None,
    )


def adopt(inputs: Inputs[NamedPath], settings: Settings | None) -> bool:
    """Choose what a run is painted from. What is gone or damaged leaves the choice as it was.

    Args:
        inputs: What to choose.
        settings: How it is painted, with its weights as they were in the end; None for a damaged run.

    Returns:
        Whether its regions are back, if it had any.
    """
    start_picture.adopt(inputs.start[1] if inputs.start else None)
    adopt_file("photo", *inputs.photo)
    different = _different(inputs.paintings) if inputs.masks else list(inputs.paintings)
    places = painting_mix.adopt(different, settings.style_shares if settings else None)
    of_masks = [places[_index(painting, different)] for painting in inputs.paintings] if inputs.masks else places
    return region_choice.adopt(inputs, of_masks, settings.region_weights if settings else None)


def _different(paintings: tuple[NamedPath, ...]) -> list[NamedPath]:
    """Each painting once: with masks, one may stand there for two regions."""
    found: list[NamedPath] = []
    for painting in paintings:
        if _index(painting, found) == len(found):
            found.append(painting)
    return found


def _index(painting: NamedPath, among: list[NamedPath]) -> int:
    """Where the same painting stands; their number if nowhere."""
    return next((number for number, other in enumerate(among) if _same(painting, other)), len(among))


def _same(one: NamedPath, other: NamedPath) -> bool:
    (name, path), (other_name, other_path) = one, other
    if name != other_name or path is None or other_path is None:
        return path == other_path and name == other_name
    try:
        return filecmp.cmp(path, other_path, shallow=False)
    except OSError:
        return False
