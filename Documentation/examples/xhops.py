#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Which way did it come? A datagram with xhopid's option, and who reads it.

    xhops.py                wait for one, print its hops
    xhops.py 10.9.2.2       send one to that address; needs CAP_NET_RAW

Each hop that has xhopid.ko writes itself in: the sender, the routers, and the
receiver last. See hello.py for how Python gets by with AF_XINET's addresses.
"""

import socket
import struct
import sys

AF_XINET = 19
XIP_REPORT_INET = 19000
IP_OPTIONS = 4
IP_RECVOPTS = 6
XHOPID = 94
PORT = 5001


def xinet_socket():
    """An AF_XINET datagram socket that takes AF_INET addresses."""
    sock = socket.socket(AF_XINET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_IP, XIP_REPORT_INET, 1)
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM,
                         fileno=sock.detach())


def empty(records=4):
    """The option with room for so many hops; four are as many as fit."""
    return struct.pack('4B', XHOPID, 4 + 8 * records, 5, 0) + bytes(8 * records)


def hops(options):
    """([(address, microseconds)], hops lost) of a header's options."""
    while options and options[0]:
        if options[0] == 1:
            options = options[1:]
            continue
        if len(options) < 2 or not 2 <= options[1] <= len(options):
            break
        if options[0] == XHOPID:
            body = options[4:options[2] - 1]
            return ([(socket.inet_ntoa(addr), time)
                     for addr, time in struct.iter_unpack('!4sI', body)],
                    options[3])
        options = options[options[1]:]
    return [], 0


def receive(sock):
    """Print the hops of the datagram that comes next."""
    sock.setsockopt(socket.SOL_IP, IP_RECVOPTS, 1)
    sock.bind(('', PORT))
    _, control, _, (address, _) = sock.recvmsg(100, socket.CMSG_SPACE(40))
    for level, kind, data in control:
        if (level, kind) == (socket.SOL_IP, IP_RECVOPTS):
            way, lost = hops(data)
            print(f'from {address}, {len(way)} hops, {lost} more not told')
            for addr, time in way:
                print(f'{addr:>15} {(time - way[0][1]) % 2**32:>8} us')


def main():
    """Send or receive."""
    with xinet_socket() as sock:
        if len(sys.argv) == 1:
            receive(sock)
            return
        sock.setsockopt(socket.SOL_IP, IP_OPTIONS, empty())
        sock.sendto(b'which way?', (sys.argv[1], PORT))


if __name__ == '__main__':
    main()
