"""How fast this machine paints, as measured: kept from one start to the next. Knows nothing of torch."""

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from styletransfer.errors import StyleTransferError
from styletransfer.files import replacing
from styletransfer.locations import runs_dir

logger = logging.getLogger(__name__)

_AUTOMATIC = "auto"


@dataclass(frozen=True)
class Speed:
    """How fast this machine paints.

    Attributes:
        network: What with: "vgg16" or "vgg19".
        device: Kind of device: "cpu", "cuda" or "mps".
        seconds_per_megapixel: Seconds of an epoch for every unit of `forecast.epoch_work`.
    """

    network: str
    device: str
    seconds_per_megapixel: float


class Speeds:
    """The newest measurement for each kind of device and network, in a file that page and command line share.

    Args:
        path: The file, which need not exist; the user's own when None.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = runs_dir() / "speeds.json" if path is None else path

    def seconds_per_megapixel(self, network: str, device: str) -> float | None:
        """What was measured last, or None if that was never measured; "auto" is the device that it was last time."""
        known = self._read()
        networks: dict[str, float] = known.get(str(known.get(_AUTOMATIC)) if device == _AUTOMATIC else device, {})
        return networks.get(network)

    def kind(self, device: str) -> str:
        """The kind of device that a setting stands for; "auto" itself as long as nothing was measured."""
        return str(self._read().get(_AUTOMATIC, _AUTOMATIC)) if device == _AUTOMATIC else device

    def learn(self, speed: Speed, *, rough: bool = False, automatic: bool = False) -> None:
        """Keep a measurement.

        Args:
            speed: What was measured.
            rough: Keep it only where there is none yet.
            automatic: The device is the one that "auto" stands for.
        """
        known = self._read()
        if automatic:
            known[_AUTOMATIC] = speed.device
        networks = known.setdefault(speed.device, {})
        if not (rough and speed.network in networks):
            networks[speed.network] = round(speed.seconds_per_megapixel, 4)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self._path) as temporary:
                temporary.write_text(json.dumps(known, indent=1), encoding="utf-8")
        except (OSError, StyleTransferError) as error:
            logger.warning("the speed of this machine cannot be kept: %s", error)

    def _read(self) -> dict[str, Any]:
        """Each device's networks with their seconds, and what "auto" stands for; without whatever is damaged."""
        try:
            found = json.loads(self._path.read_text("utf-8"))
            known: dict[str, Any] = {
                str(device): {str(network): float(seconds) for network, seconds in networks.items()}
                for device, networks in found.items()
                if isinstance(networks, dict)
            }
            if isinstance(found.get(_AUTOMATIC), str):
                known[_AUTOMATIC] = found[_AUTOMATIC]
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError):
            logger.warning("%s cannot be read; speeds will be measured anew", self._path)
            return {}
        return known
