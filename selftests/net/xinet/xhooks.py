# SPDX-License-Identifier: GPL-2.0
"""The module of test hooks (modules/xhooks.c), loaded and told what to do."""
import os

import ktap
from xlab import command

PARAMETERS = "/sys/module/xhooks/parameters/"


def module_file(name="selftests/net/xinet/modules/xhooks.ko"):
    """Where a module is: beside the xinet.ko it was built with."""
    tree = os.path.realpath(os.path.join(os.path.dirname(__file__),
                                         "../../.."))
    for base in (os.path.dirname(os.environ.get("XINET_KO", "")),
                 "%s/build/kmod-%s" % (tree, os.uname().release)):
        path = os.path.join(base, name)
        if os.path.exists(path):
            return path
    ktap.skip("%s is not built: scripts/kmod KERNEL XINET_TESTS=m" % name)
    return None


def load():
    if not os.path.isdir("/sys/module/xhooks"):
        command("insmod", module_file())


def unload():
    command("rmmod", "xhooks")


def tell(ns, line):
    """A command to the module; it concerns that namespace."""
    with ns:
        handle = os.open(PARAMETERS + "command", os.O_WRONLY)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)


def ask(ns, name):
    with ns, open(PARAMETERS + name, encoding="ascii") as parameter:
        return parameter.read()


def states(ns):
    """{id: (point, priority, calls, calls with a wrong state)}."""
    return {int(line.split()[0]): tuple(int(w) for w in line.split()[1:])
            for line in ask(ns, "state").splitlines()}
