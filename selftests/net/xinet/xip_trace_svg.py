#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""xip trace --svg: the picture of journeys, and the file that it goes to.

	client ── router (masquerades) ── server

Two of the namespaces have names that would be markup, and so has a device.
"""
import os
import subprocess
import xml.etree.ElementTree as ET

import ktap
from ktap import check
from xlab import client_router_server, command, equal, need, until

CLIENT, SERVER, GATE = "10.1.0.2", "10.3.0.2", "10.3.0.1"
NAMES = ("client", 'r<o>&"ut\'er', "se\x1brver")
DEVICE = 'a<b&"c'
REPO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../..")
SVG = "{http://www.w3.org/2000/svg}"
PATH = "/tmp/picture.svg"
client = router = server = near = far = None


def setup():
    global client, router, server, near, far
    client, router, server = client_router_server()
    os.makedirs("/run/netns", exist_ok=True)
    for ns, name in zip((client, router, server), NAMES):
        with open("/run/netns/" + name, "w", encoding="ascii"):
            pass
        command("mount", "--bind", ns.path, "/run/netns/" + name)
    with router:
        command("ip", "link", "set", "r1", "down")
        command("ip", "link", "set", "r1", "name", DEVICE)
        command("ip", "link", "set", DEVICE, "up")
        command("xip", "nat", "add", "postrouting", "oif", DEVICE,
                "masquerade")
    near, far = client.udp(CLIENT, 5000), server.udp(SERVER, 7000)
    talk()
    router.xip("conntrack flush")


def talk():
    """There and back."""
    near.sendto(b"there", SERVER, 7000)
    _, addr, port = far.recvfrom()
    far.sendto(b"back", addr, port)
    equal(near.recv(), b"back", "answer")


def start(*words):
    """xip trace of a command that waits for a line; the command runs."""
    run = subprocess.Popen(
        ["xip", "trace", *words, "--", "sh", "-c", "echo ready; read line"],
        text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)
    equal(run.stdout.readline(), "ready\n", "the command")
    return run


def words(text):
    """What a text shows, without the tips in it."""
    return "".join(part.text or "" for part in text.iter()
                   if part.tag != SVG + "title")


class Picture:
    """What xip draws while `with` lasts."""

    def __init__(self, *words):
        self.run = start("--svg", PATH, *words)
        self.texts = self.root = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        _, err = self.run.communicate("go\n")
        equal((self.run.returncode, err), (0, ""), "xip trace")
        self.root = ET.parse(PATH).getroot()
        self.texts = [words(text) for text in self.root.iter(SVG + "text")]
        return False

    def has(self, *texts):
        """Each is a text of the picture, whole."""
        for text in texts:
            if text not in self.texts:
                raise AssertionError("no %r in %r" % (text, self.texts))

    def count(self, tag, word):
        """Elements that have the class."""
        return sum(word in element.get("class", "").split()
                   for element in self.root.iter(SVG + tag))


@check("a translated request and its reply: hosts, stages, rewrite, connection")
def translated():
    with Picture() as picture:
        talk()
    shown = [NAMES[0], NAMES[1], NAMES[2].replace("\x1b", "?")]
    title = "xip trace: %s → %s → %s" % tuple(shown)
    equal(picture.root.find(SVG + "title").text, title, "title")
    picture.has(title, *shown)
    picture.has("xip_local_out", "xip_rcv", "xip_forward", "xneigh_output",
                "xudp_rcv", "PRE_ROUTING", "xnf_conntrack_in", "POST_ROUTING",
                "request", "reply", "delivered")
    picture.has("udp %s:5000 > %s:7000" % (CLIENT, SERVER),
                "src %s:5000" % CLIENT, "→ %s:5000" % GATE,
                "dst %s:5000" % GATE, "→ %s:5000" % CLIENT)
    ids = {t.split()[1] for t in picture.texts if t.startswith("ct ")}
    states = {t.split()[2] for t in picture.texts if t.startswith("ct ")}
    equal(len(ids), 1, "connections")
    equal(states, {"NEW", "confirmed", "ESTABLISHED", "replied"}, "states")
    equal([picture.count("g", "request"), picture.count("g", "reply")], [3, 2],
          "journeys, and the legend")
    equal(picture.count("rect", "natbox"), 3, "rewrites, and the legend")


@check("every link leads to a file and a paragraph of the repository")
def links():
    targets = {a.get("href") for a in ET.parse(PATH).getroot().iter(SVG + "a")}
    for target in targets:
        path, _, anchor = target.partition("#")
        with open(os.path.join(REPO, path), encoding="utf-8") as file:
            if anchor and ".. _%s:" % anchor not in file.read():
                raise AssertionError("no " + target)
    if len(targets) < 20:
        raise AssertionError(targets)


@check("names of devices and namespaces cannot become markup")
def hostile():
    with open(PATH, encoding="utf-8") as file:
        text = file.read()
    if "\x1b" in text or "<b&" in text:
        raise AssertionError("not escaped")
    with Picture("--base", 'x"<y/') as picture:
        talk()
    equal({a.get("href")[:5] for a in picture.root.iter(SVG + "a")},
          {'x"<y/'}, "base")
    picture.has(DEVICE)
    if not any(DEVICE in "".join(t.itertext())
               for t in picture.root.iter(SVG + "title")):
        raise AssertionError("device in no tip")


@check("fragments, by thinner lines; a drop: cross, reason, what to do")
def fragments():
    near.option(0, 10, 0)
    with Picture() as picture:
        near.sendto(bytes(3000), SERVER, 7000)
        far.recv()
        near.sendto(b"x", SERVER, 7777)
        until(lambda: server.snmp().get("Udp.NoPorts"), "the drop")
    near.option(0, 10, 1)
    text = "\n".join(picture.texts)
    equal([text.count("cut at %d" % at) for at in (0, 1480, 2960)], [2, 2, 2],
          "cuts")
    equal(text.count("· kept"), 6, "kept")
    equal(picture.texts.count("whole again, 3028 B"), 2, "whole")
    # branch, wire and merge of six, and the legend's
    equal(picture.count("path", "thin"), 19, "thin lines")
    picture.has("dropped", "dropped: NoSocket", "in xudp_no_port",
                "ICMP error")
    for start in ("No program on that host", "about #"):
        if not any(t.startswith(start) for t in picture.texts):
            raise AssertionError(picture.texts)
    equal(picture.count("path", "cross"), 2, "crosses, and the legend")


@check("many: alike are counted with the first, others at the end")
def many():
    with Picture("dport", "7000") as picture:
        for size in (1, 1, 1, *range(2, 12)):
            near.sendto(bytes(size), SERVER, 7000)
            far.recv()
    equal(sum("2 more went the same way" in t for t in picture.texts), 1,
          "alike")
    equal(sum("and 3 more journeys" in t for t in picture.texts), 1, "others")
    equal(picture.count("rect", "stripe"), 8, "drawn")


@check("a route that was not found is a picture, too")
def little():
    sock = server.udp()
    server.xip("route del default")
    with Picture("dst", "10.99.0.1") as picture:
        try:
            sock.sendto(b"x", "10.99.0.1", 9)
        except OSError:
            pass
    server.xip("route add default via " + GATE)
    sock.close()
    picture.has("no packet", "no route: Network is unreachable")


@check("the file: refused before the command runs; whole or as it was")
def refused():
    os.makedirs("/tmp/dir", exist_ok=True)
    for path, says in (("/tmp/dir", "Is a directory"),
                       ("/tmp/dir/none/x", "No such file"),
                       ("/proc/nothing", "No such file"), ("", "")):
        done = subprocess.run(["xip", "trace", "--svg", path, "--", "touch",
                               "/tmp/dir/ran"], text=True, check=False,
                              capture_output=True)
        equal(done.returncode, 2, path)
        if says not in done.stderr or not done.stderr.startswith("Error: "):
            raise AssertionError(done.stderr)
    equal(os.listdir("/tmp/dir"), [], "left behind")


@check("the file: mode by umask, an old one's kept, through a link, a device")
def file():
    old = os.umask(0o027)
    start("--svg", "/tmp/dir/new").communicate("go\n")
    os.umask(old)
    equal(os.stat("/tmp/dir/new").st_mode & 0o777, 0o640, "mode")
    equal(len(list(ET.parse("/tmp/dir/new").getroot().iter(SVG + "a"))), 0,
          "links in a picture of nothing")
    size = os.stat("/tmp/dir/new").st_size
    with open("/tmp/dir/new", "w", encoding="ascii"):
        os.chmod("/tmp/dir/new", 0o604)
    os.symlink("new", "/tmp/dir/link")
    start("--svg", "/tmp/dir/link").communicate("go\n")
    done = os.stat("/tmp/dir/new")
    equal((done.st_mode & 0o777, done.st_size), (0o604, size), "old one")
    equal(sorted(os.listdir("/tmp/dir")), ["link", "new"], "left behind")
    run = start("--svg", "/dev/full")
    _, err = run.communicate("go\n")
    equal(run.returncode, 2, "a full device")
    if "No space" not in err:
        raise AssertionError(err)


need()
ktap.run(setup)
