"""All that a user reads, in the user's language: what the code says in English, a catalogue for every other language.

    _("Stopped after epoch {epoch}.", epoch=3)                     now, in the language of whoever asks
    ngettext("{count} painting", "{count} paintings", 3)           the same with a number
    Text("There is no file {path}.", path=path)                    later, when it is shown: `say(text)`

The English sentence is the key (gettext's msgid); es.po holds the Spanish ones, and a further language is one more such
file. `python -m tools.update_texts` brings the catalogues up to date with the code.
"""

from styletransfer.texts.language import babel_locale, follow, language, language_name, languages, preferred, speaking
from styletransfer.texts.numbers import joined, local, number
from styletransfer.texts.text import Text, _, counted, ngettext, pgettext, say

__all__ = [
    "Text",
    "_",
    "babel_locale",
    "counted",
    "follow",
    "joined",
    "language",
    "language_name",
    "languages",
    "local",
    "ngettext",
    "number",
    "pgettext",
    "preferred",
    "say",
    "speaking",
]
