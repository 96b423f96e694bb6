"""Time and memory of ranking and reporting by number of predictions, classification and morphemes aside.

    python benchmarks/report_scale.py                    # 25,000, 50,000 and 100,000 predictions
    python benchmarks/report_scale.py --sizes 25000 50000

Every size runs in a process of its own, so that the peak of memory is its own. The predictions are sentences of our
own corpus mixed anew (tests/report/synthetic.py). Growth is the exponent of time between two sizes: 1 is
linear; n log n is about 1.1 here.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def measure(size: int) -> dict[str, float]:
    sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "report")]
    from synthetic import complaint_table

    from nlp.pipeline.analyze import write_outputs
    from nlp.report.analysis import analyze_table

    table = complaint_table(size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    analysis = analyze_table(table, capacity=max(1, size // 10))
    computed = time.perf_counter() - wall
    with tempfile.TemporaryDirectory() as folder:
        write_outputs(analysis, Path(folder))
    return {
        "documents": size,
        "cases": len(analysis.ranking),
        "compute_s": round(computed, 1),
        "total_s": round(time.perf_counter() - wall, 1),
        "cpu_s": round(time.process_time() - cpu, 1),
        "table_mib": round(before / 1024),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[25_000, 50_000, 100_000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one)))
        return
    last: dict[str, float] = {}
    print(f"cores: {os.cpu_count()}")
    for size in options.sizes:
        run = subprocess.run([sys.executable, __file__, "--one", str(size)], capture_output=True, text=True, check=True)
        found = json.loads(run.stdout)
        if last:
            ratio = math.log(found["cpu_s"] / last["cpu_s"]) / math.log(found["documents"] / last["documents"])
            found["growth"] = round(ratio, 2)
        print(json.dumps(found), flush=True)
        last = found


if __name__ == "__main__":
    main()
