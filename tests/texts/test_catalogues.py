"""Whatever reaches the user is in the catalogue, and every catalogue has all of it."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from styletransfer.controls import CONTROLS
from styletransfer.settings import Settings
from styletransfer.texts.language import FOLDER, languages
from tools.update_texts import KEYWORDS, PACKAGE, extracted

CODE = {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}
SAYING = dict.fromkeys(
    (
        "button", "caption", "checkbox", "download_button", "error", "expander", "file_uploader", "header", "info",
        "link_button", "markdown", "multiselect", "number_input", "pills", "popover", "radio", "segmented_control",
        "select_slider", "selectbox", "slider", "subheader", "success", "tabs", "text_area", "text_input", "toast",
        "toggle", "warning",
        "label", "line", "figure", "thumbnail", "table", "say", "waiting", "gallery_grid", "picture_picker",
        "PlainTextResponse",
    ),
    slice(1),
) | {"headline": slice(2), "note": slice(2), "picker": slice(1, 2), "progress": slice(1, 4)}  # fmt: skip
"""What shows its arguments, and which of them: widgets, our own pieces of HTML, the command line's display."""
FOR_PROGRAMMERS = {"ValueError", "RuntimeError", "TypeError", "ConnectionError", "info", "warning", "exception"}
UNSEEN = {("engine/checkpoint.py", "The painting has gone on")}
SHOWN = {"help", "label", "placeholder", "page_title", "strong", "description", "epilog", "caption", "alt"}
"""Arguments that are shown."""
SAME_EVERYWHERE = {"CSV", "PNG", "JPEG", "WebP", "MP4", "GIF"}
WORDS = re.compile(r"[A-Za-z]{2}")
SPOKEN = languages()[1:]


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def literals(node: ast.expr) -> list[str]:
    """The words that stand in an expression itself, wherever a condition or an f-string puts them."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return [part for each in node.values for part in literals(each) if isinstance(each, ast.Constant)]
    if isinstance(node, ast.IfExp):
        return literals(node.body) + literals(node.orelse)
    if isinstance(node, ast.BoolOp):
        return [part for each in node.values for part in literals(each)]
    if isinstance(node, ast.BinOp):
        return literals(node.left) + literals(node.right)
    return []


@pytest.mark.parametrize("file", [name for name in CODE if name.startswith(("studio/", "cli/"))])
def test_no_words_reach_the_user_but_through_the_catalogue(file: str) -> None:
    found = []
    for node in ast.walk(ast.parse(CODE[file])):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and "log" in ast.unparse(node.func.value):
            continue  # a log is for whoever works on the code
        shown = [keyword.value for keyword in node.keywords if keyword.arg in SHOWN]
        name = called(node)
        if name in SAYING:
            shown += node.args[SAYING[name]]
        for literal in (each for expression in shown for each in literals(expression)):
            markup = re.sub(r"<[^>]*>|:material/\w+:|st-key-\S+", "", literal)
            if WORDS.search(markup) and literal not in SAME_EVERYWHERE and name not in KEYWORDS:
                found.append(f"line {node.lineno}: {literal!r}")
    assert found == []


@pytest.mark.parametrize("file", CODE)
def test_every_sentence_is_one_of_the_catalogue(file: str) -> None:
    """Wherever it goes: a string that ends as a sentence does is one that can be translated, or for programmers."""
    tree = ast.parse(CODE[file])
    known = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (called(node) in KEYWORDS or called(node) in FOR_PROGRAMMERS):
            known |= {id(each) for each in ast.walk(node)}
    said = [
        f"line {node.lineno}: {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in known
        if re.search(r"\w \w+ .*[.:;!?]\s*$", node.value) and (file, node.value[:24]) not in UNSEEN
    ]
    assert said == []


@pytest.mark.parametrize("file", CODE)
def test_every_error_says_a_sentence_of_the_catalogue(file: str) -> None:
    """Its first argument is a sentence that stands there, or one that was made as a `Text` before; no f-string."""
    made = [
        node
        for node in ast.walk(ast.parse(CODE[file]))
        if isinstance(node, ast.Call)
        and called(node) in {"StyleTransferError", "DamagedStateError", "TooLongError", "Text", "_"}
    ]
    wrong = [
        f"line {node.lineno}"
        for node in made
        if node.args and isinstance(node.args[0], ast.JoinedStr | ast.BinOp) and not file.startswith("cli/run")
    ]
    assert wrong == []


@pytest.mark.parametrize("path", sorted((PACKAGE / "studio").rglob("*.js")), ids=lambda path: path.name)
def test_scripts_get_their_words_as_data(path: Path) -> None:
    script = re.sub(r"//.*", "", path.read_text("utf-8"))
    said = re.findall(r"(?:textContent|title|alt|placeholder)\s*[=:]\s*[\"'`]([^\"'`]*[A-Za-z]{2}[^\"'`]*)", script)
    said += re.findall(r"aria-[a-z]+\",\s*[\"'`]([^\"'`$]*[A-Za-z]{2}[^\"'`]*)", script)
    assert said == []
    assert not re.search(r"[\"'`][A-Z][a-z]+ [a-z]+", script)  # a sentence


@pytest.mark.parametrize("path", sorted((PACKAGE / "studio").rglob("*.css")), ids=lambda path: path.name)
def test_style_sheets_get_their_words_as_variables(path: Path) -> None:
    assert [
        said for said in re.findall(r"content:\s*\"([^\"]*)\"", path.read_text("utf-8")) if WORDS.search(said)
    ] == []


def catalogue(code: str) -> Catalog:
    with (FOLDER / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code)


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def ids(messages: Catalog) -> set[tuple[object, object]]:
    return {(message.id, message.context) for message in messages if message.id}


@pytest.mark.parametrize("code", SPOKEN)
def test_a_catalogue_has_what_the_code_says_and_nothing_else(code: str) -> None:
    """`python -m tools.update_texts` brings in what is missing and takes out what is stale."""
    assert ids(catalogue(code)) == ids(extracted())


@pytest.mark.parametrize("code", SPOKEN)
def test_everything_is_translated_with_its_values(code: str) -> None:
    wrong = []
    for message in (each for each in catalogue(code) if each.id):
        english = [message.id] if isinstance(message.id, str) else list(message.id)
        wanted = {name for sentence in english for name in re.findall(r"\{\w+\}", sentence)}
        said = {name for sentence in forms(message) for name in re.findall(r"\{\w+\}", sentence)}
        ends = {sentence[-1] for sentence in english + forms(message) if sentence and english[0][-1] in ".:"}
        if message.fuzzy or not all(forms(message)) or said != wanted or len(ends) > 1:
            wrong.append(message.id)
    assert wrong == []


def test_every_setting_is_in_the_table_of_controls() -> None:
    assert set(CONTROLS) == set(Settings().to_dict())
