"""`python -m styletransfer` is the command line."""

import sys

from styletransfer.cli import main

if __name__ == "__main__":
    sys.exit(main())
