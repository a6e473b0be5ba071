#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""The walk of NAT: a datagram and its answer through a gateway, hook by hook.

A module (modules/xwalk.c) looks at packet and record at each step of the
gateway. With --show the walk is printed for a reader; without, it is compared
with the rows below and with Documentation/networking/xinet/nat-walk.rst, which
shows the same text.
"""
import itertools
import os
import sys
from collections import namedtuple

import ktap
from ktap import rows
from xevents import Events
from xhooks import module_file
from xlab import Ns, command, equal, need, veth

HERE = os.path.dirname(os.path.abspath(__file__))
DOCUMENT = os.path.join(HERE, "../../..",
                        "Documentation/networking/xinet/nat-walk.rst")
PARAMETERS = "/sys/module/xwalk/parameters/"

DRAWING = """\
   inside                   gateway                   outside
 +----------+      +-----------------------+       +----------+
 |       i0 |------| g0                 g1 |-------| o0       |
 | 10.1.0.2 |      | 10.1.0.1     10.3.0.1 |       | 10.3.0.2 |
 +----------+      +-----------------------+       +----------+
   default via        forwarding, tracking         no way but to
    10.1.0.1           and translating              10.3.0.0/24"""

LEGEND = """\
is:     what the packet is to the record; its state, where xip shows it
flags:  d  the rules were asked for the destination    D  it is translated
        s  the rules were asked for the source         S  it is translated
        c  confirmed, which is: in the table           r  an answer was seen"""

# where; the packet's ends; the record's original and reply; what the packet is
# to it, or its state; its flags; what happened
Row = namedtuple("Row", "where packet orig reply state flags words")

# In a row C, G and S stand for one end each: client, gateway, server. The rows
# are the test's own: --show prints what was found, with only the words of them.
Walk = namedtuple("Walk", "name title rule client server ends rows")

MASQUERADE = Walk(
    "masquerade", "a client inside calls a server outside",
    "postrouting oif g1 masquerade", "inside", "outside",
    {"C": ("10.1.0.2", 4000), "G": ("10.3.0.1", 4000), "S": ("10.3.0.2", 53)},
    [Row(*row) for row in [
        ("client sends", "C>S", "", "", "", "", "the question"),
        ("PRE_ROUTING -300", "C>S", "", "", "", "",
         "no record yet"),
        ("PRE_ROUTING -150", "C>S", "C>S", "S>C", "NEW", "----",
         "-200, tracker: a record, reply turned round"),
        ("PRE_ROUTING -50", "C>S", "C>S", "S>C", "NEW", "d---",
         "-100, NAT: no rule for the destination"),
        ("FORWARD +50", "C>S", "C>S", "S>C", "NEW", "d---",
         "routed to g1; 0 is the filter's place"),
        ("POST_ROUTING +50", "C>S", "C>S", "S>C", "NEW", "d---",
         "the source is still the client's"),
        ("POST_ROUTING +200", "G>S", "C>S", "S>G", "NEW", "dS--",
         "+100, NAT: new reply, source rewritten"),
        ("POST_ROUTING last", "G>S", "C>S", "S>G", "NEW", "dSc-",
         "confirmed: both tuples are in the table"),
        ("server receives", "G>S", "", "", "", "",
         "it knows the gateway alone"),
        ("xip conntrack show", "", "C>S", "S>G", "NEW", "dSc-", ""),
        ("server sends", "S>G", "", "", "", "", "the answer"),
        ("PRE_ROUTING -300", "S>G", "", "", "", "",
         "not looked up yet"),
        ("PRE_ROUTING -150", "S>G", "C>S", "S>G", "REPLY", "dScr",
         "-200, tracker: found by the reply's tuple"),
        ("PRE_ROUTING -50", "S>C", "C>S", "S>G", "REPLY", "dScr",
         "-100, NAT: the original turned round"),
        ("FORWARD +50", "S>C", "C>S", "S>G", "REPLY", "dScr",
         "routed to g0"),
        ("POST_ROUTING +50", "S>C", "C>S", "S>G", "REPLY", "dScr", ""),
        ("POST_ROUTING +200", "S>C", "C>S", "S>G", "REPLY", "dScr",
         "+100, NAT: the source stays"),
        ("POST_ROUTING last", "S>C", "C>S", "S>G", "REPLY", "dScr", ""),
        ("client receives", "S>C", "", "", "", "",
         "from whom it asked"),
        ("xip conntrack show", "", "C>S", "S>G", "ESTABLISHED", "dScr", ""),
        ("event new", "", "C>S", "S>C", "", "----", "at PRE_ROUTING -200"),
        ("event NATed", "", "C>S", "S>G", "", "dS--", "at POST_ROUTING +100"),
        ("event confirmed", "", "C>S", "S>G", "", "dSc-",
         "at POST_ROUTING, last"),
        ("event replied", "", "C>S", "S>G", "", "dScr",
         "at PRE_ROUTING -200, the answer"),
    ]])

DNAT = Walk(
    "dnat", "a client outside calls the gateway, a server inside answers",
    "prerouting iif g1 proto udp dport 80 dnat to 10.1.0.2:8080", "outside",
    "inside",
    {"C": ("10.3.0.2", 4000), "G": ("10.3.0.1", 80), "S": ("10.1.0.2", 8080)},
    [Row(*row) for row in [
        ("client sends", "C>G", "", "", "", "", "the question"),
        ("PRE_ROUTING -300", "C>G", "", "", "", "",
         "no record yet"),
        ("PRE_ROUTING -150", "C>G", "C>G", "G>C", "NEW", "----",
         "-200, tracker: a record, reply turned round"),
        ("PRE_ROUTING -50", "C>S", "C>G", "S>C", "NEW", "D---",
         "-100, NAT: new reply, destination rewritten"),
        ("FORWARD +50", "C>S", "C>G", "S>C", "NEW", "D---",
         "routed to g0, by the new destination"),
        ("POST_ROUTING +50", "C>S", "C>G", "S>C", "NEW", "D---", ""),
        ("POST_ROUTING +200", "C>S", "C>G", "S>C", "NEW", "Ds--",
         "+100, NAT: no rule for the source"),
        ("POST_ROUTING last", "C>S", "C>G", "S>C", "NEW", "Dsc-",
         "confirmed: both tuples are in the table"),
        ("server receives", "C>S", "", "", "", "",
         "it knows the client, not the gateway"),
        ("xip conntrack show", "", "C>G", "S>C", "NEW", "Dsc-", ""),
        ("server sends", "S>C", "", "", "", "", "the answer"),
        ("PRE_ROUTING -300", "S>C", "", "", "", "",
         "not looked up yet"),
        ("PRE_ROUTING -150", "S>C", "C>G", "S>C", "REPLY", "Dscr",
         "-200, tracker: found by the reply's tuple"),
        ("PRE_ROUTING -50", "S>C", "C>G", "S>C", "REPLY", "Dscr",
         "-100, NAT: the destination stays"),
        ("FORWARD +50", "S>C", "C>G", "S>C", "REPLY", "Dscr",
         "routed to g1"),
        ("POST_ROUTING +50", "S>C", "C>G", "S>C", "REPLY", "Dscr",
         "the source is still the server's"),
        ("POST_ROUTING +200", "G>C", "C>G", "S>C", "REPLY", "Dscr",
         "+100, NAT: the original turned round"),
        ("POST_ROUTING last", "G>C", "C>G", "S>C", "REPLY", "Dscr", ""),
        ("client receives", "G>C", "", "", "", "",
         "from whom it asked"),
        ("xip conntrack show", "", "C>G", "S>C", "ESTABLISHED", "Dscr", ""),
        ("event new", "", "C>G", "G>C", "", "----", "at PRE_ROUTING -200"),
        ("event NATed", "", "C>G", "S>C", "", "D---", "at PRE_ROUTING -100"),
        ("event confirmed", "", "C>G", "S>C", "", "Dsc-",
         "at POST_ROUTING, last"),
        ("event replied", "", "C>G", "S>C", "", "Dscr",
         "at PRE_ROUTING -200, the answer"),
    ]])

WALKS = [MASQUERADE, DNAT]
hosts = {}
seen = {}       # rows, by the walk's name


def setup():
    command("insmod", module_file("selftests/net/xinet/modules/xwalk.ko"))
    for name in ("inside", "gateway", "outside"):
        hosts[name] = Ns(name)
    inside, gate, outside = hosts.values()
    veth(inside, "i0", gate, "g0")
    veth(gate, "g1", outside, "o0")
    inside.xip("addr add 10.1.0.2/24 dev i0",
               "route add default via 10.1.0.1")
    gate.xip("addr add 10.1.0.1/24 dev g0", "addr add 10.3.0.1/24 dev g1")
    outside.xip("addr add 10.3.0.2/24 dev o0")
    gate.sysctl(forwarding=1)
    with Events(gate) as events:
        for walk in WALKS:
            seen[walk.name] = go(walk, gate, events)
    command("rmmod", "xwalk")


# --- looking ----------------------------------------------------------------------------

# Bits of enum ip_conntrack_status, and the words of xip for them.
BITS = {"SEEN_REPLY": 1, "CONFIRMED": 3, "SRC_NAT": 4, "DST_NAT": 5,
        "SRC_NAT_DONE": 7, "DST_NAT_DONE": 8}
HOOKS = {0: "PRE_ROUTING", 2: "FORWARD", 4: "POST_ROUTING"}
INFOS = {0: "ESTABLISHED", 1: "RELATED", 2: "NEW", 3: "REPLY",
         4: "RELATED REPLY"}
LAST = 0x7fffffff


def flags(words):
    """Four letters: destination, source, confirmed, replied."""
    return "".join((
        "D" if "DST_NAT" in words else "d" if "DST_NAT_DONE" in words else "-",
        "S" if "SRC_NAT" in words else "s" if "SRC_NAT_DONE" in words else "-",
        "c" if "CONFIRMED" in words else "-",
        "r" if "SEEN_REPLY" in words else "-"))


def way(src, dst):
    """Both ends, in one column."""
    return " > ".join(end if isinstance(end, str) else "%s:%d" % end
                      for end in (src, dst))


def spelled(walk, row):
    """A row of a table above with addresses and ports for its letters."""
    return row._replace(**{
        column: way(*(walk.ends[end] for end in text.split(">")))
        for column, text in row._asdict().items()
        if text and column in ("packet", "orig", "reply")})


def watch(gate, value):
    """Have the module look at the gateway, or at nobody."""
    with gate, open(PARAMETERS + "watch", "w", encoding="ascii") as knob:
        knob.write(value)


def looks():
    """What the module saw, as rows."""
    with open(PARAMETERS + "walk", encoding="ascii") as lines:
        for line in lines:
            hook, priority, src, dst, *conn = line.split()
            place = "last" if int(priority) == LAST else \
                "%+d" % int(priority)
            row = Row("%s %s" % (HOOKS[int(hook)], place), way(src, dst),
                      "", "", "", "", "")
            if conn:
                status = int(conn[1], 16)
                row = row._replace(
                    state=INFOS[int(conn[0])],
                    flags=flags([word for word, bit in BITS.items()
                                 if status >> bit & 1]),
                    orig=way(*conn[2:4]), reply=way(*conn[4:6]))
            yield row


def record(where, conn, state=""):
    """A connection as xip tells it, as a row."""
    ends = [way((conn[side]["src"], conn[side]["sport"]),
                (conn[side]["dst"], conn[side]["dport"]))
            for side in ("orig", "reply")]
    return Row(where, "", *ends, state, flags(conn["status"]), "")


def shown(gate):
    """The only connection of UDP."""
    conns = gate.xip_json("conntrack show proto udp")
    equal(len(conns), 1, "connections: %s" % conns)
    return record("xip conntrack show", conns[0], conns[0]["state"])


def told(events, client):
    """The events of a client's connection, as rows."""
    return [record("event " + event["cause"], event)
            for event in events.of("replied", src=client[0], sport=client[1])]


