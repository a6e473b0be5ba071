#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""xip sock: columns, options, conditions, processes, JSON, refusals."""
import json
import os
import re
import socket
import subprocess

import ktap
import xlab
from ktap import check, rows
from xlab import XSock, equal, command

NS = None
SOCKS = {}
RAW = socket.SOCK_RAW


def sock(*words, status=0):
    """What `xip sock WORD…` prints, as lines."""
    with NS:
        return command("xip", "sock", *words, status=status).splitlines()


def objects(*words):
    """What `xip -j sock WORD…` prints."""
    with NS:
        return json.loads(command("xip", "-j", "sock", *words))


def locals_of(*words):
    """Local ends of what is shown, sorted."""
    return sorted(o["local address:port"] for o in objects(*words, "-n"))


def refusal(*words):
    """What stands on standard error; exit status 1."""
    with NS:
        done = subprocess.run(["xip", "sock", *words], text=True,
                              capture_output=True, check=False)
    equal(done.returncode, 1, "exit status")
    equal(done.stdout, "", "standard output")
    return done.stderr


def setup():
    """Six sockets: three UDP, one of them connected, a ping, two raw ones."""
    global NS           # pylint: disable=global-statement
    NS = xlab.Ns("host")
    NS.sysctl(ping_group_range="0 0")
    with NS:
        SOCKS["any"] = XSock("0.0.0.0", 53)
        SOCKS["one"] = XSock("127.0.0.1", 5000, dev="lo")
        SOCKS["conn"] = XSock("127.0.0.1", 40000).connect("127.0.0.2", 53)
        SOCKS["ping"] = XSock("127.0.0.1", 77, proto=1)
        SOCKS["icmp"] = XSock(proto=1, kind=RAW)
        SOCKS["raw"] = XSock("127.0.0.1", 0, 200, kind=RAW).connect(
            "127.0.0.3", 0)


ANY, ONE, CONN = "0.0.0.0:53", "127.0.0.1%lo:5000", "127.0.0.1:40000"
PING, ICMP, RAW200 = "127.0.0.1:77", "0.0.0.0:1", "127.0.0.1:200"
ALL = [ANY, ONE, CONN, PING, ICMP, RAW200]

SHOWN = (
    ("nothing", "", [CONN, RAW200]),
    ("-a", "-a", ALL),
    ("-l", "-l", [ANY, ONE, PING, ICMP]),
    ("udp", "-a udp", [ANY, ONE, CONN]),
    ("-u", "-au", [ANY, ONE, CONN]),
    ("raw", "-a raw", [ICMP, RAW200]),
    ("-w", "-aw", [ICMP, RAW200]),
    ("icmp", "icmp -a", [PING]),
    ("icmp raw", "icmp raw -a", [PING, ICMP, RAW200]),
    ("show before all", "show -a udp", [ANY, ONE, CONN]),
    ("state established", "state established", [CONN, RAW200]),
    ("state unconnected", "state unconnected", [ANY, ONE, PING, ICMP]),
    ("two states", "state established state unconnected", ALL),
    ("state all", "state all", ALL),
    ("exclude", "exclude unconnected", [CONN, RAW200]),
    ("src", "-a src 127.0.0.1", [ONE, CONN, PING, RAW200]),
    ("src with a port", "-a src 127.0.0.1:5000", [ONE]),
    ("src of another port", "-a src 127.0.0.1:5001", []),
    ("src of a network", "-a src 127.0.0.0/30", [ONE, CONN, PING, RAW200]),
    ("src of any", "-a src 0.0.0.0/0", ALL),
    ("src any with a port", "-a src *:53", [ANY]),
    ("src with a port alone", "-a src :53", [ANY]),
    ("src with any port", "-a src 127.0.0.1:*", [ONE, CONN, PING, RAW200]),
    ("dst", "-a dst 127.0.0.2", [CONN]),
    ("dst with a port", "dst = 127.0.0.2:53", [CONN]),
    ("dst of another", "dst 127.0.0.4", []),
    ("sport", "-a sport = :5000", [ONE]),
    ("sport without a colon", "-a sport 5000", [ONE]),
    ("sport !=", "-a udp sport != :5000", [ANY, CONN]),
    ("sport >=", "-a udp sport >= :5000", [ONE, CONN]),
    ("sport gt", "-a udp sport gt :5000", [CONN]),
    ("sport <=", "-a udp sport le :5000", [ANY, ONE]),
    ("sport <", "-a udp sport < :5000", [ANY]),
    ("dport", "dport = :53", [CONN]),
    ("dport eq, of another", "dport eq :54", []),
    ("dev", "-a dev lo", [ONE]),
    ("dev =", "-a dev = lo", [ONE]),
    ("and", "-a src 127.0.0.1 and sport = :5000 and dev lo", [ONE]),
    ("what excludes itself", "-a sport = :53 sport = :5000", []),
    # expressions; test_sock of tools/xip has the rest of the grammar
    ("or", "-a sport = :53 or sport = :5000", [ANY, ONE]),
    ("or after a kind", "-a udp src 127.0.0.1 or sport = :53",
     [ANY, ONE, CONN]),
    ("and before or", "-a udp sport = :53 or src 127.0.0.1 and dport = :53",
     [ANY, CONN]),
    ("not", "-a udp not sport = :53", [ONE, CONN]),
    ("!", "-a udp ! src 127.0.0.1", [ANY]),
    ("brackets", "-a ( sport = :53 or src 127.0.0.1 ) and dport = :53", [CONN]),
    ("not of brackets", "-a udp not ( sport = :53 or dport = :53 )", [ONE]),
    ("src !=", "-a udp src != 127.0.0.1", [ANY]),
    ("dev !=", "-a udp dev != lo", [ANY, CONN]),
    ("a state within, instead of -a", "sport = :5000 or state established",
     [ONE, CONN, RAW200]),
    ("a state joined", "state unconnected and sport = :53", [ANY]),
    ("a state not joined", "state unconnected sport = :53 or sport = :40000",
     [ANY]),
    ("not of a state", "udp not state established", [ANY, ONE]),
    ("exclude within", "udp ( exclude established )", [ANY, ONE]),
    ("-l with a filter", "-l udp sport = :53 or sport = :40000", [ANY]),
    ("options and kinds behind", "sport = :53 or sport = :1 -a raw", [ICMP]),
)


