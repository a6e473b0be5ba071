# SPDX-License-Identifier: GPL-2.0
"""The scapy layers of tools/scapy, as the tests use them.

The independent peer of the tests; what it knows of the formats stands in
xinet_layers.py. Here are the names that tests call the layers by, and an XICMP
whose second word is bytes whatever its type, so that a test can put anything
there and see everything that came. An error's quote is bytes as well.
"""
import os
import sys

# beside the tests where these are installed, else in the tree
sys.path.append(os.path.join(os.path.dirname(os.path.realpath(__file__)),
                             "../../../tools/scapy"))
# pylint: disable=wrong-import-position
import xinet_layers as layers                               # noqa: E402
from xinet_layers import (ETH_P_XARP, ETH_P_XIP, XARP,      # noqa: E402
                          XICMP_PROTO, XIP, XUDP, inet_checksum,
                          pseudo_header)
from xinet_layers import XEther as Ether                    # noqa: E402
from scapy.fields import (ByteField, StrFixedLenField,      # noqa: E402
                          XShortField)
from scapy.packet import Raw, bind_layers, split_layers     # noqa: E402


class XICMP(layers.XICMP):
    """An ICMP message over XIP; rest is its second word."""
    name = "XICMP"
    fields_desc = [
        ByteField("type", 8),
        ByteField("code", 0),
        XShortField("chksum", None),
        StrFixedLenField("rest", b"\0\0\0\0", 4),
    ]

    def guess_payload_class(self, payload):
        return Raw


split_layers(XIP, layers.XICMP, proto=XICMP_PROTO, frag=0)
split_layers(XIP, layers.XTCP, proto=layers.XTCP_PROTO, frag=0)
bind_layers(XIP, XICMP, proto=XICMP_PROTO, frag=0)


def option(kind, *rest):
    """One option: type, length, then bytes."""
    return bytes([kind, len(rest) + 2, *rest])


__all__ = ["Ether", "Raw", "XIP", "XUDP", "XICMP", "XARP", "ETH_P_XIP",
           "ETH_P_XARP", "inet_checksum", "pseudo_header", "option"]
