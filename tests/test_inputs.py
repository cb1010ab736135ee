"""What a painting is made from goes from one form into another, and into a file and back, with nothing lost."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from styletransfer.engine.fingerprint import Fingerprint
from styletransfer.inputs import Inputs

ALL = Inputs(photo="a", paintings=("b", "c"), start="d", masks=("e", "f"), keep="g")
PAIR = Inputs(photo="a", paintings=("b",))


def test_all_pictures_come_in_one_order_each_with_a_place_of_its_own() -> None:
    assert list(ALL) == ["a", "b", "c", "d", "e", "f", "g"]
    assert [slot for slot, _ in ALL.slots()] == [
        "photo", "painting", "painting-2", "start", "mask", "mask-2", "keep",
    ]  # fmt: skip
    assert [value for _, value in ALL.slots()] == list(ALL)
    assert list(PAIR) == ["a", "b"]


@pytest.mark.parametrize("inputs", [ALL, PAIR])
def test_every_role_survives_a_change_of_form_and_a_file(inputs: Inputs[str]) -> None:
    assert inputs.map(str.upper).map(str.lower) == inputs
    assert set(inputs.to_dict()) == {field.name for field in fields(Inputs)}
    assert Inputs.from_dict(inputs.to_dict(), lambda _, value: value) == inputs
    assert Inputs(photo="a", paintings=inputs.paintings, **inputs.besides()) == inputs


def test_what_an_earlier_version_has_written_has_no_masks() -> None:
    assert Inputs.from_dict({"photo": "a", "paintings": ["b"], "start": None}, lambda _, value: value) == PAIR


@pytest.mark.parametrize(
    "damage",
    [
        lambda values: values.pop("photo"),
        lambda values: values.update(paintings="b"),
        lambda values: values.update(masks="b"),
    ],
)
def test_what_is_damaged_is_refused(damage: Callable[[dict[str, Any]], Any]) -> None:
    values = ALL.to_dict()
    damage(values)
    with pytest.raises((KeyError, TypeError)):
        Inputs.from_dict(values, lambda _, value: value)


def test_a_checkpoint_names_them_as_it_always_has() -> None:
    values = Fingerprint(settings={}, network="vgg16", numbers=1, inputs=ALL).to_dict()
    assert set(values) == {"settings", "network", "numbers", "photo", "paintings", "start", "masks", "keep"}