@rows("selection: %s", SHOWN)
def _(words, want):
    equal(locals_of(*words.split()), sorted(want), "sockets")


@rows("one word, as a shell hands on what is quoted: %s", (
    ("all of it", "( sport = :53 or sport = :5000 )"),
    ("without blanks", "(sport=:53|sport=:5000)"),
    ("an operator first", "!sport!=:53||sport=:5000"),
))
def _(word):
    equal(locals_of("-a", word), sorted([ANY, ONE]), "sockets")


@check("the columns of ss")
def _():
    lines = sock("-an")
    equal(lines[0].split(), "Netid State Recv-Q Send-Q Local Address:Port "
          "Peer Address:Port".split(), "heading")
    # the order of UDP sockets is a matter of hashing
    equal(sorted(line.split() for line in lines[1:]), [
        ["icmp", "UNCONN", "0", "0", "127.0.0.1:77", "0.0.0.0:*"],
        ["raw", "ESTAB", "0", "0", "127.0.0.1:200", "127.0.0.3:*"],
        ["raw", "UNCONN", "0", "0", "0.0.0.0:1", "0.0.0.0:*"],
        ["udp", "ESTAB", "0", "0", "127.0.0.1:40000", "127.0.0.2:53"],
        ["udp", "UNCONN", "0", "0", "0.0.0.0:53", "0.0.0.0:*"],
        ["udp", "UNCONN", "0", "0", "127.0.0.1%lo:5000", "0.0.0.0:*"],
    ], "lines")
    equal([line.split()[0] for line in lines[1:]],
          ["udp"] * 3 + ["icmp"] + ["raw"] * 2, "order")


@check("colons stand below one another")
def _():
    lines = sock("-an", "udp")
    equal({line.index(":", 30) for line in lines}, {lines[0].index(":")},
          "where they are")


@check("names of services and protocols, unless -n")
def _():
    text = "\n".join(sock("-a"))
    known = os.path.exists("/etc/services")
    equal("0.0.0.0:domain" in text, known, "a service")
    equal("0.0.0.0:icmp" in text, True, "a protocol")
    if known:
        equal([o["local address:port"] for o in
               objects("-an", "sport", "=", ":domain")], [ANY], "by name")


