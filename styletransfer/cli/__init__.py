"""The command line."""

from styletransfer.cli.arguments import main

__all__ = ["main"]