# --- walking ----------------------------------------------------------------------------

def host_row(where, src, dst):
    return Row(where, way(src, dst), "", "", "", "", "")


def go(walk, gate, events):
    """One datagram, its answer, and all rows of that."""
    ends = walk.ends
    called = ends["G"] if walk.rows[0].packet == "C>G" else ends["S"]
    client = hosts[walk.client].udp(*ends["C"])
    server = hosts[walk.server].udp(*ends["S"])
    gate.xip("nat flush", "conntrack flush", "nat add " + walk.rule)
    # behind the rule: the last look is to be behind the confirmation
    watch(gate, "1")

    client.sendto(b"question", *called)
    _, *caller = server.recvfrom()
    caller = tuple(caller)
    question = list(looks())
    found = [host_row("client sends", client.local(), called), *question,
             host_row("server receives", caller, server.local()), shown(gate)]

    server.sendto(b"answer", *caller)
    _, *answerer = client.recvfrom()
    found += [host_row("server sends", server.local(), caller),
              *list(looks())[len(question):],
              host_row("client receives", tuple(answerer), client.local()),
              shown(gate), *told(events, ends["C"])]
    watch(gate, "0")
    client.close()
    server.close()
    return found


# --- printing ---------------------------------------------------------------------------

HEAD = Row("where", "packet", "original", "reply", "is", "flags",
           "what happened")


