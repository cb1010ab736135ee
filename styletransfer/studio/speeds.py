"""How fast this machine paints, as measured: kept from one start to the next."""

import json
import logging
from pathlib import Path

from styletransfer.errors import StyleTransferError
from styletransfer.studio.messages import Speed
from styletransfer.studio.runs import write_whole

logger = logging.getLogger(__name__)


class Speeds:
    """The newest measurement for each network, in the file `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seconds: dict[str, float] = {}
        try:
            for network, seconds in json.loads(path.read_text("utf-8")).items():
                self._seconds[str(network)] = float(seconds)
        except FileNotFoundError:
            pass
        except (OSError, ValueError, TypeError, AttributeError):
            logger.warning("%s cannot be read; speeds will be measured anew", path)

    def __getitem__(self, network: str) -> float | None:
        """Seconds of an epoch for every million pixels, or None if that was never measured."""
        return self._seconds.get(network)

    def learn(self, speed: Speed, *, rough: bool = False) -> None:
        """Keep a measurement; a rough one only where there is none yet."""
        if rough and speed.network in self._seconds:
            return
        self._seconds[speed.network] = round(speed.seconds_per_megapixel, 4)
        try:
            write_whole(self._path, json.dumps(self._seconds, indent=1).encode())
        except StyleTransferError as error:
            logger.warning("%s", error)
