"""The small copy of the photo that regions are painted on, cut into superpixels."""

import base64
import io
from functools import lru_cache

import numpy as np
from PIL import Image

from styletransfer.imaging.images import fit
from styletransfer.imaging.superpixels import superpixels
from styletransfer.studio.components.region_editor import Canvas
from styletransfer.studio.pictures import Picture
from styletransfer.studio.regions import SMALL_COPY


@lru_cache(maxsize=4)
def small_copy(photo: Picture) -> Canvas:
    """What the editor paints on. Made of what is shown of the photo, so that the largest one is not opened again."""
    data = base64.b64decode(photo.shown.partition(",")[2])
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as opened:
        shown = opened.convert("RGB")
    small = fit(shown, SMALL_COPY) if max(shown.size) > SMALL_COPY else shown
    return Canvas(
        src=photo.shown,
        tile=photo.tile,
        labels=_labels(small),
        width=small.width,
        height=small.height,
        title=photo.title,
    )


def _labels(small: Image.Image) -> str:
    """The superpixels as a PNG, lossless: the number's low byte is red, its high byte green."""
    labels = superpixels(small)
    coded = np.stack([labels % 256, labels // 256, np.zeros_like(labels)], axis=2).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(coded).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
