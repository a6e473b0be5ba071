#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Settings of a device beside its namespace's: what packets meet, and how long
the settings live.

	+-------------- router ---------------+
	| 10.9.0.1/24 on t0                   ├── tap: 10.9.0.2, .3 and others
	| 10.9.1.1/24 on t1                   ├── tap: 10.9.1.2
	| 10.40/16 via 10.9.1.2, 10.50/16 via 10.9.0.3, 10.70/16 via 10.9.0.2
	+-------------------------------------+
"""
import itertools
import os
import select
import socket
import subprocess
import sys
import threading

import ktap
from ktap import check, rows
from xgenl import Nl, attr, attributes, u8, u32
from xlab import SLOW, Delta, Ns, command, equal, need, until
from xwire import HOST, PEER, XICMP, XIP, XUDP, Tap, calm

LINK_SET, LINK_GET = 17, 18
L_INDEX, L_OWN, L_EFFECTIVE, L_INHERIT = 1, 3, 4, 5
KEYS = ("forwarding", "rp_filter", "accept_redirects", "send_redirects")
BETTER, BETTER_MAC = "10.9.0.3", "02:00:00:00:00:03"
UNSET = "inherit"
# where all is slow, some of the combinations, which the unit test has all of
MODES = (0, 1, 2) if SLOW == 1 else (0, 2)
ROUTER = (0, 1) if SLOW == 1 else (1,)
ns = near = far = nl = None
index = {}              # of the devices, by name
frames = {}             # to send, as bytes: scapy takes its time
fresh = itertools.count(1)


def setup():
    global ns, near, far, nl
    ns = Ns("router")
    nl = Nl(ns)
    near = Tap(ns)
    far = Tap.second(ns, addr="10.9.1.1", peer="10.9.1.2")
    with ns:
        index.update({dev: socket.if_nametoindex(dev) for dev in ("t0", "t1")})
    ns.xip("neigh add %s lladdr %s dev t0" % (BETTER, BETTER_MAC),
           "route add 10.40.0.0/16 via 10.9.1.2",
           "route add 10.50.0.0/16 via " + BETTER,
           "route add 10.70.0.0/16 via " + PEER,
           *("neigh add 10.9.0.%d lladdr %s dev t0" % (n, near.peer_mac)
             for n in range(101, 107)))
    calm(ns)


def clean():
    """The namespace routes, and no device has a setting."""
    ns.sysctl(forwarding=1, rp_filter=0, accept_redirects=0, send_redirects=1)
    for dev in ("t0", "t1"):
        equal(nl.ask(LINK_SET, u32(L_INDEX, index[dev]) +
                     u32(L_INHERIT, 15))[0], 0, "clean")
    near.frames()
    far.frames()


def give(key, value):
    """Give t0 a setting, or let it inherit; spares starting xip."""
    kind = KEYS.index(key)
    what = u32(L_INHERIT, 1 << kind) if value == UNSET else \
        attr(L_OWN, [u8(1 + kind, value)])
    equal(nl.ask(LINK_SET, u32(L_INDEX, index["t0"]) + what)[:2], (0, ""),
          "%s %s" % (key, value))


def settings(dev):
    """(settings that hold, settings of its own) of t0 or t1."""
    code, said, found = nl.ask(LINK_GET, u32(L_INDEX, index[dev]))
    equal((code, said), (0, ""), "settings of " + dev)
    nests = attributes(found[0])
    return tuple({KEYS[kind - 1]: value[0]
                  for kind, value in attributes(nests[nest]).items()}
                 for nest in (L_EFFECTIVE, L_OWN))


def shown(dev, where=None):
    """The same of any device, as xip shows it."""
    one = (where or ns).xip_json("link show dev " + dev)[0]
    return one["settings"], one["own"]


def across(src=PEER, dst="10.9.1.2", back=False):
    """
    What a packet through the router meets: whether it went on, the kinds of
    ICMP that its sender got, and the counters that rose.
    """
    one, other = (far, near) if back else (near, far)
    delta = Delta(ns)
    key = (src, dst, back)
    if key not in frames:
        frames[key] = bytes(one.udp(b"across", src=src, dst=dst))
    answers = one.exchange(frames[key])
    passed = len(other.frames(XUDP))
    ip = delta.group("Ip")
    # without what the fence does
    for column, fence in (("InReceives", 1), ("InDelivers", 1),
                          ("OutRequests", 1), ("OutTransmits", 1)):
        ip[column] = ip.get(column, 0) - fence
    return (passed, [(f[XICMP].type, f[XICMP].code) for f in answers
                     if XICMP in f], delta.drops(),
            {name: rise for name, rise in ip.items() if rise})


# --- reverse path -----------------------------------------------------------------

# source, passes without filter, strict, loose
SOURCES = [(PEER, 1, 1, 1), ("10.9.1.9", 1, 0, 1), ("192.0.2.1", 1, 0, 0)]


@rows("rp_filter: the larger of namespace and device, %s", [
    ("%s and %s" % (everywhere, own), everywhere, own)
    for everywhere in MODES for own in (UNSET,) + MODES])
def rp_filter(everywhere, own):
    clean()
    ns.sysctl(rp_filter=everywhere)
    give("rp_filter", own)
    mode = max(everywhere, 0 if own == UNSET else own)
    equal(settings("t0")[0]["rp_filter"], mode, "told")
    equal(settings("t1")[0]["rp_filter"], everywhere, "told of the other")
    for src, *passes in SOURCES:
        passed, answers, drops, _ = across(src)
        equal((passed, answers, drops),
              (passes[mode], [], {} if passes[mode] else {"RpFilter": 1}),
              src)
    # the other device has the namespace's mode; a source of t0's link
    equal(across("10.9.0.9", PEER, back=True)[0], int(everywhere != 1),
          "by the other device")


# --- forwarding --------------------------------------------------------------------

@rows("forwarding: the device's own where it has one, %s", [
    ("%s and %s" % (everywhere, own), everywhere, own)
    for everywhere in (0, 1) for own in (UNSET, 0, 1)])
def forwarding(everywhere, own):
    clean()
    ns.sysctl(forwarding=0)
    refused = across()
    equal(refused[:3], (0, [], {"NotForwarding": 1}), "without forwarding")
    ns.sysctl(forwarding=1)
    passes = across()
    equal(passes[:3], (1, [], {}), "with forwarding")
    ns.sysctl(forwarding=everywhere)
    give("forwarding", own)
    on = everywhere if own == UNSET else own
    equal(settings("t0")[0]["forwarding"], on, "told")
    equal(across(), passes if on else refused, "by the device")
    equal(across("10.9.1.2", PEER, back=True)[0], everywhere,
          "by the other device")
    # what is for the host itself does not care
    equal(near.fence(), [], "echo")


@check("a forwarding device still counts TTL, MTU and routes")
def errors():
    clean()
    ns.sysctl(forwarding=0)
    give("forwarding", 1)
    frame = near.udp(b"x", dst="10.9.1.2", ttl=1)
    equal([f[XICMP].type for f in near.exchange(frame)], [11], "TTL")
    equal(across(dst="10.41.0.1")[1:3], ([(3, 0)], {"NoRouteIn": 1}),
          "no route")


# --- redirects ---------------------------------------------------------------------

def redirected(src):
    """Is the sender of a packet told of a better way?"""
    frame = near.udp(b"x", src=src, dst="10.50.0.1")
    kinds = [f[XICMP].type for f in near.exchange(frame) if XICMP in f]
    equal(set(kinds) <= {5}, True, kinds)
    return len(kinds)


@rows("send_redirects: where either says so, %s", [
    ("%s and %s" % (everywhere, own), everywhere, own)
    for everywhere in (0, 1) for own in (UNSET, 0, 1)])
def send_redirects(everywhere, own):
    clean()
    ns.sysctl(send_redirects=everywhere)
    give("send_redirects", own)
    want = int(everywhere or own == 1)
    equal(settings("t0")[0]["send_redirects"], want, "told")
    equal(redirected("10.9.0.%d" % (100 + next(fresh))), want, "redirects")


def follows():
    """Is a redirect by t0 heeded?"""
    dst = "10.70.0.%d" % next(fresh)
    quote = XIP(src=HOST, dst=dst, proto=17) / XUDP(sport=9, dport=9) / b"x"
    near.exchange(near.xip(proto=1) / XICMP(
        type=5, code=1, rest=socket.inet_aton(BETTER)) / quote)
    sock = ns.udp()
    sock.sendto(b"which way", dst, 9)
    sock.close()
    went = near.wait(XUDP).dst
    equal(went in (near.peer_mac, BETTER_MAC), True, went)
    return int(went == BETTER_MAC)


@rows("accept_redirects: of a host either, of a router both; %s", [
    ("%s and %s, forwarding %s" % (everywhere, own, router), everywhere, own,
     router)
    for everywhere in (0, 1) for own in (UNSET, 0, 1) for router in ROUTER])
def accept_redirects(everywhere, own, router):
    clean()
    ns.sysctl(accept_redirects=everywhere)
    give("accept_redirects", own)
    give("forwarding", router)
    dev = everywhere if own == UNSET else own
    want = int(everywhere and dev) if router else int(everywhere or dev)
    equal(settings("t0")[0]["accept_redirects"], want, "told")
    equal(follows(), want, "heeded")


# --- route get ----------------------------------------------------------------------

@rows("route get iif tells it: %s", [
    ("the device does not forward", "forwarding 0", PEER, "10.9.1.2",
     "off on the input device"),
    ("the device filters", "rp_filter 1", "10.9.1.9", "10.9.1.7",
     "filter of the input device")])
def route_get(setting, src, dst, said):
    clean()
    ask = "route get %s from %s iif t0" % (dst, src)
    ns.xip(ask)
    ns.xip("link set dev t0 " + setting)
    for extra in ("", "fibmatch ") if SLOW == 1 else ("fibmatch ",):
        told = ns.xip_refused(ask.replace("get ", "get " + extra))
        equal(said in told, True, told)
    # and in the namespace's words where that is to blame
    give(setting.split()[0], UNSET)
    ns.sysctl(**dict([setting.split()]))
    told = ns.xip_refused(ask)
    equal("input device" in told, False, told)


# --- their life ---------------------------------------------------------------------

ODD = {"forwarding": 0, "rp_filter": 2}
GIVE = " ".join("%s %d" % pair for pair in ODD.items())


@check("several in one go, taken back one by one")
def several():
    clean()
    ns.xip("link set dev t0 forwarding off rp_filter loose send_redirects 0 "
           "accept_redirects on")
    equal(settings("t0")[1], {"forwarding": 0, "rp_filter": 2,
                              "accept_redirects": 1, "send_redirects": 0},
          "own")
    ns.xip("link set t0 rp_filter default accept_redirects inherit "
           "send_redirects on")
    equal(settings("t0"), ({"forwarding": 0, "rp_filter": 0,
                            "accept_redirects": 0, "send_redirects": 1},
                           {"forwarding": 0, "send_redirects": 1}), "left")
    equal(settings("t1")[1], {}, "of the other")


# what is done to d0, whether its settings stay
@rows("%s", [
    ("down and up: they stay", ["link set d0 down", "link set d0 up"], True),
    ("another name: they stay", ["link set d0 down", "link set d0 name d1",
                                 "link set d1 up"], True),
    ("its last address goes: they stay", [], True),
    ("an MTU of 68: they stay", ["link set d0 mtu 68"], True),
    ("an MTU of 67 and back: they are gone",
     ["link set d0 mtu 67", "link set d0 mtu 1500"], False),
    ("deleted, and one of its index made: they are gone",
     ["link del d0", "link add d0 index 77 type dummy"], False)])
def life(lines, stays):
    clean()
    name = "d1" if any("name d1" in line for line in lines) else "d0"
    ns.ip("link add d0 index 77 type dummy", "link set d0 up")
    index["d0"] = 77
    ns.xip("addr add 10.30.0.1/24 dev d0", "link set d0 " + GIVE,
           "addr flush dev d0")
    equal(settings("d0")[1], ODD, "given")
    if lines:
        ns.ip(*lines)
    equal(settings("d0")[1], ODD if stays else {}, "own")
    ns.ip("link del " + name)
    # and the way of packets is the ordinary one again
    equal(across()[:3], (1, [], {}), "passes")


@check("moved to another namespace and back: they are gone in both")
def moved():
    clean()
    other = Ns("other")
    ns.ip("link add d0 index 77 type dummy")
    ns.xip("link set d0 " + GIVE)
    ns.ip("link set d0 netns " + other.path)
    equal(shown("d0", other), ({"forwarding": 0, "rp_filter": 0,
                                   "accept_redirects": 0, "send_redirects": 1},
                                  {}), "there")
    other.xip("link set d0 rp_filter 1")
    other.ip("link set d0 netns " + ns.path)
    equal(shown("d0")[1], {}, "back")
    equal(shown("lo", other)[1], {}, "of the other's lo")
    ns.ip("link del d0")


@check("a namespace ends with settings in it")
def namespace_ends():
    command("unshare", "-n", "sh", "-ec", """
        ip link set lo up
        ip link add d0 type dummy
        xip link set lo forwarding 1 rp_filter 2
        xip link set d0 rp_filter 1
        xip link set d0 rp_filter inherit
        xip link set d0 forwarding 1 send_redirects 0
    """)


# device, what is said
@rows("refused, and nothing is left: %s", [
    ("a tunnel", "tuntap add dev d0 mode tun", "Only Ethernet"),
    ("an MTU of 67", "link add d0 mtu 67 type dummy", "MTU is below 68")])
def unfit(line, said):
    ns.ip(line)
    told = ns.xip_refused("link set dev d0 rp_filter 1 forwarding 0")
    equal(said in told, True, told)
    ns.ip("link del d0")


# --- who may ------------------------------------------------------------------------

@check("nobody may read them, and is refused to set them")
def nobody():
    clean()
    give("rp_filter", 2)
    who = {"user": 65534, "group": 65534, "extra_groups": []}
    with ns:
        found = subprocess.run(["xip", "link", "show", "t0"], text=True,
                               check=True, capture_output=True, **who)
        done = subprocess.run(["xip", "link", "set", "t0", "rp_filter", "0"],
                              text=True, check=False, capture_output=True,
                              **who)
    equal("rp_filter 2 (own)" in found.stdout, True, found.stdout)
    equal((done.returncode, "not permitted" in done.stderr), (2, True),
          done.stderr)
    equal(settings("t0")[1], {"rp_filter": 2}, "own")


@check("who owns a namespace may set those of its devices")
def unprivileged():
    out = command("setpriv", "--reuid=65534", "--clear-groups", "unshare",
                  "-Urn", "sh", "-ec", """
        ip link set lo up
        xip link set dev lo rp_filter 1 forwarding 1
        xip link show lo
    """)
    equal("forwarding 1 (own) rp_filter 1 (own) " in out, True, out)


# --- all at once --------------------------------------------------------------------

@check("packets pass while settings and devices come and go")
def race():
    clean()
    count = 20 if SLOW > 1 else 200
    batch = "\n".join(
        "link set t0 rp_filter %d forwarding 1\nlink set t0 rp_filter inherit "
        "forwarding inherit\nlink set t1 rp_filter 2" % (n % 3)
        for n in range(count)) + "\n"
    failed = []

    def toggle():
        with subprocess.Popen(["xip", "-b", "-"], stdin=subprocess.PIPE,
                              text=True) as run:
            run.communicate(batch)
        failed.append(run.returncode)
    with ns:
        # entering is the thread's own affair: it inherits this one's place
        thread = threading.Thread(target=toggle)
        thread.start()
    passed = 0
    while thread.is_alive():
        passed += across()[0]
    thread.join()
    equal((failed, passed > 0), ([0], True), "toggled, passed")
    equal(settings("t1")[1], {"rp_filter": 2}, "the last one")


@check("one event for each change that is made, none for one that is refused")
def events():
    clean()
    with ns:
        run = subprocess.Popen(["xip", "monitor", "link"],
                               stdout=subprocess.PIPE)
    text = []

    def lines():
        while select.select([run.stdout], [], [], 0)[0]:
            more = os.read(run.stdout.fileno(), 1 << 16)
            if not more:
                break
            text.append(more.decode())
        return "".join(text).splitlines()
    try:
        until(lambda: ns.xip("link set t1 forwarding 1") or lines(),
              "events of a probe")
        ns.xip("link set t0 rp_filter 1 forwarding 0")
        ns.ip("link add d0 mtu 67 type dummy")
        ns.xip_refused("link set d0 rp_filter 1")
        ns.ip("link del d0")
        ns.xip("link set t0 rp_filter inherit")
        until(lambda: len([x for x in lines() if ": t0 " in x]) == 2, "events")
    finally:
        run.kill()
    told = [x.split(": ", 1)[1] for x in lines() if ": t1 " not in x]
    equal(told, ["t0 forwarding 0 (own) rp_filter 1 (own) accept_redirects 0 "
                 "send_redirects 1",
                 "t0 forwarding 0 (own) rp_filter 0 accept_redirects 0 "
                 "send_redirects 1"], "events")
    run.communicate()


if __name__ == "__main__":
    need()
    sys.exit(ktap.run(setup))
