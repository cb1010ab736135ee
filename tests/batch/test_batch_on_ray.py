"""A picture of a batch, painted elsewhere: it goes on from what has been sent of it, and is the same in the end."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from styletransfer.batch.on_ray import Begun, painted
from styletransfer.batch.painter import Order, Painted, Painter
from styletransfer.batch.plan import Item, Pair
from styletransfer.batch.sources import Source
from styletransfer.engine.vgg.weights import Weights
from styletransfer.settings import Settings


@pytest.fixture
def order(tmp_path: Path) -> Order:
    photo = tmp_path / "photo.png"
    Image.effect_noise((64, 48), 90).convert("RGB").save(photo)
    pair = Pair(photo=Source(photo), painting=photo, settings=Settings(size=64, epochs=6, network="vgg16"))
    return Order.of(Item(pair, Path("out.png")), "vgg16")


@pytest.mark.parametrize("damage", [False, True])
def test_a_picture_goes_on_from_what_was_sent_of_it(order: Order, vgg16: Weights, *, damage: bool) -> None:
    painter = Painter(vgg16)
    *sent, whole = painted(painter, order, None, 0.0)
    assert isinstance(whole, Painted)
    assert len(sent) == 5
    assert isinstance(sent[2], Begun)
    checkpoint = sent[2].checkpoint[:-200] if damage else sent[2].checkpoint
    *rest, again = painted(painter, order, checkpoint, 0.0)
    assert isinstance(again, Painted)
    assert len(rest) == (5 if damage else 2)
    assert again.data == whole.data
    assert Image.open(BytesIO(again.data)).width == 64


def test_nothing_is_sent_of_one_that_is_soon_done(order: Order, vgg16: Weights) -> None:
    assert len(list(painted(Painter(vgg16), order, None, 600.0))) == 1
