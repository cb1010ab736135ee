"""`styletransfer studio`: starts the server on this machine and opens the page in a browser."""

import errno
import socket
import sys
from collections.abc import Sequence

from styletransfer.errors import StyleTransferError
from styletransfer.support.argument_parser import ArgumentParser
from styletransfer.support.paths import app_path
from styletransfer.texts import Text, _, say, speaking
from styletransfer.texts.language import of_system

BAD_INPUT = 2


def main(argv: Sequence[str]) -> int:
    """Run the server until Ctrl-C; what is said on the command line is in the system's language.

    Args:
        argv: Arguments after "studio".

    Returns:
        The exit code.
    """
    with speaking(of_system()):
        try:
            arguments = _parser().parse_args(argv)
            if arguments.port is not None:
                _check_port(arguments.port)
        except StyleTransferError as error:
            sys.stderr.write(f"styletransfer: {say(error.text)}\n")
            return BAD_INPUT
    # Imported here as it takes a second, which a mistyped option need not wait for.
    from streamlit.web import cli

    options = [f"--server.port={arguments.port}"] if arguments.port is not None else []
    options += ["--server.headless=true"] if arguments.no_browser else []
    sys.argv = ["streamlit", "run", str(app_path()), *options]
    cli.main(prog_name="streamlit", standalone_mode=False)
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="styletransfer studio", description=_("Open the studio in your browser. Ctrl-C closes it.")
    )
    options = parser.add_argument_group(_("options"))
    port = _("where the page is; a free one from 8501 on if not given")
    options.add_argument("--port", type=int, metavar="N", help=port)
    options.add_argument("--no-browser", action="store_true", help=_("open no browser"))
    parser.add_help_to(options)
    return parser


def _check_port(port: int) -> None:
    """Make sure that the page can be at that port. Raises StyleTransferError."""
    if not 1 <= port <= 65535:
        raise StyleTransferError("--port must be a number from 1 to 65535, not {port}.", port=port)
    with socket.socket() as trial:
        if sys.platform != "win32":  # where it would let two servers share a port
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("localhost", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                reason = Text("in use, perhaps by another studio")
            else:
                reason = Text("not to be had ({reason})", reason=error.strerror)
            raise StyleTransferError(
                "Port {port} is {reason}; give another with --port, or none to take a free one.",
                port=port,
                reason=reason,
            ) from error