@check("queues, and -m: memory and drops")
def _():
    with NS:
        XSock().sendto(b"x" * 100, "127.0.0.1", 5000)
    fields = sock("-anm", "sport", "=", ":5000")
    equal(int(fields[1].split()[2]) > 100, True, "Recv-Q")
    found = re.fullmatch(r"\t skmem:\(r(\d+),rb(\d+),t(\d+),tb(\d+),f(\d+),"
                         r"w(\d+),o(\d+),bl(\d+),d(\d+)\)", fields[2])
    equal(found and found.group(1), fields[1].split()[2], "r of skmem")
    equal(int(found.group(2)), SOCKS["one"].sock.getsockopt(
        socket.SOL_SOCKET, socket.SO_RCVBUF), "rb of skmem")
    with NS:
        lines = command("xip", "-o", "sock", "-anm", "sport", "=",
                        ":5000").splitlines()
    equal((len(lines), " skmem:(r" in lines[1]), (2, True), "-o: one line")
    memory = objects("-anm", "sport", "=", ":5000")[0]["skmem"]
    equal(sorted(memory), sorted("r rb t tb f w o bl d".split()), "keys")
    SOCKS["one"].pending()


@check("-e: user, inode, cookie, mark, ways that are shut")
def _():
    SOCKS["conn"].option(socket.SOL_SOCKET, 36, 0x17)
    SOCKS["conn"].option(socket.SOL_IP, socket.IP_TOS, 0x28)
    ino = os.fstat(SOCKS["conn"].sock.fileno()).st_ino
    cookie = int.from_bytes(SOCKS["conn"].sock.getsockopt(
        socket.SOL_SOCKET, 57, 8), "little")
    line = sock("-ne", "dport", "=", ":53")[1]
    equal(line.split()[6:], ["ino:%d" % ino, "sk:%x" % cookie, "fwmark:0x17",
                             "tos:0x28", "<->"], "fields")
    SOCKS["conn"].sock.shutdown(socket.SHUT_RD)
    equal(sock("-ne", "dport", "=", ":53")[1].split()[-1], "-->", "arrow")
    one = objects("-ne", "dport", "=", ":53")[0]
    equal([one[k] for k in ("uid", "ino", "sk", "fwmark", "tos", "shutdown")],
          [0, ino, cookie, 0x17, 0x28, 1], "JSON")


@check("-p: processes, by name, number and descriptor")
def _():
    fd = SOCKS["any"].sock.fileno()
    with open("/proc/self/comm", encoding="ascii") as comm:
        name = comm.read().strip()
    equal(sock("-anp", "sport", "=", ":53")[1].split(None, 6)[6],
          'users:(("%s",pid=%d,fd=%d))' % (name, os.getpid(), fd), "one")
    other = os.dup(fd)
    equal(objects("-anp", "sport", "=", ":53")[0]["process"],
          [{"name": name, "pid": os.getpid(), "fd": n} for n in (fd, other)],
          "two descriptors")
    os.close(other)
    child = subprocess.Popen(["sleep", "1000"], pass_fds=[fd])
    xlab.until(lambda: "sleep" in [
        p["name"] for p in objects("-anp", "sport", "=", ":53")[0]["process"]],
        "the child is shown")
    child.kill()
    child.wait()


@check("-p: the name of a process does not play with the terminal")
def _():
    with open("/proc/self/comm", "r+", encoding="ascii") as comm:
        name = comm.read().strip()
        comm.seek(0)
        comm.write("a\033[2J\"b")
        comm.flush()
        line = sock("-anp", "sport", "=", ":53")[1]
        equal("\033" in line, False, "an escape")
        found = objects("-anp", "sport", "=", ":53")[0]["process"][0]["name"]
        equal(found, "a\033[2J\"b", "JSON")
        comm.seek(0)
        comm.write(name)


@check("-N: the columns of netstat -an")
def _():
    lines = sock("-N")
    equal(lines[1].split("  ")[0], "Proto Recv-Q Send-Q Local Address",
          "heading")
    got = sorted(line.split() for line in lines[2:])
    equal(got, sorted([
        ["udp", "0", "0", "0.0.0.0:53", "0.0.0.0:*"],
        ["udp", "0", "0", "127.0.0.1%lo:5000", "0.0.0.0:*"],
        ["udp", "0", "0", "127.0.0.1:40000", "127.0.0.2:53", "ESTABLISHED"],
        ["icmp", "0", "0", "127.0.0.1:77", "0.0.0.0:*"],
        ["raw", "0", "0", "0.0.0.0:1", "0.0.0.0:*", "7"],
        ["raw", "0", "0", "127.0.0.1:200", "127.0.0.3:*", "1"],
    ]), "lines")


