"""Reads a command's arguments and says what is wrong with them as everything else is said: a sentence, translated."""

import argparse
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from styletransfer.errors import StyleTransferError
from styletransfer.texts import Text, _, language, say
from styletransfer.texts.language import ENGLISH

_COMPLAINTS = (
    (r"unrecognized arguments: (?P<names>.+)", Text("There is no option or place for {names}")),
    (r"argument (?P<name>.+): expected one argument", Text("{name} needs a value")),
    (r"argument (?P<name>.+): expected at least one argument", Text("{name} needs a value")),
    (r"argument (?P<name>.+): not allowed with argument (?P<other>.+)", Text("{name} does not go with {other}")),
    (r"argument (?P<name>.+): ignored explicit argument (?P<value>.+)", Text("{name} takes no value: {value}")),
    (
        r"argument (?P<name>.+): invalid choice: (?P<value>.+) \(choose from (?P<choices>.+)\)",
        Text("{name} must be one of {choices}, not {value}"),
    ),
    (r"argument (?P<name>.+): invalid int value: (?P<value>.+)", Text("{name} must be a whole number, not {value}")),
    (r"argument (?P<name>.+): invalid float value: (?P<value>.+)", Text("{name} must be a number, not {value}")),
    (r"argument (?P<name>[^:]+): (?P<problem>.+)", Text("{name}: {problem}")),
)
"""What argparse finds wrong, which it says in English only, and how that is said elsewhere."""


class ArgumentParser(argparse.ArgumentParser):
    """Raises a StyleTransferError in the user's language where argparse leaves the process with an English one.

    Args:
        prog: What the command is called.
        description: What it does.
        usage: How it is called, where argparse does not tell that well.
        epilog: What else there is to know.
    """

    def __init__(self, *, prog: str, description: str, usage: str | None = None, epilog: str | None = None) -> None:
        super().__init__(
            prog=prog,
            usage=usage,
            description=description,
            epilog=epilog,
            allow_abbrev=False,
            add_help=False,
            formatter_class=_Formatter,
        )

    def add_help_to(self, group: argparse._ArgumentGroup) -> None:
        """Add the option that shows the help, to one of the groups, as argparse's own is named in English."""
        group.add_argument("-h", "--help", action="help", help=_("show this help and exit"))

    def error(self, message: str) -> NoReturn:
        """Say what argparse has found wrong. Raises StyleTransferError."""
        said = f"{message[:1].upper()}{message[1:].rstrip('.')}"
        if language() != ENGLISH:
            for pattern, text in _COMPLAINTS:
                found = re.fullmatch(pattern, message)
                if found is not None:
                    said = say(Text(text.msgid, **found.groupdict()))
                    break
        raise StyleTransferError("{problem}; see --help.", problem=said)


class _Formatter(argparse.HelpFormatter):
    """Begins the usage in the user's language."""

    def add_usage(
        self, usage: str | None, actions: Iterable[Any], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, _("usage: ") if prefix is None else prefix)
