# SPDX-License-Identifier: GPL-2.0
"""KTAP for test programs in Python.

A program names its checks with @check("what must hold"), in the order in
which they run, and ends with run(setup). A check fails by any exception; the
reason goes out as comment lines. Exit status: 0 all held, 1 some did not,
4 skipped as a whole.
"""
import sys
import time
import traceback

CHECKS = []
SKIP = 4


def check(name, *args):
    """Add a check; with @args the function is called with them."""
    def add(func):
        CHECKS.append((name, func, args))
        return func
    return add


def rows(pattern, table):
    """Add one check for each row of @table: (word for @pattern, arg…)."""
    def add(func):
        for row in table:
            CHECKS.append((pattern % row[0], func, tuple(row[1:])))
        return func
    return add


class Skip(Exception):
    """Raised by a check that this machine cannot make."""


def say(text):
    """A comment line, or several."""
    for line in str(text).splitlines():
        print("# " + line)


def skip(why):
    """End the program: what it needs is not there."""
    print("KTAP version 1\n1..0 # SKIP " + why)
    sys.exit(SKIP)


def _reason(error):
    where = traceback.extract_tb(error.__traceback__)[-3:]
    for frame in where:
        say("%s:%d: %s" % (frame.filename, frame.lineno, frame.line))
    say("%s: %s" % (type(error).__name__, error))


def _one(number, name, func, args):
    start = time.monotonic()
    try:
        func(*args)
        print("ok %d %s" % (number, name))
        return True
    except Skip as why:
        print("ok %d %s # SKIP %s" % (number, name, why))
        return True
    except Exception as error:      # pylint: disable=broad-except
        _reason(error)
        print("not ok %d %s" % (number, name))
        return False
    finally:
        took = time.monotonic() - start
        if took > 2:
            say("took %.1f s" % took)


def run(setup=None):
    """Print the plan, prepare, run the checks and exit."""
    sys.stdout.reconfigure(line_buffering=True)
    print("KTAP version 1\n1..%d" % len(CHECKS))
    if setup:
        setup()
    failed = 0
    for number, (name, func, args) in enumerate(CHECKS, 1):
        failed += not _one(number, name, func, args)
    sys.exit(1 if failed else 0)
