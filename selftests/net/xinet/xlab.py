# SPDX-License-Identifier: GPL-2.0
"""What the Python tests are made of: namespaces, sockets, counters, patience.

One process does everything: it enters a namespace to open a socket there and
leaves again, which spares the slow start of helper programs under emulation.
Nothing sleeps for a fixed time: whatever takes time is polled for, with a
deadline that XINET_SLOW stretches on a slow kernel.
"""
import ctypes
import errno
import json
import os
import select
import shutil
import socket
import struct
import subprocess
import time

import ktap

AF_XINET = 19
SLOW = float(os.environ.get("XINET_SLOW") or 1)
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def until(condition, what="", seconds=5.0):
    """Wait until @condition() is true and return what it said."""
    deadline = time.monotonic() + seconds * SLOW
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError("not within %g s: %s" %
                                 (seconds * SLOW, what or condition))
        time.sleep(0.005)


def equal(got, want, what=""):
    """Fail unless both are the same, and say what they are."""
    if got != want:
        raise AssertionError("%s: got %r, want %r" % (what, got, want))


def command(*words, feed=None, status=0):
    """Run a program, return what it printed; fail on another exit status."""
    done = subprocess.run(words, input=feed, text=True, check=False,
                          stdin=None if feed else subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if status is not None and done.returncode != status:
        raise AssertionError("%s: exit %d: %s%s" % (
            " ".join(words), done.returncode, done.stdout, done.stderr))
    return done.stdout


def need():
    """What no test does without; skips the whole program where it lacks."""
    if os.geteuid():
        ktap.skip("needs root")
    if not shutil.which("xip"):
        ktap.skip("no xip on the PATH")
    try:
        socket.socket(AF_XINET, socket.SOCK_DGRAM).close()
    except OSError:
        ktap.skip("AF_XINET is not there: load xinet.ko")
    subprocess.run(["modprobe", "-qa", "tun"], check=False)


RTM_GETNEIGH, NLM_F_REQUEST, NLM_F_DUMP, NLMSG_DONE = 30, 1, 0x300, 3
NDA_DST, NDA_LLADDR = 1, 2
STATES = {0: "NONE", 1: "INCOMPLETE", 2: "REACHABLE", 4: "STALE", 8: "DELAY",
          16: "PROBE", 32: "FAILED", 64: "NOARP", 128: "PERMANENT"}


def attributes(data):
    """{type: payload} of netlink attributes."""
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        found[kind] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


def dump_neighbours(sock):
    """Yield ((address, ifindex), (state, lladdr)); spares starting xip."""
    sock.send(struct.pack("=IHHIIB3xiHBB", 28, RTM_GETNEIGH,
                          NLM_F_REQUEST | NLM_F_DUMP, 1, 0, AF_XINET, 0, 0,
                          0, 0))
    while True:
        data = sock.recv(1 << 16)
        while data:
            length, kind = struct.unpack_from("=IH", data)
            if kind == NLMSG_DONE:
                return
            _, ifindex, state = struct.unpack_from("=B3xiH", data, 16)
            attrs = attributes(data[28:length])
            mac = attrs.get(NDA_LLADDR)
            yield ((socket.inet_ntoa(attrs[NDA_DST]), ifindex),
                   (STATES[state], mac and mac.hex(":")))
            data = data[(length + 3) & ~3:]


class Ns:
    """A network namespace, new or that of a process; `with ns:` enters it."""

    def __init__(self, name, pid=None):
        self.name = name
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY)
        if pid:
            self.fd = os.open("/proc/%d/ns/net" % pid, os.O_RDONLY)
            failed = LIBC.setns(self.fd, CLONE_NEWNET)
            os.close(self.fd)
        else:
            failed = LIBC.unshare(CLONE_NEWNET)
        if failed:
            raise OSError(ctypes.get_errno(), "no namespace " + name)
        self.fd = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.path = "/proc/%d/fd/%d" % (os.getpid(), self.fd)
        self.depth = 1
        self._netlink = None
        self._ifindex = {}
        # IPv6 would chat on the devices
        with open("/proc/sys/net/ipv6/conf/default/disable_ipv6", "w",
                  encoding="ascii") as knob:
            knob.write("1")
        self.ip("link set lo up")
        self._snmp = open("/proc/thread-self/net/xinet/snmp",
                          encoding="ascii")
        self.__exit__()

    def __enter__(self):
        if not self.depth and LIBC.setns(self.fd, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        self.depth += 1
        return self

    def __exit__(self, *_):
        self.depth -= 1
        if not self.depth:
            LIBC.setns(self.home, CLONE_NEWNET)

    def ip(self, *lines):
        """Several commands of ip(8) at once."""
        with self:
            command("ip", "-b", "-", feed="\n".join(lines) + "\n")

    def xip(self, *lines):
        """Several commands of xip at once."""
        with self:
            command("xip", "-b", "-", feed="\n".join(lines) + "\n")

    def xip_refused(self, line, status=2):
        """One command that must fail; what it says on stderr comes back."""
        with self:
            done = subprocess.run(["xip"] + line.split(), text=True,
                                  check=False, capture_output=True)
        equal(done.returncode, status, "xip " + line)
        return done.stderr

    def xip_json(self, line):
        """The JSON that one command of xip shows."""
        with self:
            text = command("xip", "-j", *line.split())
        return json.loads(text or "[]")

    def neighbours(self):
        """{(address, ifindex): (state, lladdr)} as netlink tells it."""
        if not self._netlink:
            with self:
                self._netlink = socket.socket(socket.AF_NETLINK,
                                              socket.SOCK_RAW, 0)
        return dict(dump_neighbours(self._netlink))

    def neigh(self, addr, dev):
        """(state, lladdr) of a neighbour, or (None, None)."""
        if dev not in self._ifindex:
            with self:
                self._ifindex[dev] = socket.if_nametoindex(dev)
        return self.neighbours().get((addr, self._ifindex[dev]), (None, None))

    def sysctl(self, **values):
        """Set some of /proc/sys/net/xinet."""
        with self:
            for name, value in values.items():
                with open("/proc/sys/net/xinet/" + name, "w",
                          encoding="ascii") as knob:
                    knob.write(str(value))

    def get_sysctl(self, name):
        """Read one of /proc/sys/net/xinet."""
        with self, open("/proc/sys/net/xinet/" + name,
                        encoding="ascii") as knob:
            return knob.read().strip()

    def snmp(self):
        """All counters as they are now."""
        self._snmp.seek(0)
        return Counters(self._snmp.read())

    def udp(self, *args, **words):
        """An AF_XINET UDP socket in this namespace."""
        with self:
            return XSock(*args, **words)

    def raw(self, proto, addr=None, dev=None):
        """An AF_XINET raw socket in this namespace."""
        with self:
            return XSock(addr, 0, proto, dev, socket.SOCK_RAW)

    def packet(self, dev, proto):
        """An AF_PACKET socket on a device, for frames with link header."""
        with self:
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                 socket.htons(proto))
        with self:
            sock.bind((dev, proto))
        sock.setblocking(False)
        return sock


