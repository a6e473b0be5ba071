#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""The module's life: when it may go, what it leaves, coming and going under
traffic.

	+------ one ------+         +------ two ------+
	| v0  10.9.0.1/24 ├── veth ─┤ v1  10.9.0.2/24 |
	+-----------------+         +-----------------+
"""
import os
import socket
import subprocess
import sys
import time

import ktap
from ktap import check
from xlab import SLOW, Ns, XSock, command, need, until, veth

one = two = None
RELOADS = max(2, int(6 / SLOW))

# Frames of both EtherTypes, some thousand a second, until killed.
FLOOD = """
import socket, time
from binascii import unhexlify
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
s.bind(("v0", 0))
head = unhexlify("ffffffffffff020000000001")
xip = unhexlify("88b5e5000020000000004011000000000a0900630a0900020001000200" +
                "0c00000000000000")
xarp = unhexlify("88b6000188b50604000102000000000" + "10a090063" + 12 * "0" +
                 "0a090002" + 36 * "0")
while True:
    for frame in (xip, xarp):
        try:
            s.send(head + frame)
        except OSError:
            pass
    time.sleep(0.0005)    # the rest of the machine wants to run, too
"""

# Opens what the module shows, and sockets, whether it is there or not. A socket
# holds the module until an RCU grace period after its close; the pause lets
# that pass, or there would be no moment without one.
POKE = """
import socket, time
pause = 0.2 * %g
then = 0
while True:
    for name in ("udp", "snmp", "route"):
        try:
            with open("/proc/net/xinet/" + name) as f:
                f.read()
        except OSError:
            pass
    if time.monotonic() < then:
        continue
    try:
        socket.socket(19, socket.SOCK_DGRAM).close()
    except OSError:
        pass
    then = time.monotonic() + pause
""" % SLOW


def loaded():
    return os.path.isdir("/sys/module/xinet")


def load():
    path = os.environ.get("XINET_KO")
    command(*(["insmod", path] if path else ["modprobe", "xinet"]))


def unload():
    """rmmod; whether it went."""
    return not subprocess.run(["rmmod", "xinet"], check=False,
                              stderr=subprocess.DEVNULL).returncode


def gone():
    until(unload, "rmmod")


def configure():
    one.xip("addr add 10.9.0.1/24 dev v0")
    two.xip("addr add 10.9.0.2/24 dev v1")


def exchange():
    """One datagram each way."""
    a, b = one.udp("10.9.0.1", 4000), two.udp("10.9.0.2", 4000)
    a.sendto(b"there", "10.9.0.2", 4000)
    if b.recv() != b"there":
        raise AssertionError("another datagram came")
    b.sendto(b"back", "10.9.0.1", 4000)
    if a.recv() != b"back":
        raise AssertionError("another datagram came")
    a.close()
    b.close()


def setup():
    global one, two
    one, two = Ns("one"), Ns("two")
    veth(one, "v0", two, "v1")
    configure()


@check("two namespaces talk before anything goes")
def before():
    exchange()


@check("rmmod is refused while a socket lives")
def socket_lives():
    s = XSock()
    try:
        if unload():
            raise AssertionError("it went")
    finally:
        s.close()


@check("rmmod is refused while a packet of a closed socket waits in a queue")
def packet_waits():
    with one:
        command("tc", "qdisc", "add", "dev", "v0", "root", "tbf", "rate",
                "8bit", "burst", "100", "limit", "100000")
    s = one.udp()
    for _ in range(4):
        s.sendto(b"x" * 50, "10.9.0.2", 9)
    s.close()
    if unload():
        raise AssertionError("it went")
    with one:
        command("tc", "qdisc", "del", "dev", "v0", "root")


@check("it goes when the queue has let go, and leaves nothing in /proc")
def goes():
    gone()
    for path in ("/proc/net/xinet", "/proc/sys/net/xinet", "/sys/module/xinet"):
        if os.path.exists(path):
            raise AssertionError(path + " is still there")
    with open("/proc/net/protocols", encoding="ascii") as f:
        if "XUDP" in f.read():
            raise AssertionError("its protocols are still there")
    with open("/proc/net/ptype", encoding="ascii") as f:
        if "88b5" in f.read():
            raise AssertionError("it still receives")


@check("without it socket() says EAFNOSUPPORT")
def no_family():
    try:
        socket.socket(19, socket.SOCK_DGRAM).close()
    except OSError as error:
        if error.errno != 97:
            raise
    else:
        if not loaded():
            raise AssertionError("a socket of nothing")
        # modprobe found it by its alias: that is what the alias is for
        gone()


@check("it comes back and works")
def back():
    load()
    configure()
    exchange()


@check("it comes and goes %d times under traffic" % RELOADS)
def under_traffic():
    with one:
        flood = subprocess.Popen([sys.executable, "-c", FLOOD])
    poke = subprocess.Popen([sys.executable, "-c", POKE])
    try:
        for _ in range(RELOADS):
            a = one.udp()
            for _ in range(20):
                a.sendto(b"x", "10.9.0.2", 9)
            a.close()
            # a socket of the other process may be open just then
            deadline = time.monotonic() + 60 * SLOW
            while not unload():
                if time.monotonic() > deadline:
                    raise AssertionError("it never goes")
            if not loaded():
                load()
            configure()
    finally:
        for p in (flood, poke):
            p.kill()
            p.wait()


@check("after all that two namespaces talk")
def after():
    exchange()


if __name__ == "__main__":
    need()
    ktap.run(setup)
