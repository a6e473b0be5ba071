#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""What becomes of addresses and routes as devices change.

	+------------- ns --------------+         +--- far ---+
	| a0  10.9.0.1/24, 10.9.0.2/24  ├── veth ─┤ a1        |
	|     default via 10.9.0.254    |         +-----------+
	+-------------------------------+
"""
import subprocess

import ktap
from ktap import check, rows
from xlab import Ns, command, equal, need, until, veth

ns = far = None
ETH_P_XARP = 0x88b6


def setup():
    global ns, far
    ns, far = Ns("ns"), Ns("far")
    veth(ns, "a0", far, "a1")
    configure()


def configure():
    ns.xip("addr add 10.9.0.1/24 dev a0", "addr add 10.9.0.2/24 dev a0",
           "route add default via 10.9.0.254")


def addrs(where, dev=None):
    """All addresses, or those of a device."""
    shown = where.xip_json("addr show" + (" dev " + dev if dev else ""))
    return [a["local"] for d in shown for a in d.get("addr_info", [])]


def routes(where=None):
    """The prefixes of all routes."""
    return [r["dst"] for r in (where or ns).xip_json("route show")]


def kind(dst, where=None):
    """What `xip route get` calls a destination; None if it is refused."""
    with where or ns:
        said = command("xip", "route", "get", dst, status=None)
    word = said.split(" ")[0] if said else None
    return "unicast" if word == dst else word


def link(name, how):
    """Make a device and bring it up; skip where the kernel has no such."""
    with ns:
        said = subprocess.run(["ip", "link", "add", name] + how.split(),
                              check=False, text=True, capture_output=True)
    if "Unknown device type" in said.stderr:
        raise ktap.Skip("this kernel has none")
    equal(said.returncode, 0, said.stderr)
    ns.ip("link set %s up" % name)


@check("down: routes and broadcasts go, addresses stay local")
def down():
    ns.ip("link set a0 down")
    equal(routes(), [], "routes")
    equal(addrs(ns, "a0"), ["10.9.0.1", "10.9.0.2"], "addresses")
    equal([kind(d) for d in ("10.9.0.1", "10.9.0.255", "10.9.0.9")],
          ["local", None, None], "lookups")


@check("up: connected routes and broadcasts are back, no others")
def up():
    ns.ip("link set a0 up")
    equal(routes(), ["10.9.0.0/24"], "routes")
    equal([kind(d) for d in ("10.9.0.255", "10.9.0.9", "8.8.8.8")],
          ["broadcast", "unicast", None], "lookups")
    ns.xip("route add default via 10.9.0.254")


@check("an address added while the device is down waits for it")
def added_down():
    ns.ip("link set a0 down")
    ns.xip("addr add 10.6.0.1/24 dev a0")
    equal((kind("10.6.0.1"), routes()), ("local", []), "down")
    ns.xip_refused("route add 10.5.0.0/16 dev a0")
    ns.ip("link set a0 up")
    equal(routes(), ["10.6.0.0/24", "10.9.0.0/24"], "up")
    ns.xip("addr del 10.6.0.1/24 dev a0", "route add default via 10.9.0.254")


@check("without carrier routes stay in use and say linkdown")
def carrier():
    def flags():
        return ["linkdown" in r["flags"] for r in ns.xip_json("route show")]

    far.ip("link set a1 down")
    until(lambda: all(flags()), "linkdown")
    equal(kind("8.8.8.8"), "unicast", "lookup")
    far.ip("link set a1 up")
    until(lambda: not any(flags()), "no linkdown")


@check("lo down: its subnet is no longer local, its address is")
def lo_down():
    ns.ip("link set lo down")
    equal([kind(d) for d in ("127.0.0.1", "127.0.0.2")], ["local", None],
          "down")
    ns.ip("link set lo up")
    equal([kind(d) for d in ("127.0.0.1", "127.0.0.2")], ["local", "local"],
          "up")
    equal(addrs(ns, "lo"), ["127.0.0.1"], "addresses")


@check("a new MAC is announced for every address")
def mac():
    taps = far.packet("a1", ETH_P_XARP)
    ns.ip("link set a0 address 02:00:00:00:99:99")
    seen = set()

    def announced():
        try:
            frame = taps.recv(2048)
            if frame[6:12].hex() == "020000009999":
                seen.add((frame[28:32], frame[38:42]))
        except BlockingIOError:
            pass
        want = {bytes((10, 9, 0, n)) for n in (1, 2)}
        return {(a, a) for a in want} <= seen

    until(announced, "both announcements")
    taps.close()


@check("renaming a device leaves addresses and routes as they are")
def rename():
    before = routes()
    ns.ip("link set a0 down", "link set a0 name z0", "link set z0 up")
    ns.xip("route add default via 10.9.0.254")
    equal((addrs(ns, "z0"), routes()), (["10.9.0.1", "10.9.0.2"], before),
          "state")
    ns.ip("link set z0 down", "link set z0 name a0", "link set a0 up")
    ns.xip("route add default via 10.9.0.254")


@check("a device that moves to another namespace leaves all behind")
def move():
    ns.ip("link set a0 netns " + far.path)
    equal((addrs(ns), routes()), (["127.0.0.1"], []), "left behind")
    equal((addrs(far), routes(far)), (["127.0.0.1"], []), "arrived")
    far.xip("addr add 10.9.0.1/24 dev a0")
    far.ip("link set a0 up")
    equal((kind("10.9.0.1", far), kind("10.9.0.1")), ("local", None), "where")
    far.ip("link set a0 netns " + ns.path)
    equal((addrs(far), routes(far)), (["127.0.0.1"], []), "moved back")
    ns.ip("link set a0 up")
    configure()


@check("an MTU below 68 takes the addresses")
def small_mtu():
    ns.ip("link add d1 type dummy", "link set d1 up")
    ns.xip("addr add 10.6.0.1/24 dev d1", "route add 10.5.0.0/16 via 10.6.0.9")
    ns.ip("link set d1 mtu 68")
    equal(kind("10.5.0.1"), "unicast", "at 68")
    ns.ip("link set d1 mtu 67")
    equal((addrs(ns, "d1"), kind("10.6.0.1"), kind("10.6.0.9")),
          ([], "unicast", "unicast"), "at 67: all by the default route")
    ns.xip_refused("addr add 10.6.0.1/24 dev d1")
    ns.ip("link del d1")


@rows("%s cannot have an address, and the refusal says why", [
    ("a VRF", "type vrf table 7", "VRF"),
    ("a tunnel without Ethernet", "type ipip local 1.1.1.1 remote 1.1.1.2",
     "Ethernet")])
def unsupported(how, why):
    link("x0", how)
    for line in ("addr add 10.6.0.1/24 dev x0", "route add 10.5.0.0/16 dev x0"):
        says = ns.xip_refused(line)
        equal(why in says, True, line + ": " + says)
    ns.ip("link del x0")


@check("a device that becomes a port of a VRF loses its addresses")
def enslaved():
    link("v0", "type vrf table 7")
    link("d2", "type dummy")
    ns.xip("addr add 10.6.0.1/24 dev d2")
    ns.ip("link set d2 master v0")
    equal((addrs(ns, "d2"), "10.6.0.0/24" in routes()), ([], False), "state")
    says = ns.xip_refused("addr add 10.6.0.1/24 dev d2")
    equal("VRF" in says, True, says)
    ns.ip("link del d2", "link del v0")


@check("a multipath route goes with the first device that goes for good")
def multipath_gone():
    ns.ip("link add d3 type dummy", "link set d3 up")
    ns.xip("addr add 10.6.0.1/24 dev d3",
           "route add 10.5.0.0/16 nexthop via 10.9.0.11 nexthop via 10.6.0.9")
    ns.ip("link del d3")
    equal("10.5.0.0/16" in routes(), False, "route")


@check("two namespaces have the same addresses and know nothing of it")
def apart():
    far.ip("link add d4 type dummy", "link set d4 up")
    far.xip("addr add 10.9.0.1/16 dev d4", "route add 10.77.0.0/16 dev d4")
    equal((kind("10.9.0.1"), kind("10.9.0.1", far)), ("local", "local"),
          "address")
    equal("10.77.0.0/16" in routes(), False, "route")
    far.ip("link del d4")


@check("60 devices with an address and a route each, gone in one go")
def many():
    ns.ip(*["link add m%d type dummy" % n for n in range(60)],
          *["link set m%d up" % n for n in range(60)])
    ns.xip(*["addr add 10.40.%d.1/24 dev m%d" % (n, n) for n in range(60)],
           *["route add 10.41.%d.0/24 via 10.40.%d.2" % (n, n)
             for n in range(60)])
    equal(len(routes()), 122, "routes")
    ns.ip("link set group 9 dev m0",
          *["link set m%d group 9" % n for n in range(1, 60)])
    ns.ip("link del group 9")
    equal(len(routes()), 2, "routes left")
    equal(addrs(ns), ["127.0.0.1", "10.9.0.1", "10.9.0.2"], "addresses left")


@check("2,000 routes with one next hop go with its device")
def flush():
    ns.ip("link add d5 type dummy", "link set d5 up")
    ns.xip("addr add 10.6.0.1/24 dev d5",
           *["route add 10.%d.%d.0/24 via 10.6.0.2" % (100 + n // 250, n % 250)
             for n in range(2000)])
    equal(len(routes()), 2003, "routes")
    ns.ip("link set d5 down")
    equal(len(routes()), 2, "routes left")
    ns.ip("link del d5")


@check("a namespace that goes takes its routes along")
def netns_gone():
    with ns:
        script = ("ip link add d0 type dummy; ip link set d0 up; "
                  "xip addr add 10.6.0.1/24 dev d0; "
                  "xip route add 10.5.0.0/16 via 10.6.0.9; "
                  "xip route add unreachable 10.4.0.0/16; xip route show")
        said = command("unshare", "-n", "sh", "-ec", script)
    equal(len(said.splitlines()), 3, "routes")


need()
command("modprobe", "-qa", "vrf", "dummy", "ipip", status=None)
ktap.run(setup)
