"""What a painting is made from and with, to tell whether a saved one can be gone on with."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.inputs import Inputs
from styletransfer.settings import Settings
from styletransfer.texts import Text

_FREE = (
    "epochs",
    "preview_every",
    "device",
    "content_weight",
    "style_weight",
    "tv_weight",
    "region_weights",
    "network",
    "weights",
)
"""Settings that may be others when a painting is gone on with; the network is compared by its numbers instead."""
_OTHER = {
    "photo": Text("painted from another photo"),
    "paintings": Text("painted from another set of paintings"),
    "start": Text("painted from another picture to start from"),
    "masks": Text("painted with another set of masks"),
    "keep": Text("painted with another mask of what stays as it is"),
}


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """What a painting is made from and with, as far as it must not change on the way.

    Attributes:
        settings: All but those that may change. The precision is the one that the network reckons in, "full" or
            "half"; "auto" comes from an older version, which did not say what that was.
        network: Name of the network.
        numbers: Checksum of the network's numbers.
        inputs: Hash of each picture's pixels.
    """

    settings: Mapping[str, Any]
    network: str
    numbers: int
    inputs: Inputs[str]

    @classmethod
    def of(cls, inputs: Inputs[Image.Image], settings: Settings, network: str, numbers: int) -> "Fingerprint":
        """Take everything in; some tenths of a second."""
        return cls(
            settings={name: value for name, value in settings.to_dict().items() if name not in _FREE},
            network=network,
            numbers=numbers,
            inputs=inputs.map(_hash),
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
        before = self.inputs.to_dict()
        for role, after in now.inputs.to_dict().items():
            if before[role] != after:
                raise _unfit(_OTHER[role])
        if (self.network, self.numbers) != (now.network, now.numbers):
            raise _unfit(Text("painted with {network}", network=self.network))

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON types."""
        values = {"settings": dict(self.settings), "network": self.network, "numbers": self.numbers}
        return values | self.inputs.to_dict()

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Fingerprint":
        """From what `to_dict` gave. Raises KeyError, TypeError or ValueError if it is damaged."""
        return cls(
            settings={"precision": "full"} | dict(values["settings"]),  # what knew of no other did not name it
            network=str(values["network"]),
            numbers=int(values["numbers"]),
            inputs=Inputs.from_dict(values, lambda _, value: str(value)),
        )


def _hash(image: Image.Image) -> str:
    return f"{image.mode} {image.width} x {image.height} {hashlib.blake2b(image.tobytes(), digest_size=16).hexdigest()}"


def _unfit(reason: str) -> StyleTransferError:
    return StyleTransferError(
        "The saved state does not fit: it was {reason}. Give the same again, or paint anew.", reason=reason
    )
