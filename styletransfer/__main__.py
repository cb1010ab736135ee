"""`python -m styletransfer` is the command line, and `python -m styletransfer studio` opens the page."""

import sys


def main() -> int:
    """Run what was asked for. Returns the exit code."""
    if sys.argv[1:2] == ["studio"]:
        from styletransfer.studio.server.launch import main as studio

        return studio(sys.argv[2:])
    from styletransfer.cli import main as paint

    return paint()


if __name__ == "__main__":
    sys.exit(main())
