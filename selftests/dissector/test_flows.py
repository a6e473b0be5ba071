#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""What Wireshark's own dissectors and statistics make of what XIP carries."""
import json
import os
import re
import shutil
import subprocess

from lab import (A, B, DIR, MAC_A, MAC_B, SLL, SLL2, TREE, equal, fields,
                 installed, need, pcap, pcapng, tshark)
from ktap import check, rows, run
from xinet_layers import XARP, XICMP, XIP, XTCP, XUDP, XEther

DATA_A, DATA_B = b"GET /x\r\n", b"no such thing\r\n"


def there(**words):
    return XEther(src=MAC_A, dst=MAC_B) / XIP(src=A, dst=B, **words)


def back(**words):
    return XEther(src=MAC_B, dst=MAC_A) / XIP(src=B, dst=A, **words)


def say(flags, seq, ack, data=b""):
    return there() / XTCP(sport=40000, dport=9999, flags=flags, seq=seq,
                          ack=ack) / data


def reply(flags, seq, ack, data=b""):
    return back() / XTCP(sport=9999, dport=40000, flags=flags, seq=seq,
                         ack=ack) / data


TCP = [say("S", 100, 0), reply("SA", 500, 101), say("A", 101, 501),
       say("PA", 101, 501, DATA_A), reply("A", 501, 109),
       reply("PA", 501, 109, DATA_B), say("A", 109, 516),
       say("FA", 109, 516), reply("FA", 516, 110), say("A", 110, 517)]
UDP = [there() / XUDP(sport=4000, dport=9998) / b"hello\n",
       back() / XUDP(sport=9998, dport=4000) / b"world\n",
       there() / XUDP(sport=4001, dport=9998) / b"another\n",
       # quotes the second conversation, and is no part of it
       back() / XICMP(type=3, code=3) / bytes(
           XIP(src=A, dst=B) / XUDP(sport=4001, dport=9998) / b"another\n")]
ECHO = [there() / XICMP(id=1, seq=1), back() / XICMP(type=0, id=1, seq=1)]
ARP = [XEther(src=MAC_A) / XARP(sha=MAC_A, spa=A, tpa=B)]
ALL = UDP + TCP + ECHO + ARP


def statistic(name, frames=None):
    return tshark(pcap(frames or ALL), "-q", "-z", name)


def find(pattern, text, what):
    if not re.search(pattern, text, re.M):
        raise AssertionError("%s: no %r in\n%s" % (what, pattern, text))


@check("conv,udp: two conversations; the quote in an error counts for none")
def conv_udp():
    text = statistic("conv,udp")
    find(r"^10\.9\.0\.1:4000 +<-> 10\.9\.0\.2:9998 +1 48 bytes +1 48 bytes +2",
         text, "the first")
    find(r"^10\.9\.0\.1:4001 +<-> 10\.9\.0\.2:9998 +0 0 bytes +1 50 bytes +1",
         text, "the second")
    equal(text.count("<->"), 2, "conversations")


@check("conv,tcp: one conversation, ten segments")
def conv_tcp():
    text = statistic("conv,tcp")
    find(r"^10\.9\.0\.1:40000 +<-> 10\.9\.0\.2:9999 +4 \d+ bytes +6 \d+ bytes "
         r"+10 ", text, "it")


@check("follow,udp shows both ends' data")
def follow_udp():
    text = statistic("follow,udp,ascii,0")
    find(r"Node 0: 10\.9\.0\.1:4000\nNode 1: 10\.9\.0\.2:9998\n6\nhello\n\n"
         r"\t6\nworld", text, "data")


@check("follow,tcp shows both ends' data")
def follow_tcp():
    text = statistic("follow,tcp,ascii,0").replace("\r", "")
    find(r"Node 0: 10\.9\.0\.1:40000\nNode 1: 10\.9\.0\.2:9999\n8\nGET /x\n\n"
         r"\t15\nno such thing", text, "data")


@check("follow,tcp: a segment twice is shown once, two out of order in order")
def follow_order():
    first, second = say("PA", 101, 501, b"first "), \
        say("PA", 107, 501, b"second")
    frames = TCP[:3] + [second, first, first]
    text = statistic("follow,tcp,raw,0", frames)
    data = "".join(re.findall(r"^[0-9a-f]+$", text, re.M))
    equal(bytes.fromhex(data), b"first second", "data")


@check("expert: a retransmission and a lost segment are seen")
def expert():
    lost = say("PA", 2000, 501, b"far away")
    text = statistic("expert", TCP[:4] + [TCP[3], lost])
    find("retransmission", text, "expert")
    find("Previous segment", text, "expert")


@check("expert: a clean capture has no error and no warning")
def clean():
    text = statistic("expert")
    equal(re.findall(r"^(Errors|Warns)", text, re.M), [], text)


@check("io,phs: the protocols lie on XIP")
def hierarchy():
    lines = re.findall(r"^( *)(\w+) +frames:(\d+)", statistic("io,phs"), re.M)
    counts = {name: int(count) for _, name, count in lines
              if name != "data"}
    equal({name: counts.get(name)
           for name in ("xinet", "udp", "tcp", "xicmp", "xarp")},
          {"xinet": len(ALL) - 1, "udp": 3, "tcp": len(TCP), "xicmp": 3,
           "xarp": 1}, "frames")
    deep = {name: len(space) for space, name, _ in lines}
    equal(deep["udp"] > deep["xinet"] and deep["tcp"] > deep["xinet"], True,
          "depth")


