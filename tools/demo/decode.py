#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
decode.py NAME=PCAP…: one line for each frame that the captures hold, in the
order in which they were seen; NAME says where.

Knows just enough to follow a packet: XIP and XARP, and of what XIP carries
UDP and ICMP.
"""

import socket
import struct
import sys

ETH_P_XIP = 0x88B5
ETH_P_XARP = 0x88B6
ICMP = {0: 'echo reply', 3: 'destination unreachable', 5: 'redirect',
        8: 'echo request', 11: 'time exceeded', 12: 'parameter problem'}


def frames(path):
    """(time in microseconds, bytes) of each frame of a classic pcap file."""
    with open(path, 'rb') as pcap:
        order = '<' if pcap.read(24)[:4] == b'\xd4\xc3\xb2\xa1' else '>'
        while len(head := pcap.read(16)) == 16:
            sec, usec, length, _ = struct.unpack(order + '4I', head)
            yield sec * 1000000 + usec, pcap.read(length)


def checksum(data):
    """RFC 1071: 0 over a header that holds its own checksum."""
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def transport(proto, data):
    """What the packet carries."""
    if proto == 17:
        sport, dport, length = struct.unpack('!3H', data[:6])
        return f'UDP {sport} > {dport}, {length - 8} bytes'
    if proto == 1:
        return f'ICMP {ICMP.get(data[0], data[0])}'
    return f'protocol {proto}'


def xip(data):
    """An XIP packet."""
    version, words = data[0] >> 4, data[0] & 15
    ttl, proto = data[8:10]
    src, dst = (socket.inet_ntoa(data[i:i + 4]) for i in (12, 16))
    right = 'ok' if checksum(data[:4 * words]) == 0 else 'WRONG'
    return (f'XIP version {version} ttl {ttl} checksum {right}  '
            f'{src} > {dst}  {transport(proto, data[4 * words:])}')


def xarp(data):
    """An XARP packet."""
    op = struct.unpack('!H', data[6:8])[0]
    mac = ':'.join(f'{byte:02x}' for byte in data[8:14])
    sender, target = (socket.inet_ntoa(data[i:i + 4]) for i in (14, 24))
    if op == 1:
        return f'XARP who has {target}? tell {sender}'
    return f'XARP {sender} is at {mac}'


def line(frame):
    """A frame in words."""
    kind = struct.unpack('!H', frame[12:14])[0]
    if kind == ETH_P_XIP:
        return xip(frame[14:])
    if kind == ETH_P_XARP:
        return xarp(frame[14:])
    return f'EtherType {kind:#06x}'


def main():
    """All captures, merged by time."""
    seen = []
    for argument in sys.argv[1:]:
        name, path = argument.split('=', 1)
        seen += [(time, name, frame) for time, frame in frames(path)]
    width = max((len(name) for _, name, _ in seen), default=0)
    for _, name, frame in sorted(seen, key=lambda entry: entry[0]):
        print(f'{name:{width}}  {line(frame)}')


if __name__ == '__main__':
    main()
