#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""Tracking, filter and translation while everything changes under load.

	 client                 gateway                  server
	+----------+   +------------------------+   +----------+
	|        c0├───┤r0                    r1├───┤s0        |
	| 10.1.0.2 |   |10.1.0.1        10.3.0.1|   | 10.3.0.2 |
	+----------+   |  filter, masquerade    |   | echo: 7  |
	               +------------------------+   +----------+

Both CPUs send first packets of ever new flows (xflood) from 10.128.0.0/9, which
is behind the client. Nothing is expected of a single one of them; but what was
counted must add up, and nothing may be left behind.
"""
import atexit
import os
import select
import socket
import subprocess
import tempfile
import threading

import ktap
from ktap import check, rows
from xlab import SLOW, Delta, Ns, command, equal, need, until, veth
from xhooks import module_file

SERVER, GATE, PORT = "10.3.0.2", "10.3.0.1", 7
CPUS = min(2, os.cpu_count())
ROUNDS = 3
# A machine that has others to serve is given that many seconds.
LIMIT = 60
FLOWS = 24
FORWARD, POST_ROUTING = 2, 4
BEHIND_NAT = 200
BUCKETS = "nf_conntrack_buckets"
FLOOD = os.path.join(os.environ.get("XINET_BIN", ""), "xflood")
FIRST = "10.%d.0.0"
RULES = ("filter add forward ctstate established,related accept",
         "filter add forward ctstate invalid drop",
         "filter add forward ctstate new iif r0 accept",
         "filter policy forward drop",
         "nat add postrouting oif r1 masquerade",
         "nat add prerouting iif r0 dst 10.70.0.1 dnat to " + SERVER)

client = gateway = server = mac = None
networks = iter(range(128, 255))
running = []


def make_gateway():
    global gateway, mac
    gateway = Ns("gateway")
    mac = veth(client, "c0", gateway, "r0")[1]
    veth(gateway, "r1", server, "s0")
    configure()


def configure():
    """Addresses, routes and settings; all of it goes with the module."""
    client.xip("addr add 10.1.0.2/24 dev c0",
               "route add default via 10.1.0.1")
    server.xip("addr add %s/24 dev s0" % SERVER, "addr add 10.3.0.3/24 dev s0",
               "route add default via " + GATE)
    gateway.xip("addr add 10.1.0.1/24 dev r0", "addr add 10.3.0.1/24 dev r1",
                "route add 10.128.0.0/9 via 10.1.0.2")
    gateway.sysctl(forwarding=1, nf_conntrack_always=1, nf_conntrack_acct=1,
                   nf_conntrack_udp_timeout=300)


def setup():
    global client, server
    if not os.path.exists(FLOOD):
        ktap.skip("%s is not built" % FLOOD)
    client, server = Ns("client"), Ns("server")
    make_gateway()
    gateway.xip(*RULES)
    atexit.register(quiet)
    passes()


def leave(ns):
    """Let go of a namespace: it ends, in the background."""
    for handle in (ns.fd, ns.home):
        os.close(handle)
    ns._snmp.close()            # pylint: disable=protected-access


# --- load -------------------------------------------------------------------------------

def spawn(ns, *words):
    """A program in the background that lets others run."""
    with ns:
        running.append(subprocess.Popen(
            ["nice", "-n", "15"] + list(words), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL))
    return running[-1]


def quiet():
    """No more load."""
    while running:
        run = running.pop()
        run.terminate()
        run.wait()


class Load:
    """New flows from both CPUs; they have begun when the block begins."""

    def __init__(self, echo=True):
        self.words = [FLOOD, "-j", str(CPUS), "-p", "1000", "c0", mac,
                      FIRST % next(networks), SERVER, str(PORT)]
        self.echo, self.run = echo, None

    def __enter__(self):
        if self.echo:
            spawn(server, os.path.join(os.environ["XINET_BIN"], "xdgram"),
                  "listen", "-e", "-c", "100000000", "0.0.0.0", str(PORT))
        before = stats()["new"]
        self.run = spawn(client, *self.words)
        until(lambda: stats()["new"] > before + 50, "flows", LIMIT)
        return self

    def __exit__(self, *_):
        alive = self.run.poll() is None
        quiet()
        equal(alive, True, "the load went on")


# --- what there is ----------------------------------------------------------------------

def count():
    return int(gateway.get_sysctl("nf_conntrack_count"))


def write(knob, value):
    """A setting of the host; its old value."""
    with open("/proc/sys/net/xinet/" + knob, encoding="ascii") as old:
        before = old.read()
    with open("/proc/sys/net/xinet/" + knob, "w", encoding="ascii") as new:
        new.write(str(value))
    return before


def stats():
    """Counters of the tracker, all CPUs together."""
    seen = gateway.xip_json("conntrack stats")
    return {key: sum(row[key] for row in seen) for key in seen[0]}


CAUSES = ("FilterForward", "FilterInput", "FilterOutput", "FilterReject",
          "NatExhausted", "NatNoAddress")


class Sums:
    """What was counted since adds up."""

    def __init__(self):
        self.start, self.delta = stats(), Delta(gateway)

    def rise(self):
        now = stats()
        return {key: now[key] - self.start[key] for key in now}

    def made(self):
        """What became of each record that was made."""
        rise, drops = self.rise(), self.delta.drops()
        equal(rise["new"], rise["insert"] + rise["insert_failed"] +
              rise["clash_resolve"] + sum(drops.get(c, 0) for c in CAUSES),
              "%r, %r: records" % (rise, drops))
        equal(rise["insert_failed"], drops.get("ConntrackClash", 0), "clashes")

    def first_packets(self):
        """The same, when the last packets are through."""
        def added_up():
            try:
                self.made()
            except AssertionError:
                return False
            return True
        try:
            until(added_up, "sums", LIMIT)
        except AssertionError:
            self.made()
            raise


def there():
    """As many records as were put in and did not end yet."""
    def added_up():
        now = stats()
        return now["insert"] - now["deleted"] - now["expired"] - \
            now["early_drop"] == count()
    until(added_up, "connections that are there: %d of %r" %
          (count(), stats()), LIMIT)


def empty():
    """Nothing is left after a flush, and traffic passes."""
    there()
    gateway.xip("conntrack flush")
    until(lambda: count() == 0, "no connection", LIMIT)
    equal(gateway.xip_json("conntrack show"), [], "connections")
    passes()


def passes():
    """A datagram from the client and its answer, by way of the gateway."""
    one, two = client.udp(), server.udp("0.0.0.0", PORT)

    def answered():
        one.sendto(b"there", SERVER, PORT)
        if not select.select([two.sock], [], [], 0.5)[0]:
            return False
        data, addr, port = two.recvfrom()
        if data == b"there":
            two.sendto(b"back", addr, port)
        return b"back" in one.recv() if select.select(
            [one.sock], [], [], 0.5)[0] else False
    until(answered, "an answer", LIMIT)
    one.close()
    two.close()


# --- everything changes -----------------------------------------------------------------

@check("flushed and shown over and over while both CPUs begin flows")
def flush():
    sums = Sums()
    with Load():
        for _ in range(ROUNDS):
            gateway.xip("conntrack flush", "conntrack count",
                        "conntrack flush proto udp dport %d" % PORT,
                        "conntrack show proto tcp")
    equal(sums.rise()["deleted"] > 0, True, "connections that were flushed")
    sums.first_packets()
    empty()


@check("rules of filter and translation come, go and are replaced")
def change_rules():
    sums = Sums()
    with tempfile.NamedTemporaryFile("w") as one, \
            tempfile.NamedTemporaryFile("w") as other, Load():
        one.write("add postrouting oif r1 snat to %s random-fully\n" % GATE)
        other.write("policy forward accept\n"
                    "add forward iif r0 proto udp sport 2000-2999 drop\n" +
                    "".join("add forward iif r0 proto udp dport %d drop\n" %
                            port for port in range(10000, 10040)) +
                    "add forward iif r0 ctstate new proto udp "
                    "sport 3000-3999 reject\n")
        one.flush()
        other.flush()
        for _ in range(ROUNDS):
            gateway.xip("nat replace -f " + one.name,
                        "filter replace -f " + other.name,
                        "filter add forward position 1 iif r0 proto udp "
                        "sport 4000-4999 drop",
                        "nat add postrouting position 1 oif r1 proto udp "
                        "masquerade to :5000-5010",
                        "nat flush", "filter flush",
                        "filter policy forward accept", *RULES)
            gateway.xip("filter policy forward accept", "filter flush",
                        "nat flush", *RULES)
    sums.first_packets()
    empty()


@check("tracking goes on and off, the table grows and shrinks, the limit moves")
def settings():
    gateway.xip("filter flush", "filter policy forward accept", "nat flush")
    try:
        with Load():
            for n in range(ROUNDS):
                gateway.sysctl(nf_conntrack_always=0,
                               nf_conntrack_max=(20, 262144)[n & 1])
                gateway.sysctl(nf_conntrack_always=1,
                               nf_conntrack_acct=n & 1)
                for size in (1 << 17, 1 << 10, 1 << 13):
                    write(BUCKETS, size)
    finally:
        write(BUCKETS, 1024)
        gateway.sysctl(nf_conntrack_always=1, nf_conntrack_max=262144,
                       nf_conntrack_acct=1)
    empty()
    gateway.xip(*RULES)


@check("while the table grows and shrinks each flow stays known and shown once")
def resize():
    first, many = FIRST % next(networks), int(4000 / SLOW)
    gateway.xip("filter flush", "filter policy forward accept", "nat flush",
                "conntrack flush")
    passes()
    gateway.xip("conntrack flush")
    words = ["-j", str(CPUS), "c0", mac, first, SERVER, str(PORT)]
    with client:
        command(FLOOD, "-n", str(many), *words)
    until(lambda: count() == many, "connections", LIMIT)
    made, stop = stats()["new"], threading.Event()
    # so many that a move lasts longer than others wait
    large = 1 << (20 if SLOW == 1 else 17)

    def change():
        while not stop.is_set():
            for size in (large, 1 << 10):
                write(BUCKETS, size)
    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(ROUNDS):
            with client:
                command(FLOOD, "-n", str(many), *words)
            with gateway:
                shown = command("xip", "conntrack", "show")
            equal(command(FLOOD, "-c", str(many), first, feed=shown),
                  "%d 0 0\n" % many, "flows shown once, again, others")
    finally:
        stop.set()
        thread.join()
        write(BUCKETS, 1024)
    equal(stats()["new"], made, "records made")
    empty()
    gateway.xip(*RULES)


@check("the gateway's address goes and comes, its device goes and is made anew")
def devices():
    with Load(echo=False):
        for n in range(ROUNDS):
            gateway.xip("addr del 10.3.0.1/24 dev r1",
                        "addr add 10.3.0.1/24 dev r1")
            if n & 1:
                gateway.ip("link set r1 down", "link set r1 up")
        gateway.ip("link del r1")
        veth(gateway, "r1", server, "s0")
        gateway.xip("addr add 10.3.0.1/24 dev r1")
        server.xip("addr add %s/24 dev s0" % SERVER,
                   "route add default via " + GATE)
    empty()


@check("what was masqueraded ends with the address, under load")
def masquerade():
    with Load():
        pass
    equal(count() > 0, True, "connections")
    with Load():
        gateway.xip("addr del 10.3.0.1/24 dev r1")
        until(lambda: not [c for c in gateway.xip_json(
            "conntrack show proto udp dport %d" % PORT)
                           if c["reply"]["dst"] == GATE], "no connection", LIMIT)
        gateway.xip("addr add 10.3.0.1/24 dev r1")
    empty()


@check("a namespace goes with rules and connections while packets come in")
def namespace():
    def gone():
        with client:
            return "c0" not in [name for _, name in socket.if_nameindex()]
    with Load(echo=False):
        leave(gateway)
        until(gone, "its devices", LIMIT)
    make_gateway()
    gateway.xip(*RULES)
    passes()
    empty()


# --- two CPUs, one flow -----------------------------------------------------------------

class Meeting:
    """The module that lets packets of two CPUs meet at a hook of the gateway."""

    def __init__(self, point, priority):
        with gateway:
            command("insmod",
                    module_file("selftests/net/xinet/modules/xmeet.ko"),
                    "point=%d" % point, "priority=%d" % priority)

    def __enter__(self):
        return self

    def met(self):
        with open("/sys/module/xmeet/parameters/met",
                  encoding="ascii") as parameter:
            return int(parameter.read())

    def __exit__(self, *_):
        command("rmmod", "xmeet")


def both(dst, *words):
    """Each of some flows from two CPUs at a time; frames that were sent."""
    with client:
        return int(command(FLOOD, "-j", "2", "-b", "-n", str(FLOWS), *words,
                           "c0", mac, FIRST % next(networks), dst, str(PORT)))


# Who the server hears: UDP, TCP's SYNs, echo requests; its socket, options of
# xflood, where a raw packet has its port or identification.
KINDS = {"udp": (lambda: server.udp("0.0.0.0", PORT), (), None),
         "tcp": (lambda: server.raw(6), ("-t",), 20),
         "icmp": (lambda: server.raw(1), ("-i",), 24)}


def arrived(sock, want, port_at):
    """How often each source, address and port, was seen by the server."""
    found = []
    while len(found) < want:
        if not select.select([sock.sock], [], [], 2 * SLOW)[0]:
            break
        data, (_, name) = sock.sock.recvfrom(65536)
        found.append(name[2:6] + (data[port_at:port_at + 2] if port_at
                                  else name[:2]))
    return {who: found.count(who) for who in found}


MASQUERADE = "nat add postrouting oif r1 masquerade"
RANDOM = MASQUERADE + " random-fully"
BALANCE = "nat add prerouting dst 10.70.0.1 dnat to 10.3.0.2-10.3.0.3 balance rr"
CLIENTS = 4096
# how they meet, rule, where, its priority, what, clients, is the second one
# let through
CLASHES = [
    ("before translation, as it is",
     None, FORWARD, 0, "udp", 0, True),
    ("at the very end, as it is",
     None, POST_ROUTING, BEHIND_NAT, "udp", 0, True),
    ("before translation, masquerade",
     MASQUERADE, FORWARD, 0, "udp", 0, True),
    ("behind it, masquerade",
     MASQUERADE, POST_ROUTING, BEHIND_NAT, "udp", 0, True),
    ("behind it, two random ports",
     RANDOM, POST_ROUTING, BEHIND_NAT, "udp", 0, True),
    ("behind it, two random identifications of an echo request",
     RANDOM, POST_ROUTING, BEHIND_NAT, "icmp", 0, True),
    ("with two servers of a pool",
     BALANCE, POST_ROUTING, BEHIND_NAT, "udp", 0, False),
    ("at the very end, SYNs of TCP",
     None, POST_ROUTING, BEHIND_NAT, "tcp", 0, False),
    ("behind it, two clients for one port",
     MASQUERADE, POST_ROUTING, BEHIND_NAT, "udp", CLIENTS, False)]


@rows("two CPUs begin the same flow and meet %s: one record, all accounted for",
      CLASHES)
def clash(rule, point, priority, kind, step, passed):
    if CPUS < 2:
        raise ktap.Skip("one CPU")
    gateway.xip("filter flush", "filter policy forward accept", "nat flush",
                *([rule] if rule else []))
    passes()
    gateway.xip("conntrack flush")
    listen, words, port_at = KINDS[kind]
    sock = listen()
    sums = Sums()
    with Meeting(point, priority) as meeting:
        sent = both("10.70.0.1" if rule == BALANCE else SERVER,
                    "-s", str(step), *words)
        sums.first_packets()
        met = meeting.met()
    rise, lost = sums.rise(), sums.delta.drops().get("ConntrackClash", 0)
    ktap.say("%d pairs met: %r" % (met, {k: v for k, v in rise.items() if v}))
    equal(sent, 2 * FLOWS, "frames")
    equal(met > 0, True, "pairs that met")
    seen = arrived(sock, sent - lost, port_at)
    sock.close()
    equal(sum(seen.values()), sent - lost, "packets that came")
    # of two clients with one port: the answers of one would be the other's
    flows = sent - lost if step else FLOWS
    equal(rise["insert"], flows, "connections")
    equal(count(), flows, "records")
    equal(len(seen), flows, "sources that the server sees")
    if passed:
        equal((lost, set(seen.values())), (0, {2}), "packets of each flow")
        equal(rise["clash_resolve"] > 0, True, "clashes")
    else:
        equal(lost > 0, True, "packets that were refused")
    known = gateway.xip_json("conntrack show")
    equal(sum(c["orig"]["packets"] for c in known), sent - lost,
          "packets of all records")
    if kind != "icmp":
        equal({socket.inet_aton(c["reply"]["dst"]) +
               c["reply"]["dport"].to_bytes(2, "big") for c in known},
              set(seen), "sources by the records, and as the server sees them")
    gateway.xip("conntrack flush")


@check("who meets a record that is over takes its place")
def over():
    if CPUS < 2:
        raise ktap.Skip("one CPU")
    gateway.xip("nat flush", "conntrack flush")
    gateway.sysctl(nf_conntrack_udp_timeout=0)
    sums = Sums()
    try:
        with Meeting(POST_ROUTING, BEHIND_NAT) as meeting:
            sent = both(SERVER)
            until(lambda: sums.rise()["insert"] == sent, "connections",
                  LIMIT)
            equal(meeting.met() > 0, True, "pairs that met")
    finally:
        gateway.sysctl(nf_conntrack_udp_timeout=300)
    equal(sums.delta.drops(), {}, "drops")
    until(lambda: count() == 0, "their end", LIMIT)
    equal(sums.rise()["expired"], sent, "ended by their time")


# --- others, and the module --------------------------------------------------------------

@check("an unprivileged user's flood ends at 3/4 of the host's limit of 500")
def unprivileged():
    gateway.xip("conntrack flush")
    before = write("nf_conntrack_host_max", 500)
    try:
        out = command("setpriv", "--reuid=65534", "--clear-groups", "unshare",
                      "-Urn", "sh", "-ec", """
            knob=/proc/sys/net/xinet/nf_conntrack
            ip link add v0 type veth peer name v1 address 02:00:00:00:00:99
            ip link set v0 up
            ip link set v1 up
            ip link set lo up
            xip addr add 10.5.0.1/24 dev v1
            echo 1 >${knob}_always
            echo 10000000 >${knob}_max
            xip filter add input ctstate new accept
            %s -j 2 -n 1000 v0 02:00:00:00:00:99 10.5.0.2 10.5.0.1 9
            cat ${knob}_count
            xip -j conntrack stats
        """ % FLOOD).split(None, 2)
    finally:
        write("nf_conntrack_host_max", before)
    equal(int(out[0]), 1000, "frames")
    equal(300 < int(out[1]) <= 375, True, "records: %s" % out[1])
    passes()


def unload():
    return not subprocess.run(["rmmod", "xinet"], check=False,
                              stderr=subprocess.DEVNULL).returncode


@check("the module goes and comes with rules and connections, under load")
def reload():
    path = os.environ.get("XINET_KO")
    spawn(gateway, "sh", "-c", "while :; do xip conntrack show; "
          "xip filter show; sleep 0.2; done >/dev/null 2>&1")
    with Load(echo=False):
        for _ in range(2):
            gateway.xip("conntrack flush")
            until(lambda: count() > 20, "connections", LIMIT)
            until(unload, "rmmod", LIMIT)
            command(*(["insmod", path] if path else ["modprobe", "xinet"]))
            configure()
            gateway.xip("nat flush", "filter flush", *RULES)
    passes()
    empty()


if __name__ == "__main__":
    need()
    ktap.run(setup)
