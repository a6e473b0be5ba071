#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Tracking of TCP by a router: states, windows, resets, time-outs.

See xtcp.py for the topology. A record's packet counters tell what was taken
for part of the connection; a segment that is INVALID is forwarded all the
same, since no rule is there to drop it.
"""
import random

import ktap
from ktap import check, rows
from xlab import Delta, Ns, equal, need, until
from xtcp import CLIENT, SACK_OK, SERVER, Conn, Router, packet, scale, segment

router = ns = None
SS, SR, ES, FW, CW, LA, TW, CL, S2 = (
    "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT",
    "LAST_ACK", "TIME_WAIT", "CLOSE", "SYN_SENT2")
DEFAULTS = {"syn_sent": 120, "syn_recv": 60, "established": 432000,
            "fin_wait": 120, "close_wait": 60, "last_ack": 30,
            "time_wait": 120, "close": 10, "max_retrans": 300,
            "unacknowledged": 300}


def setup():
    global ns, router
    ns = Ns("router")
    router = Router(ns)


def set_tcp(**values):
    ns.sysctl(**{"nf_conntrack_tcp_" + k: v for k, v in values.items()})


@check("settings: netfilter's names and defaults")
def settings():
    for name, value in DEFAULTS.items():
        equal(ns.get_sysctl("nf_conntrack_tcp_timeout_" + name), str(value),
              name)
    for name, value in (("loose", 1), ("be_liberal", 0), ("max_retrans", 3),
                        ("ignore_invalid_rst", 0)):
        equal(ns.get_sysctl("nf_conntrack_tcp_" + name), str(value), name)


def course(*moves, conn=None):
    conn = conn or Conn(router)
    for move in moves:
        fields = move[4] if len(move) > 4 else {}
        conn.move(*move[:4], **fields)
    return conn


OPEN = (("c", "S", "ok", SS), ("s", "SA", "ok", SR), ("c", "A", "ok", ES))
CLOSE = (("c", "FA", "ok", FW), ("s", "A", "ok", CW), ("s", "FA", "ok", LA))
AGAIN = {"seq": -1}
NEW = {"seq": 500000}


@rows("%s", (
    ("open, talk, the client closes", *OPEN,
     ("c", "PA", "ok", ES, {"length": 100}), ("s", "A", "ok", ES),
     ("s", "PA", "ok", ES, {"length": 500}), *CLOSE, ("c", "A", "ok", TW)),
    ("the server closes", *OPEN, ("s", "FA", "ok", FW), ("c", "A", "ok", CW),
     ("c", "FA", "ok", LA), ("s", "A", "ok", TW)),
    ("both close at once", *OPEN, ("c", "FA", "ok", FW),
     ("s", "FA", "ok", LA, {"ack": -1}), ("c", "A", "ok", TW),
     ("s", "A", "ok", TW)),
    ("both open at once", ("c", "S", "ok", SS), ("s", "S", "ok", S2),
     ("c", "SA", "ok", SR, AGAIN), ("s", "SA", "ok", SR, AGAIN),
     ("c", "A", "ok", ES), ("s", "A", "ok", ES, {"length": 10})),
    ("the SYN comes again", ("c", "S", "ok", SS), ("c", "S", "ok", SS, AGAIN),
     ("s", "SA", "ok", SR), ("c", "S", "ok", SR, AGAIN),
     ("s", "SA", "ok", SR, AGAIN), ("c", "A", "ok", ES)),
    ("another SYN instead", ("c", "S", "ok", SS), ("c", "S", "ok", SS, NEW),
     ("s", "SA", "ok", SR), ("c", "A", "ok", ES), ("s", "A", "ok", ES)),
    ("the client began anew, and the server agrees", *OPEN,
     ("c", "S", "ok", ES, NEW), ("s", "SA", "ok", SR, NEW),
     ("c", "A", "ok", ES), ("s", "A", "ok", ES, {"length": 9})),
    ("a forged SYN is challenged", *OPEN,
     ("c", "S", "ok", ES, {"seq": 500000, "forged": True}),
     ("s", "A", "ok", ES), ("c", "A", "ok", ES)),
    ("a challenge is no last ACK", *OPEN, *CLOSE,
     ("c", "S", "ok", LA, {"seq": 500000, "forged": True}),
     ("s", "A", "ok", LA), ("c", "A", "ok", TW)),
    ("what makes no sense", ("c", "S", "ok", SS), ("c", "A", "invalid", SS),
     ("c", "FA", "invalid", SS), ("s", "FA", "invalid", SS),
     ("s", "SA", "invalid", SS, {"ack": 1, "forged": True}),
     ("c", "SA", "invalid", SS, NEW)),
    ("a reset ends it", *OPEN, ("s", "A", "ok", ES), ("c", "R", "ok", CL)),
    ("a reset in the window waits for the answer to a challenge", *OPEN,
     ("s", "A", "ok", ES), ("c", "R", "ok", ES, {"seq": 7, "forged": True}),
     ("s", "A", "ok", ES), ("c", "R", "ok", CL)),
    ("a reset behind the window", *OPEN, ("s", "A", "ok", ES),
     ("c", "R", "invalid", ES, {"seq": 5000, "forged": True}),
     ("c", "A", "ok", ES)),
    ("a reset before the window", *OPEN, ("s", "A", "ok", ES),
     ("c", "R", "invalid", ES, {"seq": -1, "forged": True}),
     ("s", "R", "invalid", ES, {"seq": -1, "forged": True})),
    ("the server resets, the client comes again", *OPEN,
     ("s", "A", "ok", ES), ("s", "R", "ok", CL), ("c", "S", "ok", CL, NEW),
     ("s", "SA", "ok", SR, NEW), ("c", "A", "ok", ES)),
    ("the SYN is refused: nothing is left", ("c", "S", "ok", SS),
     ("s", "RA", "ok", None)),
    ("a reset for another SYN harms nothing", ("c", "S", "ok", SS),
     ("s", "RA", "ok", SS, {"ack": 1, "forged": True}),
     ("s", "SA", "ok", SR)),
    ("keep-alive", *OPEN, ("c", "A", "ok", ES, {"seq": -1, "forged": True}),
     ("s", "A", "ok", ES)),
))
def courses(*moves):
    course(*moves)


@check("status: UNREPLIED until answered, ASSURED once established")
def status():
    conn = Conn(router)
    want = ((("c", "S"), SS, {"UNREPLIED"}), (("s", "SA"), SR, set()),
            (("c", "A"), ES, {"ASSURED"}), (("s", "A"), ES, {"ASSURED"}))
    for (who, flags), state, words in want:
        equal(conn.move(who, flags, "ok", state)["status"], words, state)


@check("time-outs: each state has its own")
def timeouts():
    names = ("syn_sent", "syn_recv", "established", "fin_wait", "close_wait",
             "last_ack", "time_wait", "close")
    values = {name: 1000 + 100 * i for i, name in enumerate(names)}
    set_tcp(timeout_max_retrans=5000, timeout_unacknowledged=6000,
            **{"timeout_" + k: v for k, v in values.items()})
    conn = Conn(router)
    for name, (who, flags, *_) in zip(names, (*OPEN, *CLOSE, ("c", "A"),
                                              ("c", "R"))):
        conn.say("cs".index(who), flags)
        found = conn.record()
        equal(found["state"], name.upper(), "state")
        if not values[name] - 20 <= found["timeout"] <= values[name]:
            raise AssertionError("%s: %d s" % (name, found["timeout"]))
    set_tcp(**{"timeout_" + k: v for k, v in DEFAULTS.items()})


def left(conn, least, most):
    found = conn.record()["timeout"]
    if not least <= found <= most:
        raise AssertionError("%d s left, want %d to %d" % (found, least, most))


@check("time-outs: data that nobody acknowledges, repeats, a picked up one")
def impatience():
    conn = Conn(router).open()
    left(conn, 431900, 432000)
    conn.say(0, "PA", length=10)
    left(conn, 280, 300)
    conn.say(1, "A")
    left(conn, 431900, 432000)
    for _ in range(3):
        left(conn, 431900, 432000)
        conn.say(1, "A")
    left(conn, 280, 300)
    conn = Conn(router)
    conn.say(0, "A")
    left(conn, 280, 300)


@check("time-outs: a SYN that comes again does not prolong its own")
def syn_again():
    conn = Conn(router)
    conn.say(0, "S")
    set_tcp(timeout_syn_sent=1000)
    conn.say(0, "S", seq=-1)
    left(conn, 60, 120)
    set_tcp(timeout_syn_sent=1)
    conn = Conn(router)
    conn.say(0, "S")
    until(lambda: conn.record() is None, "a SYN that nobody answers expires")
    set_tcp(timeout_syn_sent=120)


@check("a SYN on what is over makes a record of its own")
def reopen():
    for last in (("c", "A", "ok", TW), ("c", "R", "ok", CL)):
        conn = course(*OPEN, *CLOSE[:3 if last[3] == TW else 0], last)
        conn.count = 0
        found = conn.move("c", "S", "ok", SS, seq=70000)
        equal(found["status"], {"UNREPLIED"}, "status")


@check("the server begins anew: the roles change")
def roles():
    conn = course(*OPEN, *CLOSE, ("c", "A", "ok", TW))
    conn.say(1, "S", seq=70000)
    equal(conn.record(), None, "old record")
    equal(router.record(80, conn.port)["state"], SS, "new record")


@rows("window: %s", (
    # name, who, seq, ack, length, verdict; the window is 1000 either way
    ("last byte offered", "c", 999, 0, 1, "ok"),
    ("at the right edge", "c", 1000, 0, 10, "ok"),
    ("a window behind it", "c", 1001, 0, 999, "ok"),
    ("a window and one behind it", "c", 1001, 0, 1000, "invalid"),
    ("server, a window and one behind it", "s", 1001, 0, 1000, "invalid"),
    ("far behind it", "c", 1 << 30, 0, 1, "invalid"),
    ("an old one again", "c", -1000, 0, 10, "ok"),
    ("acknowledges what was not sent", "c", 0, 1, 0, "invalid"),
    ("server acknowledges what was not sent", "s", 0, 1, 0, "invalid"),
    ("acknowledges far ahead", "s", 0, 1 << 30, 0, "invalid"),
))
def window(who, seq, ack, length, verdict):
    for isn in ((1000, 5000), (0xfffffffd, 0xffffffff)):
        conn = Conn(router, isn).open()
        conn.move(who, "A", verdict, ES, seq=seq, ack=ack, length=length,
                  forged=True)
        # what was refused left no trace
        conn.move("c", "A", "ok", ES, length=10)
        conn.move("s", "A", "ok", ES)


@check("window scale: as offered by both, else not at all")
def scaling():
    far = {"seq": 100000, "length": 1, "forged": True}
    for client, server, verdict in ((scale(7), scale(7), "ok"),
                                    (scale(7), b"", "invalid"),
                                    (b"", scale(7), "invalid"),
                                    (scale(255), scale(255), "ok")):
        conn = Conn(router)
        conn.say(0, "S", options=client)
        conn.say(1, "SA", options=server)
        conn.say(0, "A")
        conn.say(1, "A")
        conn.count = 4
        conn.move("c", "A", verdict, ES, **far)


@check("SACK: edges count once both permit it")
def sack():
    def block(edge):
        return b"\1\1\5\12" + (edge - 10).to_bytes(4, "big") + \
            edge.to_bytes(4, "big")
    for options, beyond in ((SACK_OK, "invalid"), (b"", "ok")):
        conn = Conn(router).open(options=options)
        conn.move("s", "A", beyond, ES, options=block(conn.next[0] + 1))
        conn.move("s", "A", "ok", ES, options=block(conn.next[0]))


@check("be_liberal: only resets have to be in the window")
def liberal():
    far = {"seq": 1 << 30, "length": 1, "forged": True}
    conn = Conn(router).open()
    conn.move("c", "A", "invalid", ES, **far)
    set_tcp(be_liberal=1)
    conn.move("c", "A", "ok", ES, **far)
    conn.move("s", "R", "invalid", ES, seq=1 << 30, forged=True)
    set_tcp(be_liberal=0)


@check("ignore_invalid_rst: a reset out of the window is not INVALID")
def ignore_rst():
    set_tcp(ignore_invalid_rst=1)
    conn = Conn(router).open()
    conn.move("c", "R", "ok", ES, seq=5000, forged=True)
    conn.move("c", "R", "ok", ES, seq=-1, forged=True)
    set_tcp(ignore_invalid_rst=0)


@check("loose: a connection is taken up in the middle, or not")
def loose():
    conn = Conn(router)
    conn.move("c", "A", "ok", ES, length=5)
    conn.move("s", "A", "ok", ES, length=5)
    # nobody knows its window scale
    conn.move("c", "A", "ok", ES, seq=1 << 20, length=5)
    equal(conn.record()["status"], {"ASSURED"}, "status")
    set_tcp(loose=0)
    Conn(router).move("c", "A", "invalid", None)
    Conn(router).move("c", "S", "ok", SS)
    set_tcp(loose=1)
    for flags in ("SA", "FA", "R", "RA"):
        Conn(router).move("c", flags, "invalid", None)


@check("control bits that no TCP sends together")
def flags():
    for bits in ("", "F", "SF", "SR", "FR", "SRA", "SFA", "U", "P", "FP",
                 "FPU", "FSRPAU"):
        Conn(router).move("c", bits, "invalid", None)
    conn = Conn(router).open()
    for bits in ("SF", "", "FPU"):
        conn.move("c", bits, "invalid", ES, forged=True)


@check("headers that are cut short, or lie about their length")
def headers():
    conn = Conn(router).open()
    whole = segment(CLIENT, SERVER, conn.port, 80, "A", conn.next[0],
                    conn.next[1])
    for length in (0, 1, 3, 4, 8, 12, 13, 14, 19):
        router.send(0, packet(CLIENT, SERVER, whole[:length]))
    for doff in (0, 4, 6, 15):
        conn.move("c", "A", "invalid", ES, doff=doff)
        Conn(router).move("c", "S", "invalid", None, doff=doff)
    conn.move("c", "A", "ok", ES)


@check("options that make no sense end there, and harm nothing")
def options():
    for raw in (b"\3", b"\3\0", b"\3\1\7\0", b"\1\1\3\3", b"\5\12\0\0",
                b"\xff\xff\xff\xff" * 10, b"\0\3\3\7", b"\x13\x12\0\0"):
        conn = course(("c", "S", "ok", SS, {"options": raw}),
                      ("s", "SA", "ok", SR, {"options": raw}),
                      ("c", "A", "ok", ES, {"options": raw}))
        conn.move("c", "A", "invalid", ES, seq=100000, length=1)


@check("a bad checksum is INVALID, unless nobody asks")
def checksum():
    conn = Conn(router).open()
    conn.move("c", "A", "invalid", ES, check=0x1234)
    conn.move("c", "R", "invalid", ES, check=0x1234)
    Conn(router).move("c", "S", "invalid", None, check=0x1234)
    ns.sysctl(nf_conntrack_checksum=0)
    conn.move("c", "A", "ok", ES, check=0x1234)
    ns.sysctl(nf_conntrack_checksum=1)


@check("a segment in fragments is one segment")
def fragments():
    conn = Conn(router).open()
    raw = segment(CLIENT, SERVER, conn.port, 80, "A", conn.next[0],
                  conn.next[1], data=bytes(100))
    # even one whose header is cut in two
    for ident, cut in enumerate((8, 16, 64), 50):
        router.send(0, packet(CLIENT, SERVER, raw[cut:], ident=ident,
                              frag=cut // 8))
        router.send(0, packet(CLIENT, SERVER, raw[:cut], ident=ident,
                              frag=0x2000))
    equal(conn.record()["packets"], 7, "packets")


@check("600 segments at random: no record lies")
def fuzz():
    rand = random.Random(5)
    delta = Delta(ns)
    for _ in range(600):
        src, dst, sport, dport = rand.choice((
            (CLIENT, SERVER, 30000 + rand.randrange(4), 80),
            (SERVER, CLIENT, 80, 30000 + rand.randrange(4))))
        raw = segment(src, dst, sport, dport,
                      rand.choice(("S", "SA", "A", "A", "FA", "R", "SF", "")),
                      rand.choice((1, 1000, rand.getrandbits(32))),
                      rand.choice((1, 1001, rand.getrandbits(32))),
                      rand.getrandbits(16), bytes(rand.randrange(50)),
                      rand.randbytes(rand.randrange(40)),
                      doff=rand.choice((None, None, rand.randrange(16))))
        router.send(src == SERVER, packet(src, dst, raw))
    for line in router.lines():
        words = line.split()
        equal((words[0], words[2], words[3]), ("xinet", "tcp", "6"), line)
    equal(delta.drops(), {}, "drops")


if __name__ == "__main__":
    need()
    ktap.run(setup)
