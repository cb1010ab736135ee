"""Weights of every origin: the bundled ones are the original's, a user's file is recognised or refused in words."""

import logging
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from torch import Tensor

from styletransfer.engine.vgg import weights
from styletransfer.engine.vgg.weights import (
    SLOTS,
    Weights,
    convert,
    load_weights,
    measure_activation_means,
    save_weights,
)
from styletransfer.errors import StyleTransferError
from styletransfer.support import paths

State = dict[str, Tensor]


def random_convolutions(network: str) -> list[tuple[Tensor, Tensor]]:
    """He's initialisation, so that activations neither die nor explode."""
    generator = torch.Generator().manual_seed(0)
    pairs = []
    for slot in SLOTS[network]:
        outputs, inputs = slot.channels
        scale = (2 / (9 * inputs)) ** 0.5
        pairs.append((torch.randn(outputs, inputs, 3, 3, generator=generator) * scale, torch.full((outputs,), 0.01)))
    return pairs


@pytest.fixture(scope="module")
def convolutions() -> dict[str, list[tuple[Tensor, Tensor]]]:
    return {network: random_convolutions(network) for network in SLOTS}


@pytest.fixture(scope="module")
def states(convolutions: dict[str, list[tuple[Tensor, Tensor]]]) -> dict[str, State]:
    """State dicts as torchvision names them, with a classifier whose storage is one number."""
    classifier = {"classifier.0.weight": torch.zeros(1).expand(4096, 25088), "classifier.0.bias": torch.zeros(4096)}
    return {
        network: {
            f"features.{slot.index}.{part}": values
            for slot, pair in zip(SLOTS[network], convolutions[network], strict=True)
            for part, values in zip(("weight", "bias"), pair, strict=True)
        }
        | classifier
        for network in SLOTS
    }


@pytest.fixture
def _small_calibration(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    monkeypatch.setattr(weights, "calibration_pictures", lambda: [picture])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="module")
def bundled() -> Weights:
    return load_weights("vgg16")


def test_the_bundled_network_is_the_original_vgg16(bundled: Weights) -> None:
    assert bundled.name == "vgg16"
    assert "VGG-16" in bundled.source
    assert [tuple(weight.shape) for weight, _ in bundled.convolutions] == [
        (*slot.channels, 3, 3) for slot in SLOTS["vgg16"]
    ]
    assert all(part.dtype == torch.float32 for pair in bundled.convolutions for part in pair)
    blue = bundled.convolutions[0][0][0, 2, 0] / (255 * 0.225)  # the original took BGR from 0 to 255
    torch.testing.assert_close(blue, torch.tensor([0.42947057, 0.373467, -0.06136011]), rtol=1e-3, atol=0)


def test_the_bundled_file_says_whose_it_is() -> None:
    with safetensors.safe_open(paths.vgg16_path(), "pt") as file:
        said = file.metadata()
    assert "CC BY 4.0" in said["licence"]
    assert "Simonyan" in said["authors"]
    assert {"source", "source_sha256", "changes", "paper"} <= set(said)


def test_the_bundled_means_are_those_of_the_sample_photos(bundled: Weights) -> None:
    measured = measure_activation_means(bundled.convolutions[:4], weights.calibration_pictures())
    torch.testing.assert_close(bundled.activation_means[:4], measured, rtol=0.02, atol=0)


def test_means_are_measured_as_the_network_computes(states: dict[str, State]) -> None:
    models = pytest.importorskip("torchvision.models")
    with torch.device("meta"):
        features = models.vgg19().features
    own = {name.removeprefix("features."): value for name, value in states["vgg19"].items() if "features" in name}
    features.load_state_dict(own, assign=True)
    pictures = [torch.randn(1, 3, 64, 48), torch.randn(1, 3, 40, 40)]
    expected = []
    for picture in pictures:
        activation, means = picture, []
        with torch.no_grad():
            for module in features:
                activation = module(activation)
                if isinstance(module, torch.nn.ReLU):
                    means.append(activation.mean())
        expected.append(torch.stack(means))
    pairs = [(own[f"{slot.index}.weight"], own[f"{slot.index}.bias"]) for slot in SLOTS["vgg19"]]
    measured = measure_activation_means(pairs, pictures)
    torch.testing.assert_close(measured, torch.stack(expected).mean(dim=0))


def renamed(state: State, prefix: Callable[[str], str]) -> State:
    return {prefix(name): value for name, value in state.items()}


