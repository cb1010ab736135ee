"""Settings check themselves, name what is wrong, and survive a trip through JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styletransfer.errors import StyleTransferError
from styletransfer.settings import LARGEST_SIZE, PRESETS, SMALLEST_SIZE, Settings, Weighting

NAN, INFINITY = float("nan"), float("inf")

BAD_VALUES: dict[str, list[Any]] = {
    "size": [SMALLEST_SIZE - 1, LARGEST_SIZE + 1, 0, -450, 450.0, "450", None, True, NAN],
    "shape": [(300,), (300, 450, 3), (0, 450), (300, LARGEST_SIZE + 1), (300.5, 450), "ab", 300],
    "epochs": [0, -1, 1.5, None, "60", True],
    "content_weight": [-1, NAN, INFINITY, -INFINITY, "1", None, True],
    "style_weight": [-1e-9, NAN, INFINITY, 10**400, [1.0]],
    "tv_weight": [-1, NAN, INFINITY, 10**309, {}],
    "network": ["vgg11", "", None, 16, ["vgg16"]],
    "weights": [5, b"vgg16.pth"],
    "content_layers": [(), "relu4_2", None, ("relu4_2", "relu4_2"), 4, (4,)],
    "style_layers": [(), "relu4_2", None, ("relu1_1", "relu1_1"), 1, (None,)],
    "style_layer_weights": [(1.0,), (1, 1, 1, 1, -1), (1, 1, 1, 1, NAN), (1, 1, 1, 1, INFINITY), 1.0],
    "style_loss": ["nst", None],
    "pooling": ["mean", None],
    "padding": ["black", None],
    "bounded": ["yes", 1, None],
    "tv_loss": ["cubed", None],
    "normalized": ["yes", 1, None],
    "precision": ["double", None],
    "init": ["black", None],
    "seed": [-1, 2**63, 0.5, None],
    "device": ["gpu", "cuda:1000", None],
    "optimizer": ["sgd", None],
    "learning_rate": [0, -0.1, NAN, INFINITY, "fast"],
    "decay_every": [0, -1, 0.5],
    "decay": [0, 1.01, -0.5, NAN],
    "scales": [0, 9, 1.5],
    "pyramid": [0, 9, None],
    "preview_every": [0, -10, None],
    "region_weights": [(), (4.1,), (1, NAN), (1, "2"), (1,) * 5, 1.0],
}

settings_values = st.fixed_dictionaries(
    {},
    optional={
        "size": st.integers(SMALLEST_SIZE, LARGEST_SIZE),
        "shape": st.none() | st.tuples(*[st.integers(SMALLEST_SIZE, LARGEST_SIZE)] * 2),
        "style_weight": st.floats(0, 1e12),
        "content_layers": st.sampled_from([("relu4_2",), ("relu4_last", "conv5_1")]),
        "style_layer_weights": st.none() | st.tuples(*[st.floats(0, 10)] * 5),
        "weights": st.none() | st.text(min_size=1),
        "style_loss": st.sampled_from(["wasserstein", "gram"]),
        "pooling": st.sampled_from(["max", "average"]),
        "padding": st.sampled_from(["reflect", "zeros"]),
        "bounded": st.booleans(),
        "tv_loss": st.sampled_from(["squared", "absolute"]),
        "normalized": st.booleans(),
        "precision": st.sampled_from(["auto", "full", "half"]),
        "seed": st.integers(0, 2**63 - 1),
        "decay": st.floats(0.01, 1),
        "region_weights": st.none() | st.lists(st.floats(0, 4), min_size=1, max_size=4).map(tuple),
    },
)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD_VALUES.items() for value in values])
def test_a_bad_value_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(StyleTransferError, match=name) as caught:
        Settings(**{name: value})
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD_VALUES.items() for value in values])
def test_a_bad_value_in_a_file_is_refused_too(name: str, value: Any) -> None:
    with pytest.raises(StyleTransferError):
        Settings.from_dict({name: value})


def test_limits_themselves_are_allowed() -> None:
    Settings(size=SMALLEST_SIZE, content_weight=0, style_weight=0.0, tv_weight=0, decay=1, seed=0)
    Settings(size=LARGEST_SIZE, seed=2**63 - 1, style_layer_weights=(0, 0, 0, 0, 1))


@given(values=settings_values)
def test_round_trip_through_json(values: dict[str, Any]) -> None:
    chosen = Settings(**values)
    again = Settings.from_dict(json.loads(json.dumps(chosen.to_dict())))
    assert again == chosen
    assert hash(again) == hash(chosen)


def test_weights_go_into_the_settings_and_out_of_them() -> None:
    weighting = Settings(content_weight=2.0, region_weights=(0.0, 4.0)).weighting
    assert weighting == Weighting(2.0, 1e4, 5.0, (0.0, 4.0))
    assert Weighting.of(weighting.numbers) == weighting
    assert Settings().weighted(weighting).weighting == weighting
    assert Settings().weighted(weighting).weighted(Settings().weighting) == Settings()


@pytest.mark.parametrize(
    ("paintings", "masks", "more", "said"),
    [
        (2, 3, {}, "3; give one mask for each painting"),
        (2, 1, {}, "1; give one mask for each painting"),
        (2, 2, {"style_shares": (2.0, 1.0)}, "one or the other"),
        (2, 2, {"region_weights": (1.0,)}, "one weight for each mask"),
        (1, 0, {"region_weights": (1.0,)}, "one weight for each mask"),
        (5, 5, {}, "it takes 1 to 4"),
    ],
)
def test_masks_that_do_not_fit_are_refused(paintings: int, masks: int, more: dict[str, Any], said: str) -> None:
    with pytest.raises(StyleTransferError, match=said):
        Settings(**more).check_roles(paintings, masks)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_survive_the_trip(name: str) -> None:
    assert Settings.from_dict(json.loads(json.dumps(PRESETS[name].to_dict()))) == PRESETS[name]


def test_lists_stand_for_tuples_in_json() -> None:
    lists: dict[str, Any] = {
        "shape": [64, 96],
        "content_layers": ["relu4_2"],
        "style_layer_weights": [1, 2, 3, 4, 5],
    }
    tuples = {name: tuple(values) for name, values in lists.items()}
    assert Settings.from_dict({**lists, "style_loss": "gram"}) == Settings(**tuples, style_loss="gram")


def test_missing_values_keep_their_defaults() -> None:
    assert Settings.from_dict({}) == Settings()
    assert Settings.from_dict({"style_loss": "wasserstein", "epochs": 7}) == Settings(epochs=7)


def test_settings_of_an_earlier_version_mean_what_they_meant() -> None:
    values = Settings(epochs=7).to_dict()
    for name in ("style_loss", "padding", "bounded", "tv_loss"):
        del values[name]
    meant = Settings(epochs=7, style_loss="gram", padding="zeros", bounded=False, tv_loss="absolute")
    assert Settings.from_dict(values) == meant


def test_unknown_names_are_refused() -> None:
    with pytest.raises(StyleTransferError, match="brush"):
        Settings.from_dict({"brush": "large", "epochs": 5})


def test_balanced_is_the_default() -> None:
    assert PRESETS["balanced"] == Settings()
