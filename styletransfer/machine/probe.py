"""A short look at how fast this machine paints. Knows nothing of torch: what paints is handed in."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

from PIL import Image

from styletransfer.engine.frames import Frame
from styletransfer.machine.cost import epoch_work
from styletransfer.machine.speeds import Speed
from styletransfer.settings import Settings

PROBE_SIZE, PROBE_EPOCHS = 160, 4
"""Enough to know the speed by, and done in a second or two."""


def probe(paint: Callable[[Image.Image, Settings], Iterator[Frame]], settings: Settings) -> Speed:
    """Take some steps of a small picture, with the network and on the device that the settings name.

    Args:
        paint: Paints a picture in its own manner; whatever it raises is passed on.
        settings: Name the network and the device.
    """
    noise = Image.effect_noise((PROBE_SIZE, PROBE_SIZE), 64).convert("RGB")
    small = replace(settings, size=PROBE_SIZE, shape=None, epochs=PROBE_EPOCHS, scales=1, stroke_size=1.0)
    small = replace(small, style_shares=None, palette="painting", init="photo", preview_every=1)
    done = [(frame, time.perf_counter()) for frame in paint(noise, small)]
    # The quickest, as much else is being started at the same time.
    seconds = min(later - earlier for (_, earlier), (_, later) in pairwise(done))
    frame = done[-1][0]
    return Speed(frame.network, frame.device, seconds / epoch_work(frame.scale, small), settings.precision, frame.half)