@check("JSON: ss's columns in lower case, and the parts of the addresses")
def _():
    equal(objects("-n", "udp"), [{
        "netid": "udp", "state": "ESTAB", "recv-q": 0, "send-q": 0,
        "local address:port": "127.0.0.1:40000",
        "peer address:port": "127.0.0.2:53",
        "src": "127.0.0.1", "sport": 40000, "dst": "127.0.0.2", "dport": 53,
    }], "object")
    equal(objects("dport", "=", ":1"), [], "none")
    equal(objects("-a", "dev", "lo")[0]["dev"], "lo", "device")


REFUSED = (
    ("an unknown word", "frob", '"frob" is unknown here'),
    ("a word like another", "dsport", 'did you mean "sport"?'),
    ("an unknown letter", "-aQ", '"-aQ" is unknown here'),
    ("an unknown state", "state open", '"open" is unknown here'),
    ("a state of TCP's", "state time-wait", '"time-wait" is unknown here'),
    ("no state", "state", "wants a value"),
    ("no state is left", "exclude all", "no state is left"),
    ("no port", "sport =", "wants a value"),
    ("a port beyond", "sport = :65536", "a port"),
    ("a port that is none", "sport = :nosuchservice", "a port"),
    ("an empty port", "sport = :", "a port"),
    ("an address that is none", "src 10.9.0", "ADDRESS"),
    ("a prefix beyond", "src 10.9.0.0/33", "ADDRESS"),
    ("an address too long", "src " + "1" * 100, 'no value of "src"'),
    ("an address with a port beyond", "dst 10.9.0.1:70000", "a port"),
    ("an address that is less", "dst < 10.9.0.1", "only"),
    ("a device that is none", "dev nosuch", "unknown device"),
    ("too many conditions", "sport 1 " * 129, "too many"),
    ("too many brackets", "( " * 33, "too deep"),
    ("nothing behind or", "src 10.9.0.1 or", "ends too soon"),
    ("nothing behind not", "not", "ends too soon"),
    ("a bracket too few", "( sport 1", "not closed"),
    ("a bracket too many", "sport 1 )", "no bracket is open"),
    ("nothing in brackets", "( )", '")" is unknown here'),
    ("an option within", "sport 1 -n dport 2", '"-n" is unknown here'),
    ("a kind within", "sport 1 or udp", "ends too soon"),
    ("where", "-a sport = :53 or frob", "\n  sport = :53 or frob\n"
     "                 ^\n"),
    ("where, in a long one", "sport 1 " * 20 + "frob",
     "sport 1 frob\n" + " " * 62 + "^\n"),
)


@rows("refused: %s", REFUSED)
def _(words, why):
    said = refusal(*words.split())
    if why not in said:
        raise AssertionError("said %r, want %r" % (said, why))


@check("help, and the abbreviations")
def _():
    equal(sock("help")[0].startswith("Usage: xip sock"), True, "help")
    equal(sock("-a", "help")[0].startswith("Usage: xip sock"), True, "later")
    with NS:
        equal(len(command("xip", "so", "sh", "-a").splitlines()), 7, "so")
        equal(len(command("xip", "socket", "list", "-a").splitlines()), 7,
              "socket")


@check("a user without privileges sees sockets, but no processes of others")
def _():
    with NS:
        done = subprocess.run(
            ["xip", "-j", "sock", "-anpe", "sport", "=", ":53"], text=True,
            capture_output=True, check=False, user=65534, group=65534,
            extra_groups=[])
    equal(done.stderr, "", "standard error")
    found = json.loads(done.stdout)
    equal([(o["local address:port"], o["process"]) for o in found],
          [(ANY, [])], "what is seen")


@check("a table of 900 sockets")
def _():
    many = xlab.Ns("many")
    with many:
        held = [XSock("127.0.0.1", 10000 + i) for i in range(900)]
        text = command("xip", "sock", "-an")
        found = json.loads(command("xip", "-j", "sock", "-an"))
    equal(len(text.splitlines()), 901, "lines")
    equal(sorted(o["sport"] for o in found), list(range(10000, 10900)), "ports")
    for one in held:
        one.close()


if __name__ == "__main__":
    xlab.need()
    ktap.run(setup)
