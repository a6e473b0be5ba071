#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
A first program: ask, and answer.

    hello.py                answer whoever asks, once
    hello.py 10.9.2.2       ask the one at that address

Python's socket module opens a socket of any family, but packs addresses only
for those it knows. XIP_REPORT_INET is the way around: the socket then takes
and gives addresses that say AF_INET, so Python may believe it is one.
"""

import socket
import sys

AF_XINET = 19
XIP_REPORT_INET = 19000
PORT = 5000


def xinet_socket(kind=socket.SOCK_DGRAM):
    """An AF_XINET socket that takes ('10.9.2.2', 5000) for an address."""
    sock = socket.socket(AF_XINET, kind)
    sock.setsockopt(socket.SOL_IP, XIP_REPORT_INET, 1)
    return socket.socket(socket.AF_INET, kind, fileno=sock.detach())


def answer(sock):
    """Wait for a datagram, say who sent it, answer it."""
    sock.bind(('', PORT))
    text, (address, port) = sock.recvfrom(100)
    print(f'{address} port {port} asks: {text.decode()}')
    sock.sendto(b'hello yourself', (address, port))


def ask(sock, address):
    """Send a datagram and print what comes back."""
    sock.connect((address, PORT))
    sock.send(b'hello')
    print(f'{address} answers: {sock.recv(100).decode()}')


with xinet_socket() as s:
    if len(sys.argv) > 1:
        ask(s, sys.argv[1])
    else:
        answer(s)
