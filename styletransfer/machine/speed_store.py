"""The speeds that were measured on this machine, kept from one start to the next."""

import json
import logging
from pathlib import Path
from typing import Any

from styletransfer.errors import StyleTransferError
from styletransfer.machine.speed import Speed
from styletransfer.settings import Precision
from styletransfer.support.files import replacing
from styletransfer.support.paths import runs_dir

logger = logging.getLogger(__name__)

_AUTOMATIC = "auto"
_FLOAT32 = 2.8
"""How many times as long float32 takes on a machine that uses bfloat16 by itself, until it is measured."""


class SpeedStore:
    """The newest measurement for each kind of device and network, in a file that page and command line share.

    Args:
        path: The file, which need not exist; the user's own when None.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = runs_dir() / "speeds.json" if path is None else path

    def find(self, network: str, device: str, precision: Precision = "auto") -> Speed | None:
        """What was measured last, or None if that was never measured; "auto" is the device that it was last time.

        One precision may tell of another, but nothing tells how slow bfloat16 is where it is done by hand.
        """
        known = self._read()
        kind = str(known.get(_AUTOMATIC)) if device == _AUTOMATIC else device
        measured: dict[str, tuple[float, bool]] = known.get(kind, {})
        found = measured.get(f"{network} {precision}")
        if found is not None:
            return Speed(network, kind, found[0], precision, found[1])
        usual = measured.get(f"{network} auto")
        if usual is None or (precision == "half" and not usual[1]):
            return None
        if precision == "half":
            return Speed(network, kind, usual[0], precision, bfloat16=True)
        return Speed(network, kind, usual[0] * (_FLOAT32 if usual[1] else 1), precision)

    def device_kind(self, device: str) -> str:
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
        measured, key = known.setdefault(speed.device, {}), f"{speed.network} {speed.precision}"
        if not (rough and key in measured):
            measured[key] = (round(speed.seconds_per_megapixel, 4), speed.bfloat16)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self._path) as temporary:
                temporary.write_text(json.dumps(known, indent=1), encoding="utf-8")
        except (OSError, StyleTransferError) as error:
            logger.warning("the speed of this machine cannot be kept: %s", error)

    def _read(self) -> dict[str, Any]:
        """For each device what was measured, by network and precision; what "auto" stands for; nothing damaged."""
        try:
            found = json.loads(self._path.read_text("utf-8"))
            known: dict[str, Any] = {
                str(device): {
                    str(key): (float(seconds), bool(bfloat16)) for key, (seconds, bfloat16) in measured.items()
                }
                for device, measured in found.items()
                if isinstance(measured, dict)
            }
            if isinstance(found.get(_AUTOMATIC), str):
                known[_AUTOMATIC] = found[_AUTOMATIC]
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, ArithmeticError, AttributeError, RecursionError):
            logger.warning("%s cannot be read; speeds will be measured anew", self._path)
            return {}
        return known
