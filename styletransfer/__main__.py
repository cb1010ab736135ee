"""`python -m styletransfer` is the command line, `... batch` and `... film` paint more, `... studio` opens the page."""

import sys


def main() -> int:
    """Run what was asked for. Returns the exit code."""
    if sys.argv[1:2] == ["studio"]:
        from styletransfer.studio.server.launch import main as studio

        return studio(sys.argv[2:])
    if sys.argv[1:2] == ["batch"]:
        from styletransfer.cli.batch import main as batch

        return batch(sys.argv[2:])
    if sys.argv[1:2] == ["film"]:
        from styletransfer.cli.film_arguments import main as film

        return film(sys.argv[2:])
    from styletransfer.cli import main as paint

    return paint()


if __name__ == "__main__":
    sys.exit(main())