WRAPPINGS: dict[str, Callable[[State], Any]] = {
    "whole": lambda state: state,
    "features": lambda state: {name: value for name, value in state.items() if name.startswith("features")},
    "features alone": lambda state: {
        name.removeprefix("features."): value for name, value in state.items() if name.startswith("features")
    },
    "data parallel": lambda state: renamed(state, lambda name: f"module.{name}"),
    "data parallel features": lambda state: renamed(state, lambda name: name.replace("features.", "features.module.")),
    "checkpoint": lambda state: {"epoch": 90, "state_dict": state},
}


@pytest.mark.usefixtures("_small_calibration")
@pytest.mark.parametrize(("wrapping", "network"), [("whole", "vgg16"), *((name, "vgg19") for name in WRAPPINGS)])
def test_a_state_dict_is_recognised(wrapping: str, network: str, states: dict[str, State], tmp_path: Path) -> None:
    torch.save(WRAPPINGS[wrapping](states[network]), tmp_path / "mine.pth")
    loaded = load_weights(path=tmp_path / "mine.pth")
    assert loaded.name == network
    assert len(loaded.convolutions) == len(SLOTS[network])
    assert "mine.pth" in loaded.source
    for slot, (weight, bias) in zip(SLOTS[network], loaded.convolutions, strict=True):
        assert torch.equal(weight, states[network][f"features.{slot.index}.weight"])
        assert torch.equal(bias, states[network][f"features.{slot.index}.bias"])
    assert (loaded.activation_means > 0).all()


@pytest.mark.usefixtures("_small_calibration")
@pytest.mark.parametrize(("named", "network"), [(False, "vgg16"), (True, "vgg16"), (True, "vgg19")])
def test_safetensors_are_recognised(named: bool, network: str, states: dict[str, State], tmp_path: Path) -> None:
    names = {str(slot.index): slot.name for slot in SLOTS[network]}
    state = WRAPPINGS["features"](states[network])
    if named:
        state = {f"{names[name.split('.')[1]]}.{name.split('.')[2]}": value for name, value in state.items()}
    safetensors.torch.save_file(state, tmp_path / "any ending will do.bin")
    assert load_weights(network="auto", path=tmp_path / "any ending will do.bin").name == network


@pytest.mark.usefixtures("_small_calibration")
@pytest.mark.parametrize("network", ["vgg16", "vgg19"])
def test_a_file_may_end_at_conv5_1_but_not_before(network: str, states: dict[str, State], tmp_path: Path) -> None:
    names = [slot.name for slot in SLOTS[network]]
    deepest = names.index("conv5_1")
    for end, enough in ((deepest + 1, True), (deepest, False)):
        indices = {str(slot.index) for slot in SLOTS[network][:end]}
        state = {name: value for name, value in states[network].items() if name.split(".")[1] in indices}
        torch.save(state, tmp_path / "part.pth")
        if enough:
            loaded = load_weights(path=tmp_path / "part.pth")
            assert (loaded.name, len(loaded.convolutions)) == (network, end)
        else:
            with pytest.raises(StyleTransferError, match="down to conv5_1 at least"):
                load_weights(path=tmp_path / "part.pth")


@pytest.mark.usefixtures("_small_calibration")
def test_a_file_of_the_other_network_is_refused(states: dict[str, State], tmp_path: Path) -> None:
    torch.save(states["vgg16"], tmp_path / "mine.pth")
    with pytest.raises(StyleTransferError, match=r"holds VGG-16, not VGG-19"):
        load_weights("vgg19", tmp_path / "mine.pth")


