#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""xip trace and what happens to it: killed, twice, refused, the module gone;
and what events say of a packet's beginning and end.

	client ── router ── server
"""
import json
import os
import re
import socket
import struct
import subprocess

import ktap
from ktap import check
from xlab import client_router_server, command, equal, need, until
from xtrace import TRACEFS

CLIENT, SERVER = "10.1.0.2", "10.3.0.2"
SO_COOKIE = 57
# the functions that the way of a packet is drawn with, through a router
DRAWN = {"xudp_sendmsg": 1, "xudp_send_skb": 1, "xip_send_skb": 1,
         "xip_local_out": 1, "xip_output": 2, "xip_finish_output": 2,
         "xip_finish_output2": 2, "xneigh_output": 2, "xip_rcv": 2,
         "xip_rcv_finish": 2, "xip_route_input": 2, "xip_forward": 1,
         "xip_forward_finish": 1, "xip_local_deliver": 1,
         "xip_local_deliver_finish": 1, "xudp_rcv": 1}

client = router = server = near = far = None


def setup():
    global client, router, server, near, far
    need()
    client, router, server = client_router_server()
    near, far = client.udp(CLIENT, 5000), server.udp(SERVER, 7000)
    talk()


def talk():
    """There, not back."""
    near.sendto(b"there", SERVER, 7000)
    equal(far.recv(), b"there", "datagram")


def put(path, value):
    """Write to a file of tracefs."""
    with open(os.path.join(TRACEFS, path), "w", encoding="ascii") as knob:
        knob.write(value)


def get(path):
    """Read one."""
    with open(os.path.join(TRACEFS, path), encoding="ascii") as file:
        return file.read()


def instances():
    """Those that xip made."""
    return sorted(name for name in os.listdir(TRACEFS + "/instances")
                  if name.startswith("xip-"))


def begin(*words):
    """xip trace, tracing."""
    run = subprocess.Popen(
        ["xip", "trace", "-j", *words, "--", "sh", "-c",
         "echo ready >&2; read line"], text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    equal(run.stderr.readline(), "ready\n", "the command")
    return run


def end(run):
    """Its journeys."""
    out, err = run.communicate("go\n")
    equal((run.returncode, err), (0, ""), "xip")
    return json.loads(out)


def refused(says, *words, **how):
    """Run it; it fails with these words, and no more than a line."""
    done = subprocess.run([*words, "xip", "trace", "--", "echo", "ran"],
                          text=True, check=False, capture_output=True, **how)
    if done.returncode != 2 or says not in done.stderr or done.stdout or \
            done.stderr.count("\n") != 1:
        raise AssertionError(done)


@check("an ICMP error names the packet that it is about; a socket its cookie")
def cause():
    run = begin()
    talk()
    near.sendto(b"nobody", SERVER, 7777)
    until(lambda: client.snmp().get("Icmp.InDestUnreachs"), "the error")
    good, lost, error = end(run)
    equal([e["cause"] for e in error["events"] if "cause" in e],
          [lost["id"]], "cause")
    equal([e["text"] for e in error["events"] if "cause" in e],
          ["xip_local_out"], "where")
    said = [re.search(r"cookie=(\d+)", e["text"]).group(1)
            for e in good["events"] if e["event"] == "queue"]
    want = [str(struct.unpack("=Q", s.sock.getsockopt(
        socket.SOL_SOCKET, SO_COOKIE, 8))[0]) for s in (near, far, far)]
    equal(said, want, "cookies")


@check("killed, it leaves an instance behind; the next one takes it away")
def killed():
    run = begin()
    left = instances()
    run.kill()
    run.wait()
    equal((len(left), instances()), (1, left), "left behind")
    run = begin()
    equal(len(instances()), 1, "instances")
    equal(instances() == left, False, "the old one")
    talk()
    equal(len(end(run)), 1, "journeys")
    equal(instances(), [], "afterwards")


@check("two at once: both see all, and neither the other's end")
def two():
    one, other = begin(), begin("dport", "7000")
    equal(len(instances()), 2, "instances")
    talk()
    equal(len(end(one)), 1, "journeys of one")
    talk()
    equal(len(end(other)), 2, "journeys of the other")
    equal(instances(), [], "afterwards")


@check("not root, no tracefs: a line that says so, and no command is run")
def may_not():
    refused("takes root", user=65534)
    refused("takes root", "unshare", "-Ur", user=65534)
    refused("no tracefs", "unshare", "-m", "sh", "-c",
            "for fs in $(grep -oE ' /[^ ]* (tracefs|debugfs)' /proc/mounts |"
            " cut -d' ' -f2 | sort -r); do umount $fs; done;"
            "mount -t tmpfs tmpfs /sys/kernel; exec \"$@\"", "-")


@check("one datagram through a router, as ftrace counts functions")
def functions():
    put("set_ftrace_filter", "\n".join(DRAWN) + "\n")
    put("current_tracer", "function")
    put("trace", "")
    try:
        talk()
        lines = get("trace")
    finally:
        put("current_tracer", "nop")
        put("set_ftrace_filter", "\n")
    got = {name: len(re.findall(r": %s <-" % name, lines)) for name in DRAWN}
    equal(got, DRAWN, "hits")


@check("the module goes while xip reads")
def removed():
    run = begin()
    talk()
    near.close()
    far.close()
    done = subprocess.run(["rmmod", "xinet"], check=False, text=True,
                          capture_output=True)
    equal((done.returncode, done.stderr), (0, ""), "rmmod")
    equal(os.path.exists(TRACEFS + "/events/xinet"), False, "events left")
    journeys = end(run)
    equal([j["verdict"] for j in journeys], ["delivered"], "journeys")
    equal(instances(), [], "instances")
    refused("is xinet.ko loaded")
    command("insmod", os.environ["XINET_KO"])


if __name__ == "__main__":
    ktap.run(setup)
