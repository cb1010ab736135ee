"""What several paintings have in common: spared work, and not a bit of difference."""

from collections.abc import Callable

import pytest
from PIL import Image

from styletransfer.engine import shared_network
from styletransfer.engine import stylize as engine
from styletransfer.engine.shared_network import SharedNetwork
from styletransfer.engine.stylize import stylize
from styletransfer.engine.vgg.network import Network
from styletransfer.engine.vgg.weights import Weights
from styletransfer.settings import Settings

SETTINGS = Settings(size=64, epochs=4, scales=2)


def painted(photo: Image.Image, style: Image.Image, settings: Settings, weights: Weights | SharedNetwork) -> bytes:
    *_, last = stylize(photo, style, settings, weights=weights)
    assert last.image is not None
    return last.image.tobytes()


def test_a_shared_network_paints_the_same_pictures_and_is_made_once(
    vgg16: Weights, soft_picture: Callable[..., Image.Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Network] = []
    looked: list[object] = []
    real, look = engine.make_network, shared_network.to_tensor
    photos, style = [soft_picture(1), soft_picture(2, (64, 96))], soft_picture(3, (90, 90))
    alone = [painted(photo, style, SETTINGS, vgg16) for photo in photos]
    monkeypatch.setattr(engine, "make_network", lambda *a, **k: made.append(real(*a, **k)) or made[-1])
    monkeypatch.setattr(shared_network, "to_tensor", lambda *a: looked.append(a) or look(*a))
    shared = SharedNetwork(vgg16)
    assert [painted(photo, style, SETTINGS, shared) for photo in photos] == alone
    assert len(made) == 1
    assert len(looked) == len({(picture.size) for picture, _ in looked})  # once at each size


def test_settings_that_it_looks_through_get_a_network_of_their_own(
    vgg16: Weights, soft_picture: Callable[..., Image.Image]
) -> None:
    photo, style, shared = soft_picture(1), soft_picture(2), SharedNetwork(vgg16)
    for settings in (SETTINGS, Settings(size=64, epochs=2, pooling="average"), Settings(size=64, epochs=2, seed=1)):
        assert painted(photo, style, settings, shared) == painted(photo, style, settings, vgg16)
