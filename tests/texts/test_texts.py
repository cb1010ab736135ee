import json
import pickle
from pathlib import Path

import pytest

from styletransfer.errors import StyleTransferError
from styletransfer.texts import Text, counted, joined, local, ngettext, number, preferred, say, speaking
from styletransfer.texts.language import of_system


def test_a_text_is_plain_english_and_is_said_in_any_language() -> None:
    text = Text("There is no file {path}; check the name.", path=Path("a.jpg"))
    assert text == "There is no file a.jpg; check the name."
    assert say(text) == text
    with speaking("es"):
        assert say(text) == "No existe el archivo a.jpg; comprueba el nombre."


def test_values_are_said_too() -> None:
    inner = Text("at least {low}", low=0.5)
    text = Text("{name} must be a number {allowed}, not {value}.", name="decay", allowed=inner, value="2")
    assert text == "decay must be a number at least 0.5, not 2."
    with speaking("es"):
        assert say(text) == "decay tiene que ser un número de al menos 0,5, no 2."


def test_braces_in_a_value_stay_as_they_are() -> None:
    assert Text("There is no file {path}; check the name.", path="{x}{path}") == (
        "There is no file {x}{path}; check the name."
    )


@pytest.mark.parametrize("text", [Text("Undo"), Text("{a} {b}", a=1, b=Text("Undo")), counted("one", "many", 2, a=1.5)])
def test_a_text_survives_a_process_and_a_file(text: Text) -> None:
    for again in (pickle.loads(pickle.dumps(text)), Text.from_json(json.loads(json.dumps(text.as_json())))):
        assert (again, again.msgid, again.plural, again.values) == (text, text.msgid, text.plural, text.values)


@pytest.mark.parametrize(
    "damaged",
    [None, 3, [], {"msgid": 3, "values": {}}, {"msgid": "a", "values": []}, {"msgid": "a", "values": {"b": []}}],
)
def test_a_damaged_text_is_refused(damaged: object) -> None:
    with pytest.raises((TypeError, ValueError, KeyError)):
        Text.from_json(damaged)


def test_an_old_sentence_is_said_where_it_is_known_and_else_stays() -> None:
    with speaking("es"):
        assert say("This sheet is damaged.") == "Esta hoja está dañada."
        assert say("A sentence of long ago.") == "A sentence of long ago."
        assert say("") == ""


def test_an_error_carries_its_text_to_another_process() -> None:
    error = pickle.loads(pickle.dumps(StyleTransferError("{name} is no longer there.", name="a.jpg")))
    assert str(error) == "a.jpg is no longer there."
    with speaking("es"):
        assert say(error.text) == "a.jpg ya no está ahí."


def test_numbers_lists_and_plurals_are_the_languages() -> None:
    assert (local("1.5"), number(12_000), joined(["a", "b", "c"])) == ("1.5", "12\u202f000", "a, b and c")
    assert ngettext("{count} painting", "{count} paintings", 1) == "1 painting"
    with speaking("es"):
        assert (local("1.5"), number(12_000), joined(["a", "b", "c"])) == ("1,5", "12\u202f000", "a, b y c")
        assert ngettext("{count} painting", "{count} paintings", 2) == "2 cuadros"


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({"LANG": "es_ES.UTF-8"}, "es"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "es_MX"}, "es"),
        ({"LANG": "es_ES.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "fr:es"}, "es"),
    ],
)
def test_the_command_line_speaks_the_systems_language(environment: dict[str, str], spoken: str) -> None:
    assert of_system(environment) == spoken


def test_the_first_language_that_is_spoken_here_is_taken() -> None:
    assert preferred(["fr-FR", "es-MX", "en"]) == "es"
    assert preferred(["en-US,en;q=0.9"]) == "en"
    assert preferred([None, "", 3, "xx"]) is None
