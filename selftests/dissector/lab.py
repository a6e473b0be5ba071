# SPDX-License-Identifier: GPL-2.0
"""What the tests of the dissector are made of: captures, and tshark's word.

Captures are written here, byte by byte; what is in them is made by scapy's
layers of tools/scapy. tshark runs with the plugin from the tree and without
anybody's preferences.
"""
import os
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [TREE + "/selftests/net/xinet", TREE + "/tools/scapy"]
# pylint: disable=wrong-import-position
import ktap                                                 # noqa: E402
from xinet_layers import XIP                                # noqa: E402

PLUGIN = TREE + "/tools/wireshark/xinet.lua"
A, B = "10.9.0.1", "10.9.0.2"
MAC_A, MAC_B = "02:00:00:00:00:01", "02:00:00:00:00:02"
DIR = tempfile.TemporaryDirectory()
OURS = ("xinet", "xicmp", "xarp")

ETHERNET, SLL, SLL2 = 1, 113, 276


def need(*programs):
    """Skip the program where this machine lacks one of these."""
    for name in programs:
        if not shutil.which(name):
            ktap.skip("no " + name)


def equal(got, want, what=""):
    """Fail unless both are the same, and say what they are."""
    if got != want:
        raise AssertionError("%s: got %r, want %r" % (what, got, want))


def _write(name, data):
    path = os.path.join(DIR.name, name)
    with open(path, "wb") as file:
        file.write(data)
    return path


def pcap(frames, name="a.pcap", snap=None, link=ETHERNET, times=None):
    """
    A capture; @snap cuts its frames (a number, or one each), @times are
    seconds, one each. Returns its path.
    """
    out = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, link)
    for i, frame in enumerate(frames):
        frame = bytes(frame)
        kept = frame[:snap[i] if isinstance(snap, list) else snap]
        when = times[i] if times else i / 1000
        out += struct.pack("<IIII", int(when), int(when % 1 * 1000000 + .5),
                           len(kept), len(frame)) + kept
    return _write(name, out)


def _block(kind, body):
    body += b"\0" * (-len(body) % 4)
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size


def pcapng(frames, name="a.pcapng", interfaces=2):
    """A capture of several interfaces: (number of the interface, frame)."""
    out = _block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))
    for _ in range(interfaces):
        out += _block(1, struct.pack("<HHI", ETHERNET, 0, 262144))
    for i, (number, frame) in enumerate(frames):
        frame = bytes(frame)
        out += _block(6, struct.pack("<IIIII", number, 0, i * 1000, len(frame),
                                     len(frame)) + frame)
    return _write(name, out)


def tshark(path, *words, plugin=PLUGIN, home=None, status=0):
    """What tshark prints about a capture; its complaints fail the test."""
    # its own directory of preferences, so that nobody's own are read
    env = {**os.environ, "HOME": home or DIR.name, "TZ": "UTC",
           "XDG_CONFIG_HOME": DIR.name + "/none"}
    load = ["-X", "lua_script:" + plugin] if plugin else []
    done = subprocess.run(["tshark", *load, "-n", "-r", path, *words], env=env,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=120, check=False)
    out, err = (text.decode("utf-8", "replace")
                for text in (done.stdout, done.stderr))
    equal(done.returncode, status, "tshark's exit status: " + err)
    for trouble in ("Lua Error", "Dissector bug", "tshark: Lua"):
        if trouble in out + err:
            at = (out + err).index(trouble)
            raise AssertionError((out + err)[max(0, at - 300):at + 500])
    return out


def installed(home):
    """Put the plugin where an ordinary user has it; returns the home."""
    plugins = home + "/.local/lib/wireshark/plugins"
    shutil.copytree(TREE + "/tools/wireshark", plugins)
    return home


def known():
    """(names of all fields that the plugin has, names of its experts)."""
    if not KNOWN:
        home = installed(DIR.name + "/known")
        # where -G is, it is the first word and no script can be named
        text = subprocess.run(["tshark", "-G", "fields"], text=True, check=True,
                              env={**os.environ, "HOME": home},
                              capture_output=True).stdout
        rows = [line.split("\t") for line in text.splitlines()]
        rows = [row for row in rows if row[0] == "F" and row[4] in OURS]
        # another protocol of Wireshark's has a field of that name too
        KNOWN.extend(([row[2] for row in rows if row[3] != "FT_NONE"] +
                      ["xip.version"],
                      [row[2] for row in rows if row[3] == "FT_NONE"]))
    return KNOWN


KNOWN = []


def fields(path, names, *words):
    """[{field: [value, …]}] for each frame; without those that it lacks."""
    asked = [word for name in names for word in ("-e", name)]
    text = tshark(path, "-T", "fields", "-E", "separator=/t", "-E",
                  "aggregator=;", *asked, *words)
    return [{name: value.split(";")
             for name, value in zip(names, line.split("\t")) if value}
            for line in text.splitlines()]


def experts(path, *words):
    """Names of the experts that each frame has, of our protocols."""
    return [sorted(row) for row in fields(path, known()[1], *words)]


def values(text):
    """{"a": [1], …} as tshark prints it: a table's words to lists."""
    return {name: [str(one) for one in
                   (value if isinstance(value, list) else [value])]
            for name, value in text.items()}


def header(frame, packet=XIP):
    """What the plugin must say of a XIP header, as scapy understands it."""
    p = frame[packet]
    flags = int(p.flags)
    return values({
        "xip.version": p.version, "xip.hdr_len": p.ihl * 4,
        "xip.dsfield": "0x%02x" % p.tos, "xip.dsfield.dscp": p.tos >> 2,
        "xip.dsfield.ecn": p.tos & 3, "xip.len": p.len,
        "xip.id": "0x%04x" % p.id,
        "xip.flags": "0x%02x" % flags,
        "xip.flags.rb": flags >> 2, "xip.flags.df": flags >> 1 & 1,
        "xip.flags.mf": flags & 1, "xip.frag_offset": p.frag * 8,
        "xip.ttl": p.ttl, "xip.proto": p.proto,
        "xip.checksum": "0x%04x" % p.chksum, "xip.checksum.status": 1,
        "xip.src": p.src, "xip.dst": p.dst, "xip.addr": [p.src, p.dst],
    })


def differ(got, want, what):
    """Fail with the fields that are not as they should be."""
    wrong = ["%s: got %r, want %r" % (name, got.get(name), want.get(name))
             for name in sorted({*got, *want})
             if got.get(name) != want.get(name)]
    if wrong:
        raise AssertionError("%s: %s" % (what, "; ".join(wrong)))
