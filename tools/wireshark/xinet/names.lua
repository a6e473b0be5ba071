-- SPDX-License-Identifier: GPL-2.0
--
-- Numbers in words: protocols, ECN and DSCP, options, XICMP. IANA's, for the
-- family has none of its own.

local M = {}

M.protocol = {
    [0] = "HOPOPT", [1] = "XICMP", [2] = "IGMP", [4] = "IPv4", [6] = "TCP",
    [17] = "UDP", [33] = "DCCP", [41] = "IPv6", [46] = "RSVP", [47] = "GRE",
    [50] = "ESP", [51] = "AH", [89] = "OSPF", [103] = "PIM", [132] = "SCTP",
    [136] = "UDP-Lite", [253] = "experiment 1", [254] = "experiment 2",
    [255] = "reserved",
}

M.ecn = {[0] = "Not-ECT", [1] = "ECT(1)", [2] = "ECT(0)", [3] = "CE"}

M.dscp = {
    [0] = "CS0", [8] = "CS1", [16] = "CS2", [24] = "CS3", [32] = "CS4",
    [40] = "CS5", [48] = "CS6", [56] = "CS7", [1] = "LE",
    [10] = "AF11", [12] = "AF12", [14] = "AF13", [18] = "AF21", [20] = "AF22",
    [22] = "AF23", [26] = "AF31", [28] = "AF32", [30] = "AF33", [34] = "AF41",
    [36] = "AF42", [38] = "AF43", [44] = "VOICE-ADMIT", [46] = "EF",
}

M.option = {
    [0] = "End of Options", [1] = "No Operation", [7] = "Record Route",
    [68] = "Timestamp", [130] = "Security", [131] = "Loose Source Route",
    [134] = "Commercial Security", [136] = "Stream ID",
    [137] = "Strict Source Route", [148] = "Router Alert",
}

M.option_class = {
    [0] = "Control", [1] = "Reserved", [2] = "Debugging and measurement",
    [3] = "Reserved",
}

M.ts_flag = {
    [0] = "Time stamps only", [1] = "Addresses and time stamps",
    [3] = "Time stamps of addresses given beforehand",
}

M.xicmp = {
    [0] = "Echo reply", [3] = "Destination unreachable", [4] = "Source quench",
    [5] = "Redirect", [6] = "Alternate host address", [8] = "Echo request",
    [9] = "Router advertisement", [10] = "Router solicitation",
    [11] = "Time exceeded", [12] = "Parameter problem",
    [13] = "Timestamp request", [14] = "Timestamp reply",
    [15] = "Information request", [16] = "Information reply",
    [17] = "Address mask request", [18] = "Address mask reply",
    [30] = "Traceroute", [31] = "Datagram conversion error",
    [32] = "Mobile host redirect", [37] = "Domain name request",
    [38] = "Domain name reply", [40] = "Security failure",
    [42] = "Extended echo request", [43] = "Extended echo reply",
    [253] = "experiment 1", [254] = "experiment 2",
}

M.xicmp_code = {
    [3] = {
        [0] = "Network unreachable", [1] = "Host unreachable",
        [2] = "Protocol unreachable", [3] = "Port unreachable",
        [4] = "Fragmentation needed", [5] = "Source route failed",
        [6] = "Network unknown", [7] = "Host unknown",
        [8] = "Source host isolated",
        [9] = "Network administratively prohibited",
        [10] = "Host administratively prohibited",
        [11] = "Network unreachable for type of service",
        [12] = "Host unreachable for type of service",
        [13] = "Communication administratively prohibited",
        [14] = "Host precedence violation",
        [15] = "Precedence cutoff in effect",
    },
    [5] = {
        [0] = "For a network", [1] = "For a host",
        [2] = "For a type of service and network",
        [3] = "For a type of service and host",
    },
    [9] = {[0] = "Normal", [16] = "Does not route common traffic"},
    [11] = {
        [0] = "Time to live exceeded in transit",
        [1] = "Fragment reassembly time exceeded",
    },
    [12] = {
        [0] = "Pointer indicates the error", [1] = "Required option missing",
        [2] = "Bad length",
    },
}

--- A protocol's name, or its number.
function M.proto(number)
    return M.protocol[number] or tostring(number)
end

return M
