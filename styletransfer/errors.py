"""The one error that a user may see.

Everything that a person can cause - a wrong file, an impossible setting, a full disk - is raised as
`StyleTransferError` with one sentence that says what is wrong and what to do. Anything else that escapes is a bug.
"""

from styletransfer.texts import Text

NO_MEMORY = Text("There is not enough memory to paint at this size; choose a smaller --size.")


class StyleTransferError(Exception):
    """Bad input or a failing machine, in one plain sentence that can be shown as it is.

    Args:
        sentence: The sentence in English, with {names} in the places of the values.
        values: What to put there; see `Text`.

    Attributes:
        text: The sentence, to be said in the user's language; `str(error)` is English.
    """

    def __init__(self, sentence: str, /, **values: object) -> None:
        self.text = sentence if isinstance(sentence, Text) and not values else Text(sentence, **values)
        super().__init__(self.text)


class DamagedStateError(StyleTransferError):
    """The saved state of a painting is damaged: it will never be of use again."""


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error means that memory is used up; torch raises plain RuntimeErrors for the processor's."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in text or "allocate memory" in text
