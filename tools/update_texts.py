"""Bring the catalogues of sentences up to date with the code: `python -m tools.update_texts`.

New sentences come in untranslated, those that are gone go out. A new language: `python -m tools.update_texts fr`.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from styletransfer.texts.language import FOLDER, languages

PACKAGE = FOLDER.parent
_HEAD = """{comment}
msgid ""
msgstr ""
"Language: {code}\\n"
"Plural-Forms: {plural}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
KEYWORDS = {
    "_": None,
    "Text": None,
    "StyleTransferError": None,
    "DamagedStateError": None,
    "TooLongError": None,
    "ngettext": (1, 2),
    "counted": (1, 2),
    "pgettext": ((1, "c"), 2),
}
"""What a sentence is given to, and which of the arguments it is."""


def extracted() -> Catalog:
    """All sentences of the code, with the files that say them."""
    catalogue = Catalog()
    for file, _line, message, _comments, context in extract_from_dir(
        str(PACKAGE), [("**.py", "python")], keywords=KEYWORDS
    ):
        catalogue.add(message, locations=[(f"styletransfer/{Path(file).as_posix()}", 0)], context=context)
    return catalogue


def update(code: str) -> None:
    """Bring one language's catalogue up to date."""
    path = FOLDER / f"{code}.po"
    catalogue = Catalog(locale=code, project="styletransfer")
    if path.is_file():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=code)
    catalogue.update(extracted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    sentences = BytesIO()
    write_po(sentences, catalogue, width=110, sort_by_file=True, include_lineno=False, omit_header=True)
    head = _HEAD.format(code=code, comment=catalogue.header_comment, plural=catalogue.plural_forms)
    path.write_bytes(head.encode() + sentences.getvalue())


if __name__ == "__main__":
    for each in sys.argv[1:] or languages()[1:]:
        update(each)
