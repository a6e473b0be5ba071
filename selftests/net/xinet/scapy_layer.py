#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""The scapy layers of tools/scapy as a user has them, against the stack.

	scapy's namespace                       host
	    p0, no address ───── veth ───── h0 10.9.0.1/24, UDP port 7
	10.9.0.2, spoken by scapy              10.8.0.1/24 on a dummy; forwards
"""
import os
import socket
import sys

import ktap
from ktap import check, run
from xlab import SLOW, Ns, equal, need, veth

sys.path.append(os.path.join(os.path.dirname(os.path.realpath(__file__)),
                             "../../../tools/scapy"))
HOST, PEER = "10.9.0.1", "10.9.0.2"
DATA = bytes(range(256)) * 14
wire = host = sock = mac = mine = None
xinet = None


def setup():
    # scapy looks at the devices there are, so not before there are any
    # pylint: disable=global-statement,import-outside-toplevel
    global wire, host, sock, mac, mine, xinet
    need()
    wire, host = Ns("scapy"), Ns("host")
    mine, mac = veth(wire, "p0", host, "h0")
    host.ip("link add d0 type dummy", "link set d0 up")
    host.xip("addr add %s/24 dev h0" % HOST, "addr add 10.8.0.1/24 dev d0")
    host.sysctl(forwarding=1)
    sock = host.udp(HOST, 7)
    with wire:
        try:
            import xinet as module
        except ImportError as error:
            ktap.skip(str(error))
        xinet = module
    # so that it knows whom to answer
    host.xip("neigh replace %s lladdr %s dev h0 nud permanent" % (PEER, mine))


def ask(packet, what):
    """What scapy says is the answer to a packet; it must be there."""
    with wire:
        answer = xinet.srp1(xinet.Ether(src=mine, dst=mac) / packet,
                            iface="p0", timeout=5 * SLOW, verbose=0)
    if answer is None:
        raise AssertionError("no answer to " + what)
    return answer


def packet(**words):
    return xinet.XIP(**{"src": PEER, "dst": HOST, **words})


@check("xarping finds the MAC; of nobody it finds none")
def arping():
    with wire:
        equal(xinet.xarping(HOST, src=PEER, iface="p0", mac=mine,
                            timeout=5 * SLOW), mac, "MAC")
        equal(xinet.xarping("10.9.0.77", src=PEER, iface="p0", mac=mine,
                            timeout=.3), None, "of nobody")


@check("an echo request and its reply, with the route recorded")
def echo():
    slots = xinet.XIPOption_RR(routers=["0.0.0.0"] * 3)
    answer = ask(packet(options=slots) / xinet.XICMP(id=5, seq=6) / b"data",
                 "the echo")
    equal((answer[xinet.XICMP].type, answer[xinet.XICMP].id,
           answer[xinet.XICMP].seq, bytes(answer[xinet.Raw])),
          (0, 5, 6, b"data"), "reply")
    equal(answer[xinet.XIP].option_list()[0].taken(), [HOST, HOST], "route")


@check("a timestamp request and its reply")
def stamp():
    answer = ask(packet() / xinet.XICMP(type=13, id=1, ts_ori=77),
                 "the timestamp")[xinet.XICMP]
    equal((answer.type, answer.ts_ori, answer.ts_rx == answer.ts_tx),
          (14, 77, True), "reply")


@check("port unreachable is the answer to a datagram for a closed port")
def closed():
    answer = ask(packet(id=9) / xinet.XUDP(sport=4000, dport=9) / b"x",
                 "a closed port")
    equal((answer[xinet.XICMP].type, answer[xinet.XICMP].code,
           answer[xinet.XIPerror].id, answer[xinet.XUDPerror].dport),
          (3, 3, 9, 9), "error")


@check("time exceeded is the answer to a segment with TTL 1, from the router")
def exceeded():
    answer = ask(packet(dst="10.8.0.9", ttl=1) /
                 xinet.XTCP(sport=4000, dport=80, seq=7), "TTL 1")
    equal((answer[xinet.XIP].src, answer[xinet.XICMP].type,
           answer[xinet.XTCPerror].seq), (HOST, 11, 7), "error")


@check("a parameter problem points at the option that was built wrong")
def problem():
    bad = xinet.XIPOption_RR(routers=["0.0.0.0"], pointer=5)
    answer = ask(packet(options=bad) / xinet.XUDP(dport=7), "a bad option")
    equal((answer[xinet.XICMP].type, answer[xinet.XICMP].ptr), (12, 22),
          "error")


@check("fragments of xfragment are put together by the stack")
def fragments():
    whole = xinet.Ether(src=mine, dst=mac) / packet(id=77) / \
        xinet.XUDP(sport=4000, dport=7) / DATA
    for mtu in (1500, 600, 68):
        with wire:
            xinet.sendp(xinet.xfragment(whole, mtu), iface="p0", verbose=0)
        equal(sock.recvfrom(), (DATA, PEER, 4000), "MTU %d" % mtu)


@check("fragments of the stack are put together by xdefragment")
def defragment():
    tap = wire.packet("p0", 0x88b5)
    sock.option(socket.SOL_IP, 10, 0)       # IP_MTU_DISCOVER, DONT
    sock.sendto(DATA, PEER, 4000)
    sock.sendto(b"after", PEER, 4000)
    tap.settimeout(5 * SLOW)
    found = []
    while not found or not bytes(found[-1]).endswith(b"after"):
        found.append(xinet.Ether(tap.recv(65536)))
    back = xinet.xdefragment(found)
    equal((len(found), [bytes(one[xinet.XUDP].payload) for one in back]),
          (4, [DATA, b"after"]), "datagrams")
    # the other one's was left to the device
    equal(back[0][xinet.XUDP].sum_over(bytes(back[0][xinet.XUDP])), 0,
          "checksum")


if __name__ == "__main__":
    run(setup)
