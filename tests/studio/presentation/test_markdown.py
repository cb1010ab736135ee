"""Nothing that comes from a file, a name or an address is ever read as Markdown."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from styletransfer.studio import page
from styletransfer.studio.presentation.markdown import plain

READ_AS_MARKDOWN = {"error", "warning", "info", "success", "caption", "markdown", "write", "toast"}
"""What Streamlit shows sentences with; labels of buttons and the like are Markdown, too."""
LABELLED = {"button", "download_button", "popover", "expander", "toggle", "checkbox"}
FOLDER = Path(page.__file__).parent


@pytest.mark.parametrize(
    "text",
    ["![x](https://evil.example/a.png)", "[x](https://evil.example)", "<https://evil.example>", "*a* _b_ `c` ~d~",
     "<img src=x>", "$x^2$", "&lt;", "| a | b |\n|---|---|", "# big", "> said", ":red[x]"],
)  # fmt: skip
def test_its_marks_are_escaped(text: str) -> None:
    for place, letter in enumerate(marked := plain(text)):
        if letter in "\\`*_{}[]<>#|~$!&" and not (letter == "\\" and marked[place - 1 : place] != "\\"):
            assert marked[place - 1] == "\\"


@pytest.mark.parametrize(
    "text", ["https://evil.example", "www.evil.example", "a@evil.example", ":smile:", ":material/x:"]
)
def test_an_address_or_a_sign_s_name_is_none_any_more(text: str) -> None:
    marked = plain(f"It says {text} there.")
    assert not re.search(r"://|www\.|@\w|:\w+:|:material/", marked)
    assert marked.replace("\u2060", "").replace("\\", "") == f"It says {text} there."


@pytest.mark.parametrize(
    ("text", "shown"),
    [("- a", r"\- a"), ("1. a", "1\u2060. a"), ("    code", "code"), ("a\n\nb", "a b"), ("12\u202f000", "12\u202f000")],
)
def test_it_stays_one_line_of_text(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_usual_sentence_stays_as_it_is() -> None:
    said = "holiday (2).jpg is damaged or incomplete; save or download it again."
    assert plain(said) == said


def foreign(node: ast.expr) -> Iterator[str]:
    """What in a label is not written in it or in the catalogue, and not made plain."""
    match node:
        case ast.Call(func=ast.Name(id="plain")) | ast.Constant():
            return
        case ast.Call(func=ast.Name(id="_" | "ngettext" | "pgettext"), args=args, keywords=keywords):
            for value in [*args, *(keyword.value for keyword in keywords)]:
                if not numeric(value):
                    yield from foreign(value)
        case ast.IfExp(body=body, orelse=orelse):
            yield from foreign(body)
            yield from foreign(orelse)
        case ast.Name(id=name) | ast.Call(func=ast.Name(id="say"), args=[ast.Name(id=name)]) if name.isupper():
            return
        case ast.JoinedStr(values=values):
            for value in values:
                if isinstance(value, ast.FormattedValue) and not numeric(value.value):
                    yield ast.unparse(value)
        case _:
            yield ast.unparse(node)


def numeric(node: ast.expr) -> bool:
    """Whether it is known to be one of our own numbers, by its name."""
    return ast.unparse(node).rpartition(".")[2] in {"epochs", "size"} or ast.unparse(node).startswith("len(")


def test_every_place_where_the_page_shows_markdown_makes_it_plain() -> None:
    """Also in a module that is added later."""
    found = []
    for path in FOLDER.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="st"), attr=name), args=[first, *_]) if (
                    name in READ_AS_MARKDOWN | LABELLED
                ):
                    found += [f"{path.relative_to(FOLDER)}:{node.lineno}: {name} {what}" for what in foreign(first)]
    assert not found, "\n".join(found)
