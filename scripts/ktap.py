# SPDX-License-Identifier: GPL-2.0
"""KTAP: judge what a test program printed, and print what a run amounts to."""

import re
import threading
from dataclasses import dataclass

RESULT = re.compile(r"(not )?ok\b[ \t]*(\d+)?[ \t]*(?:- )?(.*)")
PLAN = re.compile(r"1\.\.(\d+)\s*(#\s*SKIP\b.*)?", re.IGNORECASE)
VERSION = re.compile(r"(KTAP|TAP) version \d+")
SKIP = re.compile(r"#\s*SKIP\b", re.IGNORECASE)
KSFT_SKIP = 4


@dataclass
class Count:
    """Checks that passed, failed and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __iadd__(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        return self

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def judge(lines, status):
    """Count the results in the output of one program that exited with status.

    The output may hold several KTAP documents, one after the other; each has
    to keep its plan. Return the Count and a list of what is wrong besides the
    failed checks; each such finding is one more failure.
    """
    count, wrong = Count(), []
    plan, seen, documents = None, 0, 0

    def close():
        if not documents and not seen:
            return
        if plan is None:
            wrong.append("no plan")
        elif seen != plan:
            wrong.append(f"{plan} results planned, {seen} seen")

    for line in lines:
        if VERSION.fullmatch(line.strip()) and line[0] in "KT":
            close()
            plan, seen, documents = None, 0, documents + 1
        elif match := PLAN.fullmatch(line.rstrip()):
            if plan is not None:
                wrong.append("a second plan")
            plan, documents = int(match[1]), documents or 1
            if plan == 0:
                count.skipped += 1
        elif line.startswith("Bail out!"):
            wrong.append(line.rstrip())
        elif match := RESULT.match(line):
            seen += 1
            if match[2] and int(match[2]) != seen:
                wrong.append(f"result {match[2]} where {seen} is due")
            if match[1]:
                count.failed += 1
            elif SKIP.search(match[3]):
                count.skipped += 1
            else:
                count.passed += 1
    close()
    if not documents and not seen:
        wrong.append("no results at all")
    if status not in (0, KSFT_SKIP) and not count.failed:
        wrong.append(f"exit status {status}")
    if status == 0 and count.failed:
        wrong.append("exit status 0 in spite of failed checks")
    count.failed += len(wrong)
    return count, wrong


class Report:
    """The run's own KTAP document; blocks come from several threads."""

    def __init__(self, planned):
        self.total = Count()
        self.number = 0
        self.failures = []
        self.lock = threading.Lock()
        print(f"KTAP version 1\n1..{planned}", flush=True)

    def block(self, name, lines, status, extra=(), seconds=None):
        """A program's output, as a subtest; extra are further complaints."""
        count, wrong = judge(lines, status)
        wrong += extra
        count.failed += len(extra)
        with self.lock:
            print(f"    # Subtest: {name}")
            for line in lines:
                print("    " + line)
            self._close(name, count, wrong, seconds)

    def single(self, name, complaint=None, lines=()):
        """A check of the run itself."""
        with self.lock:
            for line in lines:
                print("    # " + line)
            count = Count(failed=1) if complaint else Count(passed=1)
            self._close(name, count, [complaint] if complaint else [], None)

    def _close(self, name, count, wrong, seconds):
        for complaint in wrong:
            print(f"# {name}: {complaint}")
        self.number += 1
        self.total += count
        verdict = "not ok" if count.failed else "ok"
        if count.failed:
            self.failures.append(name)
        note = " # SKIP" if not count.failed and not count.passed else ""
        if seconds is not None:
            note += f" # {count}, {seconds} s" if not note else ""
        print(f"{verdict} {self.number} {name}{note}", flush=True)

    def finish(self):
        """The summary, last of all; return the exit status."""
        for name in self.failures:
            print(f"# failed: {name}")
        if not self.total.passed and not self.total.failed:
            print("# nothing ran")
        print(self.total, flush=True)
        return 0 if self.total.passed and not self.total.failed else 1