def two_lines(row, wide):
    """Where, packet, original, what it is; what happened, reply, flags."""
    head = "%-18s  %-*s" % (row.where, wide, row.packet)
    yield ("%s  %-*s  %s" % (head, wide, row.orig, row.state)).rstrip()
    if row.words or row.reply:
        yield ("%-*s  %-*s  %s" % (len(head), "  " + row.words, wide,
                                   row.reply, row.flags)).rstrip()


def text(walk):
    """A walk as lines, with the measured columns and the words above."""
    found = [have._replace(words=want.words if want else "?")
             for have, want in itertools.zip_longest(
                 seen[walk.name], walk.rows) if have]
    wide = max(len(row.packet) for row in found)
    yield walk.title
    yield "xip nat add " + walk.rule
    yield ""
    for row in [HEAD] + found:
        if row.where in ("client sends", "server sends", "event new"):
            yield "-" * (18 + 2 * (wide + 2) + 7)
        yield from two_lines(row, wide)


def show():
    print(DRAWING + "\n\n" + LEGEND)
    for walk in WALKS:
        print()
        for line in text(walk):
            print(line)


# --- checks -----------------------------------------------------------------------------

@rows("%s", [("%s: %s%s" % (walk.name, row.where,
                            ": " + row.words if row.words else ""),
              walk, number)
             for walk in WALKS for number, row in enumerate(walk.rows)])
