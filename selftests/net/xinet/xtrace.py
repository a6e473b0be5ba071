# SPDX-License-Identifier: GPL-2.0
"""The trace events of the family, read as text from an instance of tracefs.

Within `with Trace(spaces)`, start() … stop() gives a list of Event, in the
order in which they happened; the events are enabled all the while, which takes
longer than to switch the buffer on. An event's `word` is what the tests compare: the function of a
stage, or what another event says, without numbers that differ from run to run.
"""
import os
import re
from collections import namedtuple

TRACEFS = "/sys/kernel/tracing"
EVENTS = ("ct", "drop", "frag", "hook", "nat", "neigh", "queue", "route",
          "stage")

Event = namedtuple("Event", "ns name id parent dev ends word rest")

LINE = re.compile(
    r": xinet_(?P<name>\w+): id=(?P<id>\d+) parent=(?P<parent>\d+) "
    r"netns=(?P<netns>\d+) dev=(?P<dev>\S*) (?P<src>\S+) > (?P<dst>\S+) "
    r"proto=\d+ ipid=\d+ len=\d+ frag=0x[0-9a-f]+ ttl=\d+ (?P<rest>.*)$")


def field(rest, name):
    """The value of name=VALUE."""
    return re.search(r"\b%s=(\S*)" % name, rest).group(1)


def word_of(name, rest):
    """What an event says, in short."""
    words = rest.split()
    if name == "stage":
        return words[0]
    if name == "hook":
        return "%s %s %s" % (words[0], words[1], field(rest, "verdict"))
    if name == "route":
        return "route %s %s %s" % (words[0], words[1], field(rest, "err"))
    if name == "drop":
        return "drop %s %s" % (field(rest, "reason"), field(rest, "func"))
    return "%s %s" % (name, words[0])


def inode(ns):
    """The number of a namespace, as events have it."""
    return os.fstat(ns.fd).st_ino


class Trace:
    """An instance of tracefs with our events; `with` removes it at the end."""

    def __init__(self, spaces=(), name="xinet-test"):
        self.names = {inode(ns): ns.name for ns in spaces}
        self.dir = os.path.join(TRACEFS, "instances", name)

    def __enter__(self):
        os.mkdir(self.dir)
        self.put("tracing_on", "0")
        self.put("buffer_size_kb", "4096")
        self.enable(True)
        return self

    def __exit__(self, *_):
        self.enable(False)
        os.rmdir(self.dir)

    def put(self, path, value):
        """Write to a file of the instance."""
        with open(os.path.join(self.dir, path), "w", encoding="ascii") as knob:
            knob.write(value)

    def get(self, path):
        """Read a file of the instance."""
        with open(os.path.join(self.dir, path), encoding="utf-8",
                  errors="replace") as file:
            return file.read()

    def enable(self, on, event=None):
        """All events of the family, or one."""
        self.put("events/xinet/%senable" % ("xinet_%s/" % event if event
                                            else ""), str(int(on)))

    def start(self):
        """Forget what was, and begin."""
        self.put("trace", "")
        self.put("tracing_on", "1")

    def stop(self):
        """No more; all events since start()."""
        self.put("tracing_on", "0")
        return self.events()

    def events(self):
        """What the buffer holds."""
        found = []
        for line in self.get("trace").splitlines():
            if line.startswith("#"):
                continue
            match = LINE.search(line)
            if not match:
                raise AssertionError("not understood: " + line)
            rest = match["rest"].replace(" [xinet]", "")
            ns = int(match["netns"])
            found.append(Event(self.names.get(ns, ns), match["name"],
                               int(match["id"]), int(match["parent"]),
                               match["dev"], (match["src"], match["dst"]),
                               word_of(match["name"], rest), rest))
        return found

    def lost(self):
        """Events that the buffer could not hold, all CPUs together."""
        total = 0
        for cpu in os.listdir(os.path.join(self.dir, "per_cpu")):
            stats = self.get("per_cpu/%s/stats" % cpu)
            for name in ("overrun", "dropped events"):
                total += int(re.search(r"^%s: (\d+)" % name, stats,
                                       re.M).group(1))
        return total
