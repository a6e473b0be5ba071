#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0
"""xip trace under load: no event is lost, or it says how many and where.

	client ── router ── server	one flow; xpace sends it by the clock

What the kernel wrote is counted beside it by histograms, in an instance of
tracefs that holds no events. XINET_LOAD=SECONDS makes the first check longer.
"""
import os
import re
import signal
import subprocess
import time

import ktap
from ktap import check
from xlab import client_router_server, equal, need, until
from xtrace import EVENTS, TRACEFS

CLIENT, SERVER = "10.1.0.2", "10.3.0.2"
RATE = 2000
SECONDS = float(os.environ.get("XINET_LOAD") or 1)
COUNTER = TRACEFS + "/instances/xinet-count"
XPACE = os.path.join(os.environ.get("XINET_BIN", ""), "xpace")
# each step of the way through three namespaces, by its first word
STEPS = """sent out xip_local_out xip_output xip_finish_output xneigh_output known
    xip_rcv xip_rcv_finish in xip_forward xip_forward_finish xip_output
    xip_finish_output xneigh_output known
    xip_rcv xip_rcv_finish in xip_local_deliver xip_local_deliver_finish
    xudp_rcv queued read""".split()

near = far = None


def put(path, value):
    """Write to a file of tracefs."""
    with open(path, "w", encoding="ascii") as knob:
        knob.write(value)


def get(path):
    """Read one."""
    with open(path, encoding="ascii") as file:
        return file.read()


def setup():
    global near, far
    need()
    if not os.path.exists(XPACE):
        ktap.skip("no xpace: set XINET_BIN")
    client, _, server = client_router_server()
    near, far = client.udp(CLIENT, 5000), server.udp(SERVER, 7000)
    near.connect(SERVER, 7000)
    near.send(b"warm")
    far.recv()
    os.mkdir(COUNTER)


def count(on):
    """Count all events from now on, or no more."""
    for event in EVENTS:
        put("%s/events/xinet/xinet_%s/trigger" % (COUNTER, event),
            ("" if on else "!") + "hist:keys=netns")


def counted():
    """Events that the kernel wrote since count(True)."""
    total = 0
    for event in EVENTS:
        text = get("%s/events/xinet/xinet_%s/hist" % (COUNTER, event))
        total += int(re.search(r"Hits: (\d+)", text).group(1))
        equal(re.search(r"Dropped: (\d+)", text).group(1), "0", "histogram")
    return total


def pace(packets, rate=RATE):
    """Send them; the rate that it came to."""
    done = subprocess.run(
        [XPACE, str(rate), str(packets), str(near.sock.fileno()),
         str(far.sock.fileno())], text=True, check=True, capture_output=True,
        pass_fds=(near.sock.fileno(), far.sock.fileno()))
    sent, arrived, usec = map(int, done.stdout.split())
    equal((sent, arrived), (packets, packets), "sent and arrived")
    return sent * 1e6 / usec


class Tracer:
    """xip trace while `with` lasts; its journeys and its words afterwards."""

    def __enter__(self):
        self.run = subprocess.Popen(
            ["xip", "trace", "-j", "--", "sh", "-c",
             "echo ready >&2; read line"], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.dir = "%s/instances/xip-%d" % (TRACEFS, self.run.pid)
        equal(self.run.stderr.readline(), "ready\n", "the command")
        count(True)
        return self

    def __exit__(self, *_):
        self.written = counted()
        out, self.err = self.run.communicate("go\n")
        count(False)
        equal(self.run.returncode, 0, "exit status: " + self.err)
        # there are too many to have them parsed
        self.journeys = out.split('"verdict"')[1:]
        self.seen = out.count('"nsec"')
        return False

    def waiting(self):
        """Events in the buffer that xip has not read."""
        return sum(int(re.search(r"^entries: (\d+)", get(
            "%s/per_cpu/%s/stats" % (self.dir, cpu)), re.M).group(1))
                   for cpu in os.listdir(self.dir + "/per_cpu"))


def steps(journey):
    """The first words of its events."""
    return re.findall(r'"text": *"([^ "]*)', journey)


@check("%d packets a second for %g s: each with each of its events" %
       (RATE, SECONDS))
def whole():
    with Tracer() as tracer:
        rate = pace(int(RATE * SECONDS))
    print("# %d packets a second, %d events a second" %
          (rate, rate * len(STEPS)))
    equal(tracer.err, "", "stderr")
    equal((tracer.seen, tracer.written), (len(STEPS) * int(RATE * SECONDS),) *
          2, "events: seen, written")
    equal(len(tracer.journeys), int(RATE * SECONDS), "journeys")
    for journey in tracer.journeys:
        equal(steps(journey), STEPS, "steps")
        equal((journey.split('"')[1], '"incomplete"' in journey),
              ("delivered", False), "verdict")


@check("a buffer that is too small: the loss it reports is the loss")
def overload():
    with Tracer() as tracer:
        put(tracer.dir + "/buffer_size_kb", "64")
        pace(20)
        quiet = time.monotonic() + 0.3      # xip believes in 0.1 s
        until(lambda: not tracer.waiting() and time.monotonic() > quiet,
              "all are read")
        tracer.run.send_signal(signal.SIGSTOP)
        pace(400)
        tracer.run.send_signal(signal.SIGCONT)
        until(lambda: not tracer.waiting(), "all are read")
        pace(20)
    lost = int(re.match(r"Warning: (\d+) events were lost",
                        tracer.err).group(1))
    equal(tracer.written, 440 * len(STEPS), "events written")
    equal(lost, tracer.written - tracer.seen, "events lost")
    print("# %d of %d events lost" % (lost, tracer.written))
    for journey in tracer.journeys:
        if steps(journey) != STEPS and '"incomplete"' not in journey:
            raise AssertionError("said to be whole: " + journey)
    marked = ['"incomplete"' in j for j in tracer.journeys]
    equal(marked[:20] + marked[-20:], [False] * 40, "those that are whole")
    equal(True in marked, True, "some are not")


def cleanup():
    """Nothing stays in tracefs."""
    if os.path.exists(COUNTER):
        os.rmdir(COUNTER)


if __name__ == "__main__":
    try:
        ktap.run(setup)
    finally:
        cleanup()
