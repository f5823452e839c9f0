#!/usr/bin/env python3
"""Count what a test runner said and show what went wrong.

usage: count.py tap LOG EXIT_STATUS     a TAP log: ours, or of `node --test`
       count.py meson TESTLOG_JSON EXIT_STATUS   what `meson test` left, every program's own TAP inside

Prints "PASSED FAILED SKIPPED" on standard output, and each thing that went wrong, with the end of its log, on the other.
A runner that ends badly without naming a failed test, breaks off before its plan is met, or tested nothing, is one failed
test: nothing that could not start is ever counted as fine.
"""
import json
import pathlib
import re
import sys

SHOWN_LINES = 40
SHOWN_COLUMNS = 240
LINE = re.compile(r"(not )?ok\b\s*(\d+)?\s*-?\s*(.*)$")
NODE_TOTAL = re.compile(r"# (pass|fail|cancelled|skipped|todo) (\d+)$")


class Count:
    def __init__(self) -> None:
        self.passed = self.failed = self.skipped = 0

    def add(self, other: "Count") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def show(title: str, lines: list[str]) -> None:
    print(f"  ✗ {title}", file=sys.stderr)
    for line in lines[-SHOWN_LINES:]:
        print(f"    | {line[:SHOWN_COLUMNS]}", file=sys.stderr)


def tap(name: str, text: str, status: int, extra: str = "") -> Count:
    count, planned, bad, totals = Count(), None, [], {}
    lines = text.splitlines()
    for at, line in enumerate(lines):
        plan = re.match(r"1\.\.(\d+)", line)
        if plan:
            planned = (planned or 0) + int(plan[1])  # a cmocka program with several groups says several plans
        found = LINE.match(line)
        if found:
            # cmocka 1.1.5 writes a skipped test as "not ok N # SKIP name"
            if re.search(r"# skip", line, re.I):
                count.skipped += 1
            elif found[1]:
                count.failed += 1
                bad.append((found[3] or line, at))
            else:
                count.passed += 1
        total = NODE_TOTAL.match(line)
        if total:
            totals[total[1]] = int(total[2])
    said = count.passed + count.failed + count.skipped
    for title, at in bad:  # a runner explains a test behind its line
        end = at + 1
        while end < len(lines) and end - at <= SHOWN_LINES and not LINE.match(lines[end]):
            end += 1
        show(f"{name}: {title}", lines[at + 1:end] + extra.splitlines()[-SHOWN_LINES // 2:])
    why = None
    if planned is not None and said != planned:
        why = f"{planned} tests were planned and {said} spoke"
    elif said == 0:
        why = "nothing was tested"
    elif status and not count.failed:
        why = f"ended with status {status}"
    if totals:  # tests within tests are in node's totals only
        count.passed, count.skipped = totals.get("pass", 0), totals.get("skipped", 0) + totals.get("todo", 0)
        count.failed = totals.get("fail", 0) + totals.get("cancelled", 0)
        if not count.passed + count.failed + count.skipped:
            why = "nothing was tested"
    if why and not (status and count.failed and planned == said):
        count.failed += 1
        show(f"{name}: {why}", lines + extra.splitlines())
    return count


def meson(path: pathlib.Path, status: int) -> Count:
    count = Count()
    tests = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    for test in tests:
        code = test.get("returncode", 0)
        if test.get("result") in ("TIMEOUT", "INTERRUPT"):
            code = code or 124
        count.add(tap(test["name"], test.get("stdout", ""), code, test.get("stderr", "")))
    if not tests:
        count.failed += 1
        show(f"{path}: no test ran (status {status})", [])
    return count


def main() -> int:
    kind, path, status = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    if kind == "meson":
        count = meson(path, status)
    else:
        count = tap(path.stem, path.read_text(errors="replace") if path.exists() else "", status)
    print(count.passed, count.failed, count.skipped)
    return 0


if __name__ == "__main__":
    sys.exit(main())
