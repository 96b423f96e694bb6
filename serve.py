"""Open the HTTP service: ``python serve.py [--port …]``; the same as ``dangol serve``."""

import sys

from nlp.cli import main

if __name__ == "__main__":
    sys.argv.insert(1, "serve")
    main()