LINKS = []


def veth(one, dev, other, peer):
    """A pair of devices, both up; MACs 02:00:00:00:NN:01 and :02 come back."""
    LINKS.append(dev)
    macs = ["02:00:00:00:%02x:%02x" % (0x80 + len(LINKS), end)
            for end in (1, 2)]
    one.ip("link add %s address %s type veth peer name %s address %s netns %s"
           % (dev, macs[0], peer, macs[1], other.path),
           "link set %s up" % dev)
    other.ip("link set %s up" % peer)
    return macs


def client_router_server():
    """
    Three namespaces, 10.1.0.2 on c0, 10.1.0.1 on r0 and 10.3.0.1 on r1,
    10.3.0.2 on s0; the one in the middle forwards.
    """
    client, router, server = (Ns(n) for n in ("client", "router", "server"))
    veth(client, "c0", router, "r0")
    veth(router, "r1", server, "s0")
    client.xip("addr add 10.1.0.2/24 dev c0",
               "route add default via 10.1.0.1")
    router.xip("addr add 10.1.0.1/24 dev r0", "addr add 10.3.0.1/24 dev r1")
    server.xip("addr add 10.3.0.2/24 dev s0",
               "route add default via 10.3.0.1")
    router.sysctl(forwarding=1)
    return client, router, server


