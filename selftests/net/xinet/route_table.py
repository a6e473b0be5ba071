#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Addresses and routes: what they give rise to and what a lookup says.

	+---------------- ns ----------------+
	| a0  10.9.0.1/24                    |
	|     10.9.0.2/24 secondary          |      the other ends are in a
	| b0  10.9.1.1/31, 10.9.2.1/32       ├───   namespace that only keeps
	|     10.7.0.1 peer 10.7.0.9/32      |      the carrier up
	| lo  127.0.0.1/8, 10.8.0.1/16       |
	+------------------------------------+
"""
import errno
import socket
import threading

import ktap
from ktap import rows
from xlab import Ns, command, equal, need, refused, until, veth

ns = far = None
IP_MTU_DISCOVER, IP_PMTUDISC_DO = 10, 2
LO, UNI, BRD, MC = "local", "unicast", "broadcast", "multicast"


def setup():
    global ns, far
    ns, far = Ns("ns"), Ns("far")
    veth(ns, "a0", far, "a1")
    veth(ns, "b0", far, "b1")
    ns.xip("addr add 10.9.0.1/24 dev a0", "addr add 10.9.0.2/24 dev a0",
           "addr add 10.9.1.1/31 dev b0", "addr add 10.9.2.1/32 dev b0",
           "addr add 10.7.0.1 peer 10.7.0.9/32 dev b0",
           "addr add 10.8.0.1/16 dev lo")


def check(name):
    """As ktap.check, but a check that fails leaves nothing to the next."""
    def add(func):
        def run():
            try:
                func()
            except Exception:
                ns.sysctl(rp_filter=0, addr_max=4096, route_max=1000000)
                for dev in ("a0", "b0"):
                    for addr, how in addrs(dev).items():
                        if addr.startswith("10.6."):
                            ns.xip("addr del %s/%d dev %s" % (
                                addr, how["prefixlen"], dev))
                    ns.ip("link set %s down" % dev, "link set %s up" % dev)
                for route in routes("root 10.2.0.0/15") + \
                        routes("root 10.4.0.0/15"):
                    ns.xip("route del %s" % route["dst"])
                raise
        ktap.check(name)(run)
        return func
    return add


def get(words):
    """(type, device, gateway, source) of `xip route get`."""
    route = ns.xip_json("route get " + words)[0]
    return (route.get("type", UNI), route["dev"], route.get("gateway"),
            route.get("prefsrc"))


def routes(words=""):
    """What `xip route show` says, a line each, without flags."""
    return [{k: v for k, v in r.items() if k != "flags"}
            for r in ns.xip_json("route show " + words)]


def addrs(dev):
    """{address: flags} of a device."""
    shown = ns.xip_json("addr show dev " + dev)
    return {a["local"]: a for a in shown[0]["addr_info"]} if shown else {}


# --- what addresses give rise to ------------------------------------------------------

@rows("%s", [
    ("an own address is local", "10.9.0.1", LO, "lo", "10.9.0.1"),
    ("a secondary one too", "10.9.0.2", LO, "lo", "10.9.0.2"),
    ("all of 127/8 is local", "127.200.3.4", LO, "lo", "127.200.3.4"),
    ("a prefix on lo is local as a whole", "10.8.200.3", LO, "lo",
     "10.8.200.3"),
    ("its last address is a broadcast", "10.8.255.255", BRD, "lo", "10.8.0.1"),
    ("an address beside it is not local", "10.9.0.3", UNI, "a0", "10.9.0.1"),
    ("the last of a /24 is a broadcast", "10.9.0.255", BRD, "a0", "10.9.0.1"),
    ("the first of a /24 is a host", "10.9.0.0", UNI, "a0", "10.9.0.1"),
    ("a /31 has no broadcast", "10.9.1.0", UNI, "b0", "10.9.1.1"),
    ("a peer is on the link", "10.7.0.9", UNI, "b0", "10.7.0.1"),
    ("0.0.0.0 is this host", "0.0.0.0", LO, "lo", "127.0.0.1")])
def kind(dst, rtype, dev, src):
    equal(get(dst), (rtype, dev, None, src), dst)


@rows("nothing leads to %s", [
    ("an address beside a /32", "10.9.2.2"),
    ("the other side of a subnet's edge", "10.9.3.0"),
    ("the limited broadcast without a route", "255.255.255.255"),
    ("a group without a route", "224.1.2.3")])
def nowhere(dst):
    ns.xip_refused("route get " + dst)


@check("the primary goes with its secondary, and with the routes they source")
def secondary():
    ns.xip("addr add 10.6.0.1/24 dev b0", "addr add 10.6.0.2/24 dev b0",
           "route add 10.5.0.0/16 via 10.6.0.9 src 10.6.0.2")
    equal("secondary" in addrs("b0")["10.6.0.2"], True, "secondary")
    ns.xip("addr del 10.6.0.1/24 dev b0")
    equal([a for a in addrs("b0") if a.startswith("10.6.")], [], "addresses")
    equal([r for r in routes() if r["dst"] in ("10.6.0.0/24", "10.5.0.0/16")],
          [], "routes")


@check("a route whose preferred source goes, goes with it")
def prefsrc():
    ns.xip("addr add 10.6.0.2/32 dev b0",
           "route add 10.5.0.0/16 via 10.9.0.9 src 10.6.0.2",
           "route add 10.4.0.0/16 via 10.9.0.9")
    equal(get("10.5.1.1"), (UNI, "a0", "10.9.0.9", "10.6.0.2"), "before")
    ns.xip("addr del 10.6.0.2/32 dev b0")
    equal([r["dst"] for r in routes("root 10.4.0.0/15")], ["10.4.0.0/16"], "left")
    ns.xip("route del 10.4.0.0/16")


@check("an address on two devices stays local until the last one goes")
def twice():
    ns.xip("addr add 10.6.0.1/32 dev a0", "addr add 10.6.0.1/32 dev b0",
           "addr del 10.6.0.1/32 dev a0")
    equal(get("10.6.0.1")[0], LO, "with one left")
    ns.xip("addr del 10.6.0.1/32 dev b0")
    ns.xip_refused("route get 10.6.0.1")


@check("an address that is another's broadcast is local")
def both():
    ns.xip("addr add 10.6.0.1/24 dev a0", "addr add 10.6.0.255/32 dev b0")
    equal(get("10.6.0.255")[0], LO, "with both")
    ns.xip("addr del 10.6.0.255/32 dev b0")
    equal(get("10.6.0.255")[0], BRD, "with the subnet alone")
    ns.xip("addr del 10.6.0.1/24 dev a0")


@check("a broadcast address that is given counts beside the subnet's")
def brd():
    ns.xip("addr add 10.6.0.1/24 broadcast 10.6.0.77 dev a0")
    equal((get("10.6.0.77")[0], get("10.6.0.255")[0]), (BRD, BRD), "type")
    ns.xip("addr del 10.6.0.1/24 dev a0")


@check("noprefixroute: an address without a connected route")
def noprefixroute():
    ns.xip("addr add 10.6.0.1/24 dev a0 noprefixroute")
    equal((get("10.6.0.1")[0], routes("10.6.0.0/24")), (LO, []), "state")
    ns.xip("addr del 10.6.0.1/24 dev a0")


# --- sources ------------------------------------------------------------------------

@check("without a preferred source, that of the gateway's subnet is taken")
def source():
    ns.xip("addr add 10.6.0.1/24 dev a0", "route add 10.5.0.0/16 via 10.6.0.9",
           "route add 10.4.0.0/16 via 10.9.0.9")
    equal((get("10.5.0.1")[3], get("10.4.0.1")[3]), ("10.6.0.1", "10.9.0.1"),
          "sources")
    # its device is still up, so a route stays when its gateway's subnet goes
    ns.xip("route del 10.4.0.0/16", "addr del 10.6.0.1/24 dev a0")
    equal(get("10.5.0.1")[2:], ("10.6.0.9", "10.9.0.1"), "without the subnet")
    ns.xip("route del 10.5.0.0/16")


@check("a source is chosen anew as addresses come")
def source_later():
    far.ip("link set b1 up")
    ns.ip("link add d0 type veth peer name d1", "link set d0 up",
          "link set d1 up")
    ns.xip("route add 10.5.0.0/16 dev d0")
    first = get("10.5.0.1")[3]
    equal(first != "10.5.9.9", True, "borrowed source")
    ns.xip("addr add 10.5.9.9/32 dev d0")
    equal(get("10.5.0.1")[3], "10.5.9.9", "own source")
    ns.xip("addr del 10.5.9.9/32 dev d0")
    equal(get("10.5.0.1")[3], first, "borrowed again")
    ns.ip("link del d0")


# --- routes ---------------------------------------------------------------------------

@check("the longest prefix wins, the lowest metric within it")
def longest():
    ns.xip("route add 10.5.0.0/16 via 10.9.0.11",
           "route add 10.5.1.0/24 via 10.9.0.13 metric 9",
           "route add 10.5.1.0/24 via 10.9.0.12 metric 3",
           "route add 10.5.1.7/32 via 10.9.0.14")
    equal([get(d)[2] for d in ("10.5.2.1", "10.5.1.1", "10.5.1.7")],
          ["10.9.0.11", "10.9.0.12", "10.9.0.14"], "gateways")
    ns.xip("route del 10.5.1.0/24 metric 3")
    equal(get("10.5.1.1")[2], "10.9.0.13", "next metric")
    ns.xip("route del 10.5.1.0/24", "route del 10.5.1.7")
    equal(get("10.5.1.7")[2], "10.9.0.11", "shorter prefix")
    ns.xip("route del 10.5.0.0/16")


@check("oif leads past routes of other devices to a shorter prefix")
def oif():
    ns.xip("route add 10.5.0.0/16 via 10.9.1.0", "route add 10.5.1.0/24 dev a0")
    equal(get("10.5.1.1 oif b0")[:3], (UNI, "b0", "10.9.1.0"), "b0")
    equal(get("10.5.1.1 oif a0")[:3], (UNI, "a0", None), "a0")
    # with a device and no route, the destination is a neighbour there
    equal(get("10.200.1.1 oif a0"), (UNI, "a0", None, "10.9.0.1"), "no route")
    ns.xip("route del 10.5.0.0/16", "route del 10.5.1.0/24")


@check("add, append and replace put routes where IPv4 does")
def order():
    def gateways():
        return [r["gateway"] for r in routes("10.5.0.0/16")]

    ns.xip("route add 10.5.0.0/16 via 10.9.0.11",
           "route append 10.5.0.0/16 via 10.9.0.12")
    equal(gateways(), ["10.9.0.11", "10.9.0.12"], "append")
    ns.xip("route append 10.5.0.0/16 via 10.9.0.13",
           "route replace 10.5.0.0/16 via 10.9.0.14")
    equal(gateways(), ["10.9.0.14", "10.9.0.12", "10.9.0.13"], "replace")
    ns.xip_refused("route add 10.5.0.0/16 via 10.9.0.15")
    ns.xip_refused("route append 10.5.0.0/16 via 10.9.0.12")
    ns.xip_refused("route replace 10.5.0.0/16 via 10.9.0.12")
    ns.xip("route replace 10.5.0.0/16 via 10.9.0.14",
           "route del 10.5.0.0/16 via 10.9.0.12")
    equal(gateways(), ["10.9.0.14", "10.9.0.13"], "del by gateway")
    ns.xip("route del 10.5.0.0/16", "route del 10.5.0.0/16")
    ns.xip_refused("route del 10.5.0.0/16")


@rows("a route that is %s says so", [
    (rtype, rtype, want) for rtype, want in (
        ("unreachable", "EHOSTUNREACH"), ("prohibit", "EACCES"),
        ("blackhole", "EINVAL"))])
def no_way(rtype, want):
    ns.xip("route add %s 10.5.0.0/16" % rtype)
    sock = ns.udp()
    refused(want, sock.sendto, b"x", "10.5.1.1", 9)
    ns.xip("route del %s 10.5.0.0/16" % rtype)
    refused("ENETUNREACH", sock.sendto, b"x", "10.5.1.1", 9)
    sock.close()


@rows("a next hop is refused: %s", [
    ("gateway not on the link", "via 10.66.0.1"),
    ("gateway behind a gateway", "via 10.5.0.1"),
    ("gateway is this host", "via 10.9.0.1"),
    ("gateway is a broadcast", "via 10.9.0.255"),
    ("gateway is a group", "via 224.0.0.1"),
    ("gateway on another device", "via 10.9.0.9 dev b0"),
    ("preferred source of another host", "via 10.9.0.9 src 10.9.0.3"),
    ("onlink without a device", "via 10.66.0.1 onlink"),
    ("mtu below 68", "via 10.9.0.9 mtu 67"),
    ("mtu above 65535", "via 10.9.0.9 mtu 65536")])
def bad_nexthop(words):
    ns.xip("route add 10.5.0.0/16 via 10.9.0.9")
    says = ns.xip_refused("route add 10.3.0.0/16 " + words)
    equal(len(says) > 10, True, "reason")
    ns.xip("route del 10.5.0.0/16")
    equal(routes("10.3.0.0/16"), [], "routes")


@check("onlink: a gateway off the subnet, by a device")
def onlink():
    ns.xip("route add 10.5.0.0/16 via 10.66.0.1 dev a0 onlink")
    equal(get("10.5.0.1"), (UNI, "a0", "10.66.0.1", "10.9.0.1"), "route")
    ns.xip("route del 10.5.0.0/16")


@check("an mtu of the route is that of the path, up to the device's")
def mtu():
    ns.xip("route add 10.5.0.0/16 via 10.9.0.9 mtu 1300",
           "route add 10.4.0.0/16 via 10.9.0.9 mtu lock 1400")
    sock = ns.udp()
    sock.option(socket.SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO)
    for dst, size in (("10.5.0.1", 1300), ("10.4.0.1", 1400)):
        sock.sendto(bytes(size - 28), dst, 9)
        refused("EMSGSIZE", sock.sendto, bytes(size - 27), dst, 9)
    ns.ip("link set a0 mtu 1200")
    refused("EMSGSIZE", sock.sendto, bytes(1173), "10.5.0.1", 9)
    ns.ip("link set a0 mtu 1500")
    sock.sendto(bytes(1272), "10.5.0.1", 9)
    sock.close()
    ns.xip("route del 10.5.0.0/16", "route del 10.4.0.0/16")


# --- multipath ---------------------------------------------------------------------------

def shares(count):
    """How many flows, one to each of so many hosts, take each gateway."""
    asks = "".join("route get 10.5.1.%d\n" % n for n in range(count))
    with ns:
        said = command("xip", "-b", "-", feed=asks)
    seen = {}
    for line in said.splitlines():
        gw = line.split(" via ")[1].split()[0]
        seen[gw] = seen.get(gw, 0) + 1
    return seen


@check("multipath shares the flows by weight, each flow one way")
def multipath():
    ns.xip("route add 10.5.0.0/16 nexthop via 10.9.0.11 weight 3 "
           "nexthop via 10.9.1.0")
    first = shares(250)
    equal(sorted(first), ["10.9.0.11", "10.9.1.0"], "gateways")
    equal(150 < first["10.9.0.11"] < 225, True, "3 of 4: %r" % first)
    equal(shares(250), first, "the same again")


@check("a next hop whose device goes down leaves the flows to the other")
def multipath_down():
    ns.ip("link set b0 down")
    equal(shares(40), {"10.9.0.11": 40}, "gateways")
    nexthops = routes("10.5.0.0/16")[0]["nexthops"]
    equal(["dead" in hop["flags"] for hop in nexthops], [False, True], "dead")
    ns.ip("link set b0 up")
    until(lambda: len(shares(40)) == 2, "both again")
    ns.xip("route del 10.5.0.0/16")


@check("64 next hops are taken, 65 refused")
def multipath_most():
    hops = " ".join("nexthop via 10.9.0.%d" % n for n in range(10, 74))
    ns.xip("route add 10.5.0.0/16 " + hops)
    equal(len(routes("10.5.0.0/16")[0]["nexthops"]), 64, "next hops")
    ns.xip("route del 10.5.0.0/16")
    ns.xip_refused("route add 10.5.0.0/16 %s nexthop via 10.9.0.74" % hops)


# --- what comes in -----------------------------------------------------------------------

@rows("from the link, %s", [
    ("an ordinary source to us is taken", "10.9.0.1", "10.9.0.9", LO),
    ("nobody's address to all is taken", "255.255.255.255", "0.0.0.0", BRD),
    ("the subnet's broadcast is taken", "10.9.0.255", "10.9.0.9", BRD),
    ("a broadcast of another device too", "10.8.255.255", "10.9.0.9", BRD),
    ("an address of the prefix on lo is taken", "10.8.7.7", "10.9.0.9", LO),
    ("all hosts is joined", "224.0.0.1", "10.9.0.9", MC),
    ("a source of no known subnet is taken", "10.9.0.1", "99.1.1.1", LO)])
def taken(dst, src, rtype):
    equal(ns.xip_json("route get %s from %s iif a0" % (dst, src))[0]
          .get("type", UNI), rtype, "type")


@rows("from the link, %s", [
    ("our own address as source is martian", "10.9.0.1", "10.9.1.1"),
    ("one of the prefix on lo is martian", "10.9.0.1", "10.8.3.3"),
    ("nobody's address to us is martian", "10.9.0.1", "0.0.0.0"),
    ("a loopback source is martian", "10.9.0.1", "127.0.0.5"),
    ("a loopback destination is martian", "127.0.0.1", "10.9.0.9"),
    ("the destination 0.0.0.0 is martian", "0.0.0.0", "10.9.0.9"),
    ("a broadcast source is martian", "10.9.0.1", "10.9.0.255"),
    ("a limited broadcast source is martian", "10.9.0.1", "255.255.255.255"),
    ("a group as source is martian", "10.9.0.1", "224.0.0.5")])
def martian(dst, src):
    says = ns.xip_refused("route get %s from %s iif a0" % (dst, src))
    equal("martian" in says, True, says)


@check("rp_filter: 1 wants the way back by the device, 2 any way back")
def rp_filter():
    asks = ("10.9.0.1 from 10.9.0.9 iif a0", "10.9.0.1 from 10.9.0.9 iif b0",
            "10.9.0.1 from 99.1.1.1 iif a0")
    for mode, passes in ((0, (1, 1, 1)), (1, (1, 0, 0)), (2, (1, 1, 0))):
        ns.sysctl(rp_filter=mode)
        for ask, passed in zip(asks, passes):
            if passed:
                ns.xip_json("route get " + ask)
            else:
                ns.xip_refused("route get " + ask)
    ns.sysctl(rp_filter=0)


@check("strict rp_filter takes any next hop of a multipath route")
def rp_multipath():
    ns.xip("route add 10.5.0.0/16 nexthop via 10.9.0.11 nexthop via 10.9.1.0")
    ns.sysctl(rp_filter=1)
    for dev in ("a0", "b0"):
        ns.xip_json("route get 10.9.0.1 from 10.5.1.1 iif " + dev)
    ns.sysctl(rp_filter=0)
    ns.xip("route del 10.5.0.0/16")


# --- limits and change under traffic ---------------------------------------------------

@check("route_max and addr_max bound a namespace")
def limits():
    ns.sysctl(route_max=len(routes()) + 1)
    ns.xip("route add 10.5.0.0/24 via 10.9.0.9")
    says = ns.xip_refused("route add 10.5.1.0/24 via 10.9.0.9")
    equal("route_max" in says, True, says)
    ns.sysctl(route_max=1000000, addr_max=0)
    says = ns.xip_refused("addr add 10.6.0.1/24 dev a0")
    equal("addr_max" in says, True, says)
    ns.sysctl(addr_max=4096)
    ns.xip("route del 10.5.0.0/24")


@check("a prefix has 1,024 routes at most, lo 64 local subnets")
def limits_fixed():
    ns.xip(*["route append 10.5.0.0/16 via 10.9.0.9 metric %d" % n
             for n in range(2000, 976, -1)])
    for metric in (1, 1500, 9999):
        says = ns.xip_refused("route append 10.5.0.0/16 via 10.9.0.10 "
                              "metric %d" % metric)
        equal("1024" in says, True, says)
    ns.xip("route replace 10.5.0.0/16 via 10.9.0.10 metric 1500",
           "route flush root 10.5.0.0/16")
    ns.xip(*["addr add 10.%d.0.1/24 dev lo" % n for n in range(100, 162)])
    says = ns.xip_refused("addr add 10.99.0.1/24 dev lo")
    equal("64" in says, True, says)
    ns.xip(*["addr del 10.%d.0.1/24 dev lo" % n for n in range(100, 162)])
    equal(ns.xip_json("route get 10.8.7.7")[0]["type"], LO, "lo's own")


@check("a connected socket follows a change of route and of source")
def connected():
    ns.xip("route add 10.5.0.0/16 via 10.9.0.11")
    sock = ns.udp().connect("10.5.1.1", 9)
    sock.send(b"1")
    ns.xip("route add unreachable 10.5.1.0/24")
    refused("EHOSTUNREACH", sock.send, b"2")
    ns.xip("route del unreachable 10.5.1.0/24", "route del 10.5.0.0/16")
    refused("ENETUNREACH", sock.send, b"3")
    sock.close()


@check("datagrams all the while, as addresses and routes come and go")
def churn():
    stop = threading.Event()
    seen = {}

    def send(dst, sock, mine):
        while not stop.is_set():
            for call in (lambda: sock.sendto(b"x", dst, 9),
                         lambda: mine.send(b"x")):
                try:
                    call()
                    code = 0
                except OSError as error:
                    code = error.errno
                seen[code] = seen.get(code, 0) + 1

    ns.xip("route add 10.5.0.0/16 via 10.9.0.9")
    threads = [threading.Thread(target=send, args=(
        dst, ns.udp(), ns.udp().connect(dst, 9)))
               for dst in ("10.5.1.1", "10.5.2.1")]
    ns.xip("route del 10.5.0.0/16")
    for thread in threads:
        thread.start()
    try:
        for _ in range(20):
            ns.xip("addr add 10.6.0.1/24 dev a0",
                   "route add 10.5.0.0/16 via 10.6.0.9",
                   "route add 10.5.1.0/24 via 10.9.0.9",
                   "route replace 10.5.1.0/24 nexthop via 10.9.0.9 "
                   "nexthop via 10.6.0.9",
                   "route add blackhole 10.5.2.0/24",
                   "addr del 10.6.0.1/24 dev a0",
                   "route del blackhole 10.5.2.0/24",
                   "route del 10.5.1.0/24", "route del 10.5.0.0/16")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    equal(set(seen) <= {0, errno.ENETUNREACH, errno.EHOSTUNREACH,
                        errno.EINVAL, errno.EAGAIN, errno.ENOBUFS}, True,
          "errors: %r" % seen)
    equal(routes("root 10.4.0.0/15"), [], "routes left")


need()
ktap.run(setup)
