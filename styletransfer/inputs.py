"""What a painting is made from: one value for each role that a picture can have in it.

The same `Inputs` goes all the way: chosen on the page or the command line, written into a run's folder, opened in the
worker, hashed into recipes and checkpoints, painted from. What stands in it differs: files, paths, pictures, hashes.
A new role is a field here, with what iterates over the roles below; then whoever chooses it and whoever paints from it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")


@dataclass(frozen=True, kw_only=True)
class Inputs(Generic[T_co]):
    """One value for each picture; iterating gives all of them, photo first.

    Attributes:
        photo: The photo's.
        paintings: Each painting's, one to four.
        start: That of the picture to begin from instead of the photo or noise, or None.
    """

    photo: T_co
    paintings: tuple[T_co, ...]
    start: T_co | None = None

    def __iter__(self) -> Iterator[T_co]:
        yield self.photo
        yield from self.paintings
        yield from self.besides().values()

    def slots(self) -> "Inputs[tuple[str, T_co]]":
        """Each value with the name of its place: "photo", "painting", "painting-2" and so on, "start"."""
        numbered = enumerate(self.paintings, 1)
        return Inputs(
            photo=("photo", self.photo),
            paintings=tuple(("painting" if n == 1 else f"painting-{n}", painting) for n, painting in numbered),
            start=None if self.start is None else ("start", self.start),
        )

    def map(self, change: Callable[[T_co], U]) -> "Inputs[U]":
        """The same roles with what `change` makes of each value."""
        return Inputs(
            photo=change(self.photo),
            paintings=tuple(map(change, self.paintings)),
            start=None if self.start is None else change(self.start),
        )

    def besides(self) -> dict[str, T_co]:
        """What there is besides photo and paintings, by role: keyword arguments of `stylize`."""
        return {} if self.start is None else {"start": self.start}

    def to_dict(self) -> dict[str, Any]:
        """By role, as plain JSON types if the values are; None for what there is not."""
        return {"photo": self.photo, "paintings": list(self.paintings), "start": self.start}

    @staticmethod
    def from_dict(values: Mapping[str, Any], read: Callable[[str, Any], U]) -> "Inputs[U]":
        """From what `to_dict` gave; `read` is given each role and value, and checks it.

        Raises:
            KeyError, TypeError: A role is missing or is no list where it must be.
        """
        if not isinstance(values["paintings"], list | tuple):
            raise TypeError("paintings")
        return Inputs(
            photo=read("photo", values["photo"]),
            paintings=tuple(read("paintings", painting) for painting in values["paintings"]),
            start=None if values.get("start") is None else read("start", values["start"]),
        )
