from __future__ import annotations

import sys
from pathlib import Path

# The made-up classified tables of the report's own tests serve here too.
sys.path.append(str(Path(__file__).resolve().parents[1] / "report"))
