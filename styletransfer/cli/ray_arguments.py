"""The options of painting on many machines, of batches and of films."""

import argparse

from styletransfer.errors import StyleTransferError
from styletransfer.texts import _


def add_ray(parser: argparse.ArgumentParser, threads: str) -> None:
    """The options of painting on many machines; `threads` says what --threads are."""
    add = parser.add_argument_group(_("more than one machine")).add_argument
    add(
        "--ray",
        nargs="?",
        const="local",
        metavar="ADDRESS",
        help=_("paint on the Ray cluster at ADDRESS (HOST:PORT), or without one on a cluster of this machine alone"),
    )
    add("--threads", type=int, metavar="N", help=threads)


def check_threads(arguments: argparse.Namespace) -> None:
    """Raises StyleTransferError if that many threads make no sense."""
    if arguments.threads is not None and not 1 <= arguments.threads <= 1024:
        raise StyleTransferError("--threads must be from 1 to 1024, not {value}.", value=arguments.threads)