def one_row(walk, number):
    want = spelled(walk, walk.rows[number])
    found = seen[walk.name][number:number + 1]
    equal([have._replace(words=want.words) for have in found], [want], "row")


@rows("%s: that is all", [(walk.name, walk) for walk in WALKS])
def all_rows(walk):
    equal([row.where for row in seen[walk.name]],
          [row.where for row in walk.rows], "rows")


def same(lines):
    """Fail unless the document has these lines, indented, one after another."""
    if not os.path.exists(DOCUMENT):
        raise ktap.Skip("the documentation is elsewhere")
    with open(DOCUMENT, encoding="utf-8") as document:
        there = document.read().splitlines()
    want = ["  " + line if line else "" for line in lines]
    equal(want[0] in there, True, "there is " + want[0])
    start = there.index(want[0])
    for have, line in zip(there[start:start + len(want)], want):
        equal(have, line, "nat-walk.rst")
    equal(len(there) >= start + len(want), True, "all lines are there")


@rows("the documentation has the same %s", [("drawing", DRAWING),
                                            ("legend", LEGEND)])
def drawing(lines):
    same(lines.splitlines())


@rows("the documentation shows the same walk: %s",
      [(walk.name, walk) for walk in WALKS])
def documented(walk):
    same(list(text(walk)))


if __name__ == "__main__":
    need()
    if sys.argv[1:] == ["--show"]:
        setup()
        show()
    else:
        ktap.run(setup)
