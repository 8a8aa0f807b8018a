"""The console's own figures: first paint, keys, filter, tick and silence, beside a bare Textual app."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.figures import Report
from tests.bench.terminal import Terminal

ROUNDS = 7
MANY = 10_000
SIZES = ((80, 24), (120, 40))
TICK_WAIT_S = 11.0
RUN_STEPS = 11
RUN_WAIT_S = 12.0


def _bare() -> list[str]:
    return [sys.executable, "-m", "tests.bench.bare"]


def _subject(*counts: int) -> list[str]:
    return [sys.executable, "-m", "tests.bench.subject", *map(str, counts)]


def first_paint(report: Report) -> None:
    """Time and memory until the first frame, before anything was read; runs interleaved."""
    bare: list[float] = []
    ours: list[float] = []
    memory: list[float] = []
    for turn in range(ROUNDS + 1):
        with Terminal(_bare(), columns=120, lines=40) as terminal:
            bare_ms = terminal.until(b"BARE-0")
        with Terminal(_subject(0), columns=120, lines=40) as terminal:
            ours_ms = terminal.until(b"WORKLOAD")
            terminal.settle()
            resident = terminal.resident_mib
        if turn:
            bare.append(bare_ms)
            ours.append(ours_ms)
            memory.append(resident)
    report.bare_ms = statistics.median(bare)
    ratio = statistics.median(ours) / report.bare_ms
    detail = f"{statistics.median(ours):.0f} ms beside {report.bare_ms:.0f} ms, medians of {ROUNDS}"
    report.ratio("first paint", ratio, 2.5, detail)
    report.size("resident memory at first paint", statistics.median(memory), 50, "MiB")


def bare_key(report: Report) -> None:
    """What a key costs in the bare app, for comparison."""
    with Terminal(_bare(), columns=80, lines=24) as terminal:
        terminal.until(b"BARE-0")
        terminal.settle()
        times = [terminal.press(b"j").ms for _ in range(30)]
    print(f"       a key in the bare app: median {statistics.median(times):.1f} ms", flush=True)


@contextmanager
def _running(columns: int, lines: int) -> Iterator[Terminal]:
    with Terminal(_subject(MANY), columns=columns, lines=lines) as terminal:
        terminal.until(b"build-00005")
        terminal.settle(0.5)
        yield terminal


def keys(report: Report, columns: int, lines: int) -> None:
    """Cursor keys and filter at 10 000 workloads."""
    where = f"at {columns}x{lines}, {MANY} workloads"
    with _running(columns, lines) as terminal:
        moves = [terminal.press(key) for key in (b"j",) * 60 + (b"k",) * 20]
        report.time(f"cursor key {where}", [move.ms for move in moves], 20, "p95")
        report.size(f"cursor key {where}", statistics.mean(m.size for m in moves), 1536, "bytes")
        terminal.press(b"/")
        strokes = [terminal.press(key) for key in (b"w", b"e", b"b", b"-", b"0", b"1")]
        strokes += [terminal.press(b"\x7f") for _ in range(6)]
        strokes += [terminal.press(key.encode()) for key in "role:orig !x"]
        report.time(f"filter keystroke {where}", [stroke.ms for stroke in strokes], 60, "p95")


def orders_and_marks(report: Report, columns: int, lines: int) -> None:
    """Everything marked, moves of the cursor with that, and all orders one after the other."""
    where = f"at {columns}x{lines}, {MANY} workloads"
    with _running(columns, lines) as terminal:
        terminal.press(b"m")
        moves = [terminal.press(b"j") for _ in range(20)]
        report.time(f"cursor key {where}, all marked", [move.ms for move in moves], 20, "p95")
        orders = [terminal.press(b"o") for _ in range(10)]
        report.time(f"order key {where}", [order.ms for order in orders], 60, "median")


def quiet(report: Report, columns: int, lines: int) -> None:
    """Bytes of a tick, of a changed picture, and of everything between."""
    where = f"at {columns}x{lines}, {MANY} workloads"
    with _running(columns, lines) as terminal:
        changed = [terminal.press(b"n", quiet_s=0.4) for _ in range(4)]
        report.size(f"picture with 5 % changed {where}", max(c.size for c in changed), 2048, "bytes")
        terminal.settle(0.5)
        cpu = terminal.cpu_s
        bursts = terminal.listen(2 * TICK_WAIT_S)
        share = (terminal.cpu_s - cpu) / (2 * TICK_WAIT_S)
        print(f"       processor while idle: {share:.1%}, ticks and rests included")
        print("       bursts in 22 s: " + ", ".join(f"{b.size} bytes at {b.ms / 1000:.1f} s" for b in bursts))
        report.size(f"tick {where}", max((b.size for b in bursts), default=0), 2048, "bytes")
        report.size(f"bursts beyond one a tick {where}", max(len(bursts) - 3, 0), 0, "bursts")


def keys_while_pictures_come(report: Report, columns: int, lines: int) -> None:
    """Cursor keys while ten thousand workloads are compared with the picture before, in another thread."""
    with _running(columns, lines) as terminal:
        times: list[float] = []
        for _ in range(8):
            terminal.type(b"n")
            times += [terminal.press(b"j", quiet_s=0.02).ms for _ in range(6)]
            terminal.settle(0.3)
        report.time(f"cursor key while pictures come at {columns}x{lines}", times, 50, "p95")


def run_ticks(report: Report, columns: int, lines: int) -> None:
    """Bytes of a tick of the screen of a run, which comes once a second, and of nothing else."""
    where = f"of a run at {columns}x{lines}"
    with Terminal(_subject(1, RUN_STEPS), columns=columns, lines=lines) as terminal:
        terminal.until(b"ORIGINAL")
        terminal.settle()
        terminal.type(b"R")
        terminal.until(b"planned failover")
        terminal.settle()
        opened = terminal.press(b"\r", quiet_s=0.5)
        print(f"       the screen {where}: {opened.size} bytes once", flush=True)
        bursts = terminal.listen(RUN_WAIT_S)
        report.size(f"tick {where}", max((b.size for b in bursts), default=0), 2048, "bytes")
        # The head's own tick may come between two of them.
        report.size(f"bursts beyond one a second {where}", max(len(bursts) - RUN_WAIT_S - 2, 0), 0, "bursts")


def measure(report: Report) -> None:
    """Everything."""
    first_paint(report)
    bare_key(report)
    for columns, lines in SIZES:
        keys(report, columns, lines)
        orders_and_marks(report, columns, lines)
        quiet(report, columns, lines)
        keys_while_pictures_come(report, columns, lines)
        run_ticks(report, columns, lines)
