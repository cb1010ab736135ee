"""What a painting is made from: one value for each role that a picture can have in it.

The same `Inputs` goes all the way: chosen on the page or the command line, written into a run's folder, opened in the
worker, hashed into recipes and checkpoints, painted from. What stands in it differs: files, paths, pictures, hashes.
A new role is a field here, with what iterates over the roles below; then whoever chooses it and whoever paints from it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, kw_only=True)
class Inputs(Generic[T_co]):
    """One value for each picture; iterating gives all of them, photo first.

    Attributes:
        photo: The photo's.
        paintings: Each painting's, one to four.
        start: That of the picture to begin from instead of the photo or noise, or None.
        masks: That of the mask of each painting, in their order: white where the painting applies; or none at all,
            and every painting applies everywhere. A painting may stand twice, with another mask each time.
        keep: That of the mask of what stays as it is in the photo, white there, or None.
    """

    photo: T_co
    paintings: tuple[T_co, ...]
    start: T_co | None = None
    masks: tuple[T_co, ...] = ()
    keep: T_co | None = None

    def __iter__(self) -> Iterator[T_co]:
        yield self.photo
        yield from self.paintings
        if self.start is not None:
            yield self.start
        yield from self.masks
        if self.keep is not None:
            yield self.keep

    def slots(self) -> "Inputs[tuple[str, T_co]]":
        """Each value with the name of its place.

        "photo", "painting", "painting-2" and so on, "start", "mask", "mask-2" and so on, "keep".
        """
        return Inputs(
            photo=("photo", self.photo),
            paintings=_numbered("painting", self.paintings),
            start=None if self.start is None else ("start", self.start),
            masks=_numbered("mask", self.masks),
            keep=None if self.keep is None else ("keep", self.keep),
        )

    def map(self, change: Callable[[T_co], U]) -> "Inputs[U]":
        """The same roles with what `change` makes of each value."""
        return Inputs(
            photo=change(self.photo),
            paintings=tuple(map(change, self.paintings)),
            start=None if self.start is None else change(self.start),
            masks=tuple(map(change, self.masks)),
            keep=None if self.keep is None else change(self.keep),
        )

    def besides(self) -> dict[str, Any]:
        """What there is besides photo and paintings, by role: keyword arguments of `stylize`."""
        roles = {"start": self.start, "masks": self.masks or None, "keep": self.keep}
        return {role: value for role, value in roles.items() if value is not None}

    def to_dict(self) -> dict[str, Any]:
        """By role, as plain JSON types if the values are; None for what there is not."""
        return {
            "photo": self.photo,
            "paintings": list(self.paintings),
            "start": self.start,
            "masks": list(self.masks),
            "keep": self.keep,
        }

    @staticmethod
    def from_dict(values: Mapping[str, Any], read: Callable[[str, Any], U]) -> "Inputs[U]":
        """From what `to_dict` gave, also that of earlier versions, which knew of no masks.

        `read` is given each role and value, and checks it.

        Raises:
            KeyError, TypeError: A role is missing or is no list where it must be.
        """

        def all_of(role: str, listed: Any) -> tuple[U, ...]:
            if not isinstance(listed, list | tuple):
                raise TypeError(role)
            return tuple(read(role, value) for value in listed)

        return Inputs(
            photo=read("photo", values["photo"]),
            paintings=all_of("paintings", values["paintings"]),
            start=None if values.get("start") is None else read("start", values["start"]),
            masks=all_of("masks", values.get("masks", ())),
            keep=None if values.get("keep") is None else read("keep", values["keep"]),
        )


def _numbered(name: str, values: tuple[T, ...]) -> tuple[tuple[str, T], ...]:
    """Each value with a name of its own: the name, then name-2 and so on."""
    return tuple((name if number == 1 else f"{name}-{number}", value) for number, value in enumerate(values, 1))
