"""`python -m ledi`: the command, where scripts of an environment are not on the PATH."""

import sys

from ledi.cli import main

if __name__ == "__main__":
    sys.exit(main())