class Counters:
    """/proc/net/xinet/snmp; a line is only taken apart when it is asked for."""

    def __init__(self, text):
        lines = text.splitlines()
        self.lines = {names.split(":")[0]: (names, values)
                      for names, values in zip(lines[::2], lines[1::2])}
        self.groups = {}

    def group(self, label):
        """{column: value} of one line."""
        if label not in self.groups:
            names, values = self.lines[label]
            self.groups[label] = dict(zip(names.split()[1:],
                                          map(int, values.split()[1:])))
        return self.groups[label]

    def get(self, name):
        """A value by its name, such as Ip.InReceives; 0 if not there yet."""
        label, column = name.split(".")
        return self.group(label).get(column, 0)


class Delta:
    """How counters of a namespace have risen since."""

    def __init__(self, ns):
        self.ns = ns
        self.start = ns.snmp()

    def group(self, label):
        """{column: rise} of all in a line that rose."""
        now, start = self.ns.snmp(), self.start
        if now.lines[label] == start.lines[label]:
            return {}
        return {column: value - start.get(label + "." + column)
                for column, value in now.group(label).items()
                if value != start.get(label + "." + column)}

    def drops(self):
        """{cause: rise} of the line Xinet:."""
        return self.group("Xinet")

    def get(self, name):
        """Rise of one."""
        return self.ns.snmp().get(name) - self.start.get(name)


def sockaddr(addr, port, family=AF_XINET):
    """struct sockaddr_xin as bytes."""
    return struct.pack("=H", family) + struct.pack("!H", port) + \
        socket.inet_aton(addr) + bytes(8)


class XSock:
    """A datagram socket of the family; Python knows no addresses of it."""

    def __init__(self, addr=None, port=0, proto=0, dev=None,
                 kind=socket.SOCK_DGRAM):
        handle = LIBC.socket(AF_XINET, kind, proto)
        if handle < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        # told that it is AF_INET, Python reads addresses of that size, and
        # gives those of a family it does not know as bytes
        self.sock = socket.socket(socket.AF_INET, kind, proto, handle)
        self.sock.setblocking(False)
        if dev:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                                 dev.encode())
        if addr:
            self.bind(addr, port)

    def _call(self, func, addr):
        if func(self.sock.fileno(), addr, len(addr)) < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))

    def bind(self, addr, port):
        """bind(2)."""
        self._call(LIBC.bind, sockaddr(addr, port))

    def connect(self, addr, port):
        """connect(2); gives the socket back."""
        self._call(LIBC.connect, sockaddr(addr, port))
        return self

    def sendto(self, data, addr, port):
        """sendto(2)."""
        name = sockaddr(addr, port)
        done = LIBC.sendto(self.sock.fileno(), data, len(data), 0, name,
                           len(name))
        if done < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return done

    def send(self, data):
        """send(2)."""
        return self.sock.send(data)

    def recv(self, seconds=5.0):
        """The next datagram; waits for it."""
        if not select.select([self.sock], [], [], seconds * SLOW)[0]:
            raise AssertionError("no datagram came")
        return self.sock.recv(65536)

    def recvfrom(self, seconds=5.0):
        """The next datagram with its sender's address and port."""
        if not select.select([self.sock], [], [], seconds * SLOW)[0]:
            raise AssertionError("no datagram came")
        data, (family, name) = self.sock.recvfrom(65536)
        equal(family, AF_XINET, "family of the sender's address")
        # Python gives sa_data alone
        return (data, socket.inet_ntoa(name[2:6]),
                struct.unpack("!H", name[:2])[0])

    def pending(self):
        """All datagrams that are there already."""
        found = []
        while True:
            try:
                found.append(self.sock.recv(65536))
            except BlockingIOError:
                return found

    def local(self):
        """(address, port) of getsockname(2)."""
        name = ctypes.create_string_buffer(16)
        size = ctypes.c_int(16)
        if LIBC.getsockname(self.sock.fileno(), name, ctypes.byref(size)):
            raise OSError(ctypes.get_errno(), "getsockname")
        return (socket.inet_ntoa(name.raw[4:8]),
                struct.unpack("!H", name.raw[2:4])[0])

    def error(self):
        """SO_ERROR as a name, or 0."""
        code = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return errno.errorcode[code] if code else 0

    def option(self, level, name, value):
        """setsockopt(2)."""
        self.sock.setsockopt(level, name, value)

    def close(self):
        """close(2)."""
        self.sock.close()


def refused(name, func, *args):
    """Fail unless the call fails with that errno."""
    try:
        func(*args)
    except OSError as error:
        equal(errno.errorcode.get(error.errno), name, "errno")
        return
    raise AssertionError("succeeded, want " + name)