class Attack:
    """Writes a file when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.trace,)


def test_code_in_a_file_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "plain.pth").write_bytes(pickle.dumps(Attack(tmp_path / "trace")))
    torch.save({"features.0.weight": Attack(tmp_path / "trace")}, tmp_path / "packed.pth")
    for name in ("plain.pth", "packed.pth"):
        with pytest.raises(StyleTransferError, match="is not a weights file"):
            load_weights(path=tmp_path / name)
    assert not (tmp_path / "trace").exists()


@pytest.mark.parametrize("name", ["resnet18", "vgg13", "vgg19_bn", "alexnet"])
def test_another_network_is_refused(name: str, tmp_path: Path) -> None:
    models = pytest.importorskip("torchvision.models")
    with torch.device("meta"):
        shapes = {key: value.shape for key, value in models.get_model(name).state_dict().items()}
    torch.save({key: torch.zeros(()).expand(shape) for key, shape in shapes.items()}, tmp_path / "other.pth")
    expected = "batch normalisation; give" if name.endswith("bn") or name == "resnet18" else "another network; give"
    with pytest.raises(StyleTransferError, match=expected):
        load_weights(path=tmp_path / "other.pth")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not a weights file"),
        (b"\x89PNG\r\n\x1a\n and so on", "is not a weights file"),
        (b"12345678{ no header", "is not a weights file"),
        (b"PK\x03\x04 no archive", "is not a weights file"),
        (pickle.dumps([1, 2, 3]), "is not a weights file"),
    ],
)
def test_a_file_of_another_kind_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(StyleTransferError, match=said):
        load_weights(path=tmp_path / "file")


@given(
    content=st.binary(max_size=200), start=st.sampled_from([b"", b"PK\x03\x04", b"\x80\x02", b"\x08" + bytes(7) + b"{"])
)
@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_break_it(content: bytes, start: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(start + content)
    with pytest.raises(StyleTransferError):
        load_weights(path=tmp_path / "file")


def test_things_that_are_no_state_dict_are_refused(tmp_path: Path) -> None:
    for content in ([torch.zeros(3)], torch.zeros(3), {1: torch.zeros(3)}, {"a": 1}):
        torch.save(content, tmp_path / "file.pth")
        with pytest.raises(StyleTransferError, match="holds no"):
            load_weights(path=tmp_path / "file.pth")


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(StyleTransferError, match="There is no weights file"):
        load_weights(path=tmp_path / "missing.pth")
    with pytest.raises(StyleTransferError, match="cannot be read"):
        load_weights(path=tmp_path)


@pytest.mark.usefixtures("_small_calibration")
@pytest.mark.parametrize(("value", "said"), [(float("nan"), "not finite"), (0.0, "sees nothing")])
def test_numbers_that_cannot_work_are_refused(
    value: float, said: str, states: dict[str, State], tmp_path: Path
) -> None:
    state = states["vgg16"] | {
        "features.10.weight": torch.tensor([value]).expand(256, 128, 3, 3),
        "features.10.bias": torch.zeros(256),
    }
    torch.save(state, tmp_path / "broken.pth")
    with pytest.raises(StyleTransferError, match=said):
        load_weights(path=tmp_path / "broken.pth")


@pytest.mark.parametrize("ending", ["pth", "safetensors"])
def test_half_a_file_is_refused(ending: str, states: dict[str, State], tmp_path: Path) -> None:
    path = tmp_path / f"half.{ending}"
    if ending == "pth":
        torch.save(states["vgg16"], path)
    else:
        path.write_bytes(paths.vgg16_path().read_bytes())
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(StyleTransferError, match="damaged"):
        load_weights(path=path)


@pytest.mark.usefixtures("_small_calibration")
def test_auto_takes_vgg19_once_it_is_there_and_says_so(
    home: Path, states: dict[str, State], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(StyleTransferError, match="VGG-19 are not on this machine"):
        load_weights("vgg19")
    assert load_weights("auto").name == "vgg16"
    assert "VGG-16" in caplog.messages[-1]
    torch.save(states["vgg19"], tmp_path / "vgg19.pth", _use_new_zipfile_serialization=False)  # as the published one
    (home / "weights").mkdir(parents=True)
    convert(tmp_path / "vgg19.pth", paths.vgg19_path())
    assert load_weights("auto").name == "vgg19"
    assert "VGG-19" in caplog.messages[-1]
    assert load_weights("vgg16").name == "vgg16"


@pytest.mark.usefixtures("_small_calibration")
def test_the_converted_network_sees_the_same(states: dict[str, State], tmp_path: Path) -> None:
    torch.save(states["vgg19"], tmp_path / "vgg19.pth")
    convert(tmp_path / "vgg19.pth", tmp_path / "vgg19.safetensors")
    assert (tmp_path / "vgg19.safetensors").stat().st_size < 41e6
    before, after = load_weights(path=tmp_path / "vgg19.pth"), load_weights(path=tmp_path / "vgg19.safetensors")
    assert torch.equal(before.activation_means, after.activation_means)
    activations = []
    for loaded in (before, after):
        x = next(iter(weights.calibration_pictures()))
        for weight, bias in loaded.convolutions:
            x = F.conv2d(x, weight, bias, padding=1).relu()
        activations.append(x)
    assert (activations[0] - activations[1]).norm() < 1e-3 * activations[0].norm()


def test_what_does_not_fit_into_float16_is_not_written(
    convolutions: dict[str, list[tuple[Tensor, Tensor]]], tmp_path: Path
) -> None:
    (weight, bias), *others = convolutions["vgg16"]
    with pytest.raises(ValueError, match=r"conv1_1\.bias does not fit"):
        save_weights(tmp_path / "file", [(weight, bias + 1e6), *others], torch.ones(13), {})
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_no_half_file(convolutions: dict[str, list[tuple[Tensor, Tensor]]], tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))  # the system lets no file grow beyond
    try:
        with pytest.raises(StyleTransferError, match="cannot be written"):
            save_weights(tmp_path / "file", convolutions["vgg16"], torch.ones(13), {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.iterdir())
