#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""README.md's commands, typed as they stand there, in its order.

A block of code is run whole, in one shell; what it shows as output has to come
out of it, but for numbers that differ each time. Where the README cuts, "…"
stands for the rest. What would load the module or install things is left out.
"""
import os
import re
import shutil
import subprocess
import tempfile

import ktap
from ktap import check, rows
from xlab import CLONE_NEWNET, LIBC, SLOW, need

TOP = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../..")
README = os.path.join(TOP, "README.md")
SECTIONS = ("On a test machine of your own", "A first program", "A gateway",
            "See every packet")
NOT_HERE = re.compile(r"^[$#] (make|insmod|install|scripts/vm)\b", re.M)
NAMESPACES = ("other", "server")

# Differs from run to run: times, ports, identifications, connections, MACs.
VARIES = re.compile(r"time[= ][\d.]+ ?ms|[-+]\d+\.\d+ ms|\bid[= ]\d+|#\d+|"
                    r"\bct=[0-9a-f]{8}|(port |sport=|dport=|:)\d{4,5}\b|"
                    r"\b40265\d{5}\b|([0-9a-f]{2}:){5}[0-9a-f]{2}|"
                    r"\b(inode|pid|queued)=\d+|(?<=^icmp 1 )\d+|(?<=^udp 17 )\d+")

# Whoever asks must not be quicker than he who is to answer.
BOUND = """
for try in $(seq 1000); do
	ip netns exec other grep -q :1388 /proc/net/xinet/udp && break
	sleep 0.01
done
"""

where = None            # a directory that can be written to


def blocks(section):
    """The blocks of commands below a heading, without a language's name."""
    with open(README, encoding="utf-8") as readme:
        text = readme.read()
    body = text.partition("\n## %s\n" % section)[2].partition("\n## ")[0]
    found = [block for language, block in
             re.findall(r"^```(\w*)\n(.*?)^```$", body, re.M | re.S)
             if not language and not NOT_HERE.search(block)]
    if not found:
        raise AssertionError("no commands below %r" % section)
    return found


def parts(block):
    """(commands, lines that they are said to print)"""
    typed, shown = [], []
    for line in block.splitlines():
        (typed if line[:2] in ("$ ", "# ") else shown).append(line)
    return [line[2:] for line in typed], shown


def steady(text):
    return VARIES.sub("~", text)


def is_there(line, output):
    """Is there a line like this one, which may be cut?"""
    pieces = [steady(piece).strip() for piece in line.split("…")]
    pattern = ".*".join(re.escape(piece) for piece in pieces)
    return any(re.fullmatch(r"\s*%s\s*" % pattern, steady(real).strip())
               for real in output.splitlines())


def run(block):
    """Type it; complain of what fails and of output that does not come."""
    commands, shown = parts(block)
    script = "".join(line + "\n" + (BOUND if line.endswith("&") else "")
                     for line in commands)
    done = subprocess.run(["bash", "-ec", script + "wait\n"], cwd=where,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False,
                          timeout=30 * SLOW)
    lack = [line for line in shown if not is_there(line, done.stdout)]
    if done.returncode or lack:
        raise AssertionError("exit %d, lacks %r in:\n%s" % (
            done.returncode, lack, done.stdout))


@rows("README, %s", [(name, name) for name in SECTIONS])
def section(name):
    for block in blocks(name):
        run(block)


@check("the comparison tells one line from another")
def tells():
    real = "64 bytes from 10.9.0.2: icmp_seq=1 ttl=64 time=0.356 ms\n"
    for line, expected in (
            ("64 bytes from 10.9.0.2: icmp_seq=1 ttl=64 time=9.1 ms", True),
            ("64 bytes from … time=9.1 ms", True), ("…", True),
            ("64 bytes from 10.9.0.3: icmp_seq=1 ttl=64 time=9.1 ms", False),
            ("64 bytes from 10.9.0.2: icmp_seq=1 ttl=63 time=9.1 ms", False),
            ("64 bytes from 10.9.0.2", False)):
        if is_there(line, real) is not expected:
            raise AssertionError("%r is taken wrongly" % line)


def clean():
    for name in NAMESPACES:
        subprocess.run(["ip", "netns", "del", name], check=False,
                       stderr=subprocess.DEVNULL)


def setup():
    """A directory that looks like the checkout, a namespace like a machine."""
    global where
    where = tempfile.mkdtemp()
    os.mkdir(os.path.join(where, "build"))
    for name in ("include", "Documentation", "tools"):
        os.symlink(os.path.join(os.path.realpath(TOP), name),
                   os.path.join(where, name))
    clean()
    if LIBC.unshare(CLONE_NEWNET):
        raise OSError("no network namespace")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


if __name__ == "__main__":
    need()
    if not os.path.exists(README):
        ktap.skip("no README.md: these tests are not in their repository")
    if not shutil.which("gcc"):
        ktap.skip("no gcc")
    try:
        ktap.run(setup)
    finally:
        clean()
        if where:
            shutil.rmtree(where)
