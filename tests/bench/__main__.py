"""``python -m tests.bench [--slack N]``: measure, print, end with 1 if a ratio or a size is too large."""

from __future__ import annotations

import argparse
import sys

from tests.bench import console, loop, runs, vsphere
from tests.bench.figures import Report


def main() -> int:
    """Run all benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--slack", type=float, default=1.0, help="factor on limits of time (noisy machines)")
    report = Report(parser.parse_args().slack)
    console.measure(report)
    loop.measure(report)
    vsphere.measure(report)
    runs.measure(report)
    if report.failed:
        print(f"beyond their limits: {'; '.join(report.failed)}")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
