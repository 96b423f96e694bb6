"""Train a model: ``python train.py [DATA…] [-o models/NAME]``; the same as ``dangol train``."""

import sys

from nlp.cli import main

if __name__ == "__main__":
    sys.argv.insert(1, "train")
    main()
