"""Names of files that every system takes."""

import pytest

from styletransfer.support.names import cut, file_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Harbour, after Wave", "Harbour, after Wave"),
        ("../../etc/passwd", "-..-etc-passwd"),
        ("con", "_con"),
        ("Nul.txt", "_Nul.txt"),
        ("Contour", "Contour"),
        ("\U0001f30a", "\U0001f30a"),
        ("", "painting"),
        (" . ", "painting"),
        ("a\0b", "a-b"),
    ],
)
def test_a_title_becomes_the_name_of_a_file(title: str, name: str) -> None:
    assert file_name(title) == name


def test_a_long_name_is_cut_between_letters() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    name = file_name(family * 30)
    assert 150 < len(name.encode()) <= 200
    assert name == family * (len(name) // len(family))


def test_a_text_is_cut_where_no_letter_falls_apart() -> None:
    assert cut("abc", 5) == "abc"
    assert cut("abc", 2) == "ab"
    assert cut("ae\u0301", 2) == "a"
    assert cut("a\U0001f44d\U0001f3fd", 2) == "a"
