# SPDX-License-Identifier: GPL-2.0
"""XIP for users of scapy.

    >>> from scapy.all import *
    >>> from xinet import *
    >>> srp1(Ether(dst=mac) / XIP(src="10.9.0.2", dst="10.9.0.1") /
    ...      XICMP(id=1, seq=1), iface="eth0")

Binds the layers of xinet_layers.py to scapy's Ether, cooked captures and
802.1Q, and adds what works on whole packets: fragments, and finding a MAC.
Python finds both files where PYTHONPATH leads to this directory.
"""
from scapy.layers.l2 import (CookedLinux, CookedLinuxV2, Dot1Q, Ether,
                             SNAP)
from scapy.config import conf
from scapy.data import ETHER_BROADCAST
from scapy.packet import Raw, bind_layers
from scapy.sendrecv import sendp, srp1          # noqa: F401

from xinet_layers import *      # noqa: F401,F403 (what this module is for)
from xinet_layers import ETH_P_XARP, ETH_P_XIP, XARP, XIP, parse_options

for _lower in (Ether, Dot1Q):
    bind_layers(_lower, XIP, type=ETH_P_XIP)
    bind_layers(_lower, XARP, type=ETH_P_XARP)
for _lower in (CookedLinux, CookedLinuxV2):
    bind_layers(_lower, XIP, proto=ETH_P_XIP)
    bind_layers(_lower, XARP, proto=ETH_P_XARP)
bind_layers(SNAP, XIP, code=ETH_P_XIP)
bind_layers(SNAP, XARP, code=ETH_P_XARP)
conf.l3types.register_num2layer(ETH_P_XIP, XIP)
conf.l3types.register_num2layer(ETH_P_XARP, XARP)


def _copied(options):
    """Options that every fragment carries: those with the copy bit."""
    kept = b"".join(bytes(one) for one in parse_options(options)
                    if not isinstance(one, Raw) and one.option & 0x80)
    return kept + b"\0" * (-len(kept) % 4)


def xfragment(packet, mtu=1500):
    """
    Cut a packet (with or without a link header) as a router would for a link
    of that MTU; RFC 791 section 3.2. DF is not minded. Returns packets.
    """
    below = packet.copy()
    link = None
    if not isinstance(below, XIP):
        link = below
        below = link[XIP]
        below.underlayer.remove_payload()
    whole = XIP(bytes(below))
    body = bytes(whole)[whole.ihl * 4:whole.len]
    first = whole.frag * 8
    more = bool(whole.flags & 1)
    found, at = [], 0
    while at < len(body) or not found:
        options = whole.options if not at else _copied(whole.options)
        room = (mtu - 20 - len(options)) // 8 * 8
        if room <= 0:
            raise ValueError("no fragment fits into %d bytes" % mtu)
        # the last may fill the link to its last byte
        size = len(body) - at
        if size > mtu - 20 - len(options):
            size = room
        last = at + size >= len(body)
        head = XIP(tos=whole.tos, id=whole.id, ttl=whole.ttl,
                   proto=whole.proto, src=whole.src, dst=whole.dst,
                   options=options, frag=(first + at) // 8,
                   flags=int(whole.flags) & ~1 | (more or not last))
        part = head / Raw(body[at:at + size])
        found.append(link.copy() / part if link else part)
        at += size
    return found


def _join(parts):
    """The datagram, if the fragments are all there and none overlap."""
    parts = sorted(parts, key=lambda p: p.frag)
    body = b""
    for part in parts:
        if part.frag * 8 != len(body):
            return None
        body += bytes(part)[part.ihl * 4:part.len]
    if parts[0].frag or parts[-1].flags & 1:
        return None
    whole = parts[0].copy()
    whole.remove_payload()
    whole.flags = int(whole.flags) & ~1
    whole.len = whole.chksum = None
    return XIP(bytes(whole / Raw(body)))


def xdefragment(packets):
    """
    A list in which fragments are put together, where the last of them was:
    XIP packets alone. Fragments of what is not whole come last.
    """
    found, waiting = [], {}
    for packet in packets:
        if XIP not in packet:
            continue
        one = XIP(bytes(packet[XIP]))
        if not one.frag and not one.flags & 1:
            found.append(one)
            continue
        key = (one.src, one.dst, one.proto, one.id)
        waiting.setdefault(key, {})[one.frag] = one
        whole = _join(list(waiting[key].values()))
        if whole:
            found.append(whole)
            del waiting[key]
    for parts in waiting.values():
        found.extend(parts.values())
    return found


def xarping(addr, src="0.0.0.0", iface=None, timeout=1, mac=None):
    """The MAC of an XIP address, or None; without src, as a probe."""
    mac = mac or Ether().src
    answer = srp1(Ether(src=mac, dst=ETHER_BROADCAST) /
                  XARP(sha=mac, spa=src, tpa=addr),
                  iface=iface, timeout=timeout, verbose=0)
    return answer[XARP].sha if answer else None
