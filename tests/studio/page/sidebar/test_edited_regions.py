"""What the browser sends of the region editor: taken as it is, or refused in a sentence."""

import base64
import io
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from styletransfer.errors import StyleTransferError
from styletransfer.studio.page.sidebar.edited_regions import read_regions
from styletransfer.studio.regions import COLORS, data_url

HEIGHT, WIDTH = 40, 60


def png(mask: npt.NDArray[Any], mode: str = "L", fmt: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8)).convert(mode).save(file, fmt)
    return file.getvalue()


def columns(start: int, end: int) -> bytes:
    mask = np.zeros((HEIGHT, WIDTH))
    mask[:, start:end] = 255
    return png(mask)


def pixels(mask: bytes | None) -> npt.NDArray[np.int32]:
    assert mask is not None
    with Image.open(io.BytesIO(mask)) as opened:
        assert (opened.mode, opened.size) == ("L", (WIDTH, HEIGHT))
        return np.asarray(opened).astype(np.int32)


def sent(**more: Any) -> dict[str, Any]:
    one = {"name": "Sky", "color": COLORS[0], "painting": None, "weight": 1, "mask": data_url(columns(0, 9))}
    region = {**one, **{name: more.pop(name) for name in one if name in more}}
    return {"width": WIDTH, "height": HEIGHT, "feather": 0.4, "regions": [region], **more}


def test_regions_are_taken_as_they_are() -> None:
    read = read_regions(sent())
    assert (read.size, read.feather) == ((HEIGHT, WIDTH), 0.4)
    assert pixels(read.regions[0].mask)[0, 8] == 255


def test_a_region_in_which_nothing_is_has_no_mask() -> None:
    assert read_regions(sent(mask=None)).painted == ()
    assert read_regions(sent(mask=data_url(columns(0, 0)))).painted == ()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "1", "I;16"])
def test_a_mask_of_another_mode_becomes_grey(mode: str) -> None:
    mask = np.zeros((HEIGHT, WIDTH))
    mask[:, :9] = 255
    read = read_regions(sent(mask=data_url(png(mask, mode))))
    assert pixels(read.regions[0].mask)[0, 0] == 255


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        {},
        {**sent(), "regions": {}},
        {**sent(), "regions": sent()["regions"] * 9},
        {**sent(), "regions": ["x"]},
        sent(width=WIDTH + 1),
        sent(width=10**9),
        sent(height=0),
        sent(height=True),
        sent(height=40.5),
        sent(feather=float("nan")),
        sent(feather=4.1),
        sent(feather="1"),
        sent(name="x" * 41),
        sent(name=7),
        sent(color="red"),
        sent(color="javascript:alert(1)"),
        sent(color=["#e0475b"]),
        sent(painting=7),
        sent(weight=4.5),
        sent(weight=-1),
        sent(weight=None),
        sent(weight=float("inf")),
        sent(mask=7),
        sent(mask="http://example.com/mask.png"),
        sent(mask="data:image/png;base64,####"),
        sent(mask="data:image/png;base64," + base64.b64encode(b"no picture").decode()),
        sent(mask=data_url(columns(0, 9)[:60])),
        sent(mask=data_url(png(np.zeros((HEIGHT, WIDTH)), fmt="BMP"))),
        sent(mask="data:image/png;base64," + "A" * (5 * 1024 * 1024)),
    ],
)
def test_anything_else_is_a_sentence(values: object) -> None:
    with pytest.raises(StyleTransferError, match="cannot be read"):
        read_regions(values)
