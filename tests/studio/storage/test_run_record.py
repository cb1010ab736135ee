"""What a run's state says lies on disk in no language."""

import json
from dataclasses import replace

import pytest

from styletransfer.inputs import Inputs
from styletransfer.settings import Weighting
from styletransfer.studio.failure_text import CLOSED
from styletransfer.studio.snapshot import State
from styletransfer.studio.storage.run_record import Record
from styletransfer.texts import Text, say, speaking

WHY = Text("The process that paints ended unexpectedly (code {code}).", code=3)
FAILED = Record(
    state=State.FAILED, epochs=5, error=WHY, message=CLOSED, created=1.0, server="1-a",
    inputs=Inputs(photo="photo.jpg", paintings=("painting.jpg",)), photo_name="a.jpg", painting_names=("b.jpg",),
)  # fmt: skip


def test_a_sentence_comes_back_and_is_said_in_any_language() -> None:
    written = json.loads(FAILED.to_json())
    assert written["error"] == {"msgid": WHY.msgid, "values": {"code": 3}}
    read = Record.from_values(written)
    assert read == FAILED
    with speaking("es"):
        assert say(read.error or "") == "El proceso que pinta terminó de forma inesperada (código 3)."
        assert say(read.message or "") == "El taller se cerró mientras se pintaba esto."


def test_what_an_earlier_version_has_written_is_read_as_it_stands() -> None:
    old = "The process that paints ended unexpectedly (code 3)."
    read = Record.from_values({**json.loads(FAILED.to_json()), "error": old})
    assert (read.error, say(read.error or "")) == (old, old)


def test_masks_and_the_weights_of_their_regions_come_back() -> None:
    inputs = Inputs(photo="photo.jpg", paintings=("a.jpg", "b.jpg"), masks=("mask.png", "mask-2.png"), keep="keep.png")
    steered = ((3, Weighting(1.0, 2.0, 3.0, (0.5, 4.0))), (5, Weighting(1.0, 2.0, 3.0)))
    record = replace(FAILED, inputs=inputs, steered=steered)
    written = json.loads(record.to_json())
    assert Record.from_values(written) == record
    assert written["version"] > json.loads(FAILED.to_json())["version"]  # an older program would paint without them
    with pytest.raises(ValueError, match="mask"):
        Record.from_values({**written, "masks": ["mask.png"]})


@pytest.mark.parametrize("error", [3, ["a"], {"msgid": "a"}, {"msgid": "a", "values": {"b": [1]}}])
def test_a_damaged_sentence_is_damage(error: object) -> None:
    with pytest.raises((TypeError, ValueError, KeyError)):
        Record.from_values({**json.loads(FAILED.to_json()), "error": error})
