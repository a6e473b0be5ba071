# SPDX-License-Identifier: GPL-2.0
"""What happens to connections, as `xip -j conntrack events` tells it."""
import json
import os
import select
import subprocess

from xlab import until


class Events:
    """The command in the background; `with Events(ns) as events:`."""

    def __init__(self, ns):
        self.ns, self.text, self.seen = ns, b"", []
        self.run = None

    def __enter__(self):
        with self.ns:
            # who reads the pipe gets whole lines, as they happen
            self.run = subprocess.Popen(["xip", "-j", "conntrack", "events"],
                                        stdout=subprocess.PIPE)
        always = self.ns.get_sysctl("nf_conntrack_always")
        self.ns.sysctl(nf_conntrack_always=1)
        # it listens once it tells of something
        until(self.probe, "events of a probe")
        self.ns.sysctl(nf_conntrack_always=always)
        return self

    def probe(self):
        """A connection that nothing else is about; events so far."""
        sock = self.ns.udp()
        sock.sendto(b"", "127.0.0.1", 9)
        sock.close()
        self.ns.xip("conntrack flush dst 127.0.0.1")
        return self.read()

    def read(self):
        """All events so far."""
        while select.select([self.run.stdout], [], [], 0)[0]:
            more = os.read(self.run.stdout.fileno(), 65536)
            if not more:
                break
            self.text += more
        *lines, self.text = self.text.split(b"\n")
        self.seen += [json.loads(line) for line in lines]
        return self.seen

    def of(self, last, **ends):
        """
        Events of the connections whose original has these ends (src, sport,
        ...), once one for the cause @last is there.
        """
        def told():
            found = [event for event in self.read()
                     if ends.items() <= event["orig"].items()]
            return found if last in [e["cause"] for e in found] else None
        return until(told, "event " + last)

    def __exit__(self, *_):
        self.run.terminate()
        self.run.wait()
        self.run.stdout.close()
