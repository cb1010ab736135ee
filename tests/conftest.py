"""What all tests share: a process that behaves alike everywhere, pictures made on the spot, random networks."""

import atexit
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator

import hypothesis
import numpy as np
import pytest
from PIL import Image

from styletransfer.machine.threads import wait_briefly

if sys.dont_write_bytecode:  # each of the many processes that tests start would compile torch anew
    _bytecode = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    atexit.register(_bytecode.cleanup)
    sys.dont_write_bytecode, sys.pycache_prefix = False, _bytecode.name
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = _bytecode.name
wait_briefly(os.environ)  # as all that paints does, before torch is imported: a busy machine is to be none the slower

import torch  # noqa: E402
from torch import nn  # noqa: E402

from styletransfer.engine.vgg.weights import Weights  # noqa: E402

# English, whatever this machine speaks, also in the processes that tests start.
os.environ.pop("LANGUAGE", None)
os.environ["LC_ALL"] = "C.UTF-8"

# A busy machine is no failure.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two at once where everything is tested, as half of it waits for other processes; a part is done sooner by one."""
    return 2 if config.args_source is pytest.Config.ArgsSource.TESTPATHS else 0


@pytest.fixture(scope="session", autouse=True)
def signals_are_heard() -> Iterator[None]:
    """What ignores Ctrl-C passes that on to all that it starts: a script's background jobs, nohup, cron, many a CI."""
    usual = {"SIGINT": signal.default_int_handler, "SIGHUP": signal.SIG_DFL}
    numbers = {getattr(signal, name): handler for name, handler in usual.items() if hasattr(signal, name)}
    before = {number: signal.signal(number, handler) for number, handler in numbers.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def soft_picture() -> Callable[..., Image.Image]:
    """Makes a picture of soft patches from a seed and a (width, height)."""

    def make(seed: int, size: tuple[int, int] = (96, 64)) -> Image.Image:
        patches = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
        return Image.fromarray(patches).resize(size, Image.Resampling.BICUBIC)

    return make


def _features(network: str) -> nn.Sequential:
    """The `features` of torchvision's network, with random weights that keep all layers about equally active."""
    import torchvision  # takes seconds, which few tests need

    with torch.device("meta"):  # the classifier, most of the network, takes up no memory and no time
        features: nn.Sequential = getattr(torchvision.models, network)(weights=None, init_weights=False).features
    features = features.to_empty(device="cpu")
    generator = torch.Generator().manual_seed(0)
    for layer in features:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
            nn.init.normal_(layer.bias, std=0.1, generator=generator)
    return features


def _weights(network: str, features: nn.Sequential) -> Weights:
    layers = [layer for layer in features if isinstance(layer, nn.Conv2d)]
    pairs = tuple((layer.weight.detach(), layer.bias.detach()) for layer in layers)
    return Weights(network, pairs, torch.linspace(0.5, 2, len(pairs)), f"random {network}")


@pytest.fixture(scope="session")
def vgg16_features() -> nn.Sequential:
    return _features("vgg16")


@pytest.fixture(scope="session")
def vgg19_features() -> nn.Sequential:
    return _features("vgg19")


@pytest.fixture(scope="session")
def vgg16(vgg16_features: nn.Sequential) -> Weights:
    """The numbers of `vgg16_features`, with made-up activation means."""
    return _weights("vgg16", vgg16_features)


@pytest.fixture(scope="session")
def vgg19(vgg19_features: nn.Sequential) -> Weights:
    """The numbers of `vgg19_features`, with made-up activation means."""
    return _weights("vgg19", vgg19_features)
