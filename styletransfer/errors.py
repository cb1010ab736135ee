"""The one error that a user may see.

Everything that a person can cause - a wrong file, an impossible setting, a full disk - is raised as
`StyleTransferError` with one sentence that says what is wrong and what to do. Anything else that escapes is a bug.
"""


class StyleTransferError(Exception):
    """Bad input or a failing machine, in one plain sentence that can be shown as it is."""
