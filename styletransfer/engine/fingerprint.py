"""What a painting is made from and with, to tell whether a saved one can be gone on with."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.settings import Settings
from styletransfer.texts import Text

_FREE = ("epochs", "preview_every", "device", "content_weight", "style_weight", "tv_weight", "network", "weights")
"""Settings that may be others when a painting is gone on with; the network is compared by its numbers instead."""


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """What a painting is made from and with, as far as it must not change on the way.

    Attributes:
        settings: All but those that may change. The precision is the one that the network reckons in, "full" or
            "half"; "auto" comes from an older version, which did not say what that was.
        network: Name of the network.
        numbers: Checksum of the network's numbers.
        photo: Hash of the photo's pixels.
        paintings: Hash of each painting's pixels.
        start: Hash of the pixels of the picture to start from, or None.
    """

    settings: Mapping[str, Any]
    network: str
    numbers: int
    photo: str
    paintings: tuple[str, ...]
    start: str | None

    @classmethod
    def of(
        cls,
        photo: Image.Image,
        paintings: Sequence[Image.Image],
        start: Image.Image | None,
        settings: Settings,
        network: str,
        numbers: int,
    ) -> "Fingerprint":
        """Take everything in; some tenths of a second."""
        return cls(
            settings={name: value for name, value in settings.to_dict().items() if name not in _FREE},
            network=network,
            numbers=numbers,
            photo=_hash(photo),
            paintings=tuple(map(_hash, paintings)),
            start=None if start is None else _hash(start),
        )

    def check(self, now: "Fingerprint") -> None:
        """Make sure that a painting of this origin can be gone on with from `now`.

        Raises:
            StyleTransferError: It cannot; the sentence says what differs.
        """
        untold = ("precision",) if self.settings.get("precision") == "auto" else ()
        names = [
            name for name, value in now.settings.items() if name not in untold and self.settings.get(name) != value
        ]
        if names:
            raise _unfit(Text("painted with another {names}", names=" / ".join(names)))
        pairs = (
            (Text("painted from another photo"), self.photo, now.photo),
            (Text("painted from another set of paintings"), self.paintings, now.paintings),
            (Text("painted from another picture to start from"), self.start, now.start),
            (
                Text("painted with {network}", network=self.network),
                (self.network, self.numbers),
                (now.network, now.numbers),
            ),
        )
        for reason, before, after in pairs:
            if before != after:
                raise _unfit(reason)


def _hash(image: Image.Image) -> str:
    return f"{image.mode} {image.width} x {image.height} {hashlib.blake2b(image.tobytes(), digest_size=16).hexdigest()}"


def _unfit(reason: str) -> StyleTransferError:
    return StyleTransferError(
        "The saved state does not fit: it was {reason}. Give the same again, or paint anew.", reason=reason
    )