@check("checksums of UDP and TCP over the pseudo-header: good, bad, none")
def checksums():
    frames = [UDP[0], there() / XUDP(sport=1, dport=2, chksum=7) / b"x",
              there() / XUDP(sport=1, dport=2, chksum=0) / b"x", TCP[3],
              there() / XTCP(sport=1, dport=2, chksum=7)]
    got = fields(pcap(frames), ["udp.checksum.status", "tcp.checksum.status"],
                 "-o", "udp.check_checksum:TRUE", "-o",
                 "tcp.check_checksum:TRUE")
    equal([list(row.values()) for row in got],
          [[["1"]], [["0"]], [["3"]], [["1"]], [["0"]]], "status")


@check("addresses in the columns, and by name of the field")
def columns():
    text = tshark(pcap(UDP[:1] + ARP), "-T", "fields", "-e", "_ws.col.Source",
                  "-e", "_ws.col.Destination", "-e", "_ws.col.Protocol")
    equal(text.splitlines(), ["10.9.0.1\t10.9.0.2\tUDP",
                              MAC_A + "\tff:ff:ff:ff:ff:ff\tXARP"], "columns")


FILTERS = [
    ("xinet", 16), ("xarp", 1), ("xicmp", 3), ("udp && xip.src == 10.9.0.1", 2),
    ("xip.addr == 10.9.0.0/24", 16), ("xip.addr == 10.9.1.0/24", 0),
    ("xip.dst == 10.9.0.1 && tcp", 4), ("tcp.flags.syn == 1 && xinet", 2),
    ("xicmp.quote.srcport == 4001", 1), ("xip.proto == 17", 4),
    ("xip.flags.df == 1", 0), ("xicmp.type == 8", 1),
    ("xarp.dst.proto_xip == 10.9.0.2", 1), ("udp.port == 4001", 1),
    ("xip.checksum.status == \"Good\"", 16),
]


@rows("display filter: %s", [(row[0], *row) for row in FILTERS])
def display_filter(words, want):
    text = tshark(pcap(ALL), "-Y", words)
    equal(len(text.splitlines()), want, "frames")


@check("an application is found by its port: DNS")
def application():
    query = bytes.fromhex("1234010000010000000000000378696e0000010001")
    got = fields(pcap([there() / XUDP(sport=4000, dport=53) / query]),
                 ["dns.qry.name"])
    equal(got, [{"dns.qry.name": ["xin"]}], "query")


@check("cooked captures, of tcpdump -i any")
def cooked():
    packet = bytes(UDP[0])[14:]
    frame = bytes(2) + b"\0\1\0\6" + bytes(8) + b"\x88\xb5" + packet
    frame2 = b"\x88\xb5" + bytes(2) + b"\0\0\0\1\0\1\0\6" + bytes(8) + packet
    for link, frame in ((SLL, frame), (SLL2, frame2)):
        equal(fields(pcap([frame], link=link), ["xip.src", "udp.dstport"]),
              [{"xip.src": [A], "udp.dstport": ["9998"]}], "link %d" % link)


@check("802.1Q")
def vlan():
    frame = bytes(UDP[0])
    frame = frame[:12] + b"\x81\0\0\5" + frame[12:]
    equal(fields(pcap([frame]), ["vlan.id", "xip.src", "udp.dstport"]),
          [{"vlan.id": ["5"], "xip.src": [A], "udp.dstport": ["9998"]}], "it")


@check("a ping seen on both sides of a router: each reply to its own request")
def twice():
    frames = [ECHO[0], ECHO[0], ECHO[1], ECHO[1]]
    got = fields(pcapng(list(zip((0, 1, 1, 0), frames))),
                 ["xicmp.resp_in", "xicmp.resp_to"], "-2")
    equal([list(row.values()) for row in got],
          [[["4"]], [["3"]], [["2"]], [["1"]]], "frames")


@check("JSON and PDML can be read")
def machine():
    path = pcap(ALL)
    equal(len(json.loads(tshark(path, "-T", "json"))), len(ALL), "packets")
    find("<proto name=\"xinet\"", tshark(path, "-T", "pdml"), "PDML")


@check("installed for one user, it is found by itself")
def personal():
    home = installed(DIR.name + "/user")
    text = tshark(pcap(UDP[:1]), plugin=None, home=home)
    find("10.9.0.1 . 10.9.0.2 +UDP", text, "summary")


@check("make install puts it where all users have it")
def for_all():
    # what make would run, without building a kernel module
    todo = subprocess.run(
        ["make", "-C", TREE, "--dry-run", "--no-print-directory", "install",
         "DESTDIR=" + DIR.name + "/root", "WIRESHARK=/plugins"],
        text=True, capture_output=True, check=True).stdout
    script = todo[todo.index("cd tools/wireshark"):]
    script = script[:script.index("done") + 4]
    subprocess.run(["sh", "-ec", script], cwd=TREE, check=True,
                   stdout=subprocess.DEVNULL)
    home = DIR.name + "/all"
    os.makedirs(home + "/.local/lib/wireshark")
    shutil.copytree(DIR.name + "/root/plugins",
                    home + "/.local/lib/wireshark/plugins")
    text = tshark(pcap(UDP[:1]), plugin=None, home=home)
    find("10.9.0.1 . 10.9.0.2 +UDP", text, "summary")


@check("an ordinary user, who is not root")
def ordinary():
    if os.geteuid():
        return      # every check was that
    home = installed(DIR.name + "/nobody")
    path = pcap(UDP[:1])
    subprocess.run(["chmod", "-R", "a+rX", DIR.name], check=True)
    text = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
         "tshark", "-n", "-r", path], env={**os.environ, "HOME": home},
        text=True, capture_output=True, check=True).stdout
    find("10.9.0.1 . 10.9.0.2 +UDP", text, "summary")


if __name__ == "__main__":
    need("tshark")
    run()
