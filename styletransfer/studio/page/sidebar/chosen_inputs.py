"""All pictures that are chosen in the left column, as one."""

from itertools import zip_longest
from pathlib import Path

from styletransfer.inputs import Inputs
from styletransfer.studio.page.sidebar import painting_mix, start_picture
from styletransfer.studio.page.sidebar.picker import adopt_file, chosen_at
from styletransfer.studio.pictures import Picture

NamedPath = tuple[str, Path | None]
"""Name as the user knows it, and the file, or None where that is not known."""


def chosen() -> Inputs[Picture] | None:
    """What is chosen, once the left column has been shown, or None while the photo or a painting is missing."""
    photo, paintings = chosen_at("photo"), painting_mix.chosen()
    if photo is None or paintings is None:
        return None
    return Inputs(photo=photo, paintings=tuple(paintings), start=start_picture.picture())


def named(photo_name: str, painting_names: tuple[str, ...], inputs: Inputs[Path] | None) -> Inputs[NamedPath]:
    """A run's files, None for a damaged one, with the names that the user knows them by."""
    paths = zip_longest(painting_names, inputs.paintings if inputs else ())
    return Inputs(
        photo=(photo_name, inputs.photo if inputs else None),
        paintings=tuple((name or "", path) for name, path in paths),
        start=("", inputs.start) if inputs and inputs.start else None,
    )


def adopt(inputs: Inputs[NamedPath], shares: tuple[float, ...] | None) -> None:
    """Choose what a run is painted from. What is gone or damaged leaves the choice as it was.

    Args:
        inputs: What to choose.
        shares: Those of the paintings in any unit; None for all alike.
    """
    start_picture.adopt(inputs.start[1] if inputs.start else None)
    adopt_file("photo", *inputs.photo)
    painting_mix.adopt(inputs.paintings, shares)
