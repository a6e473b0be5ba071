-- SPDX-License-Identifier: GPL-2.0
--
-- XIP, XICMP and XARP for Wireshark and tshark: the plugin's entry.
--
-- In: frames of EtherType 0x88B5 and 0x88B6, in whatever carries EtherTypes.
-- Out: trees, columns, expert information; UDP and TCP go on to the dissectors
-- that Wireshark has. Its parts lie in xinet/ beside this file. Wireshark
-- loads those as scripts of their own too, so none of them does anything but
-- return a table.
--
--      tshark -X lua_script:tools/wireshark/xinet.lua -r FILE

set_plugin_info({
    version = "1.0",
    description = "AF_XINET: XIP, XICMP, XARP",
})

local ETH_P_XIP, ETH_P_XARP = 0x88b5, 0x88b6

local dir = (__DIR__ == "" and "." or __DIR__) .. "/xinet/"

local lib = {}
for _, name in ipairs({"util", "names", "options", "frag", "header", "xip",
                       "xicmp", "xarp"}) do
    lib[name] = dofile(dir .. name .. ".lua")
end
local xip = lib.xip.setup(lib)
local xicmp = lib.xicmp.setup(lib)
local xarp = lib.xarp.setup(lib)

-- Called before a capture is read, and before it is read anew from its start.
function xip.init()
    lib.frag.forget()
    lib.xicmp.forget()
    lib.xarp.forget()
end

-- Who adds a protocol of his own adds it here, or by "Decode As".
local protocols = DissectorTable.new("xip.proto", "XIP protocol",
                                     ftypes.UINT8, base.DEC, xip)
protocols:add(1, xicmp)
-- Those whose dissectors ask nothing of an IPv4 header but its addresses.
for _, number in ipairs({6, 17, 33, 47, 132, 136}) do
    local stock = DissectorTable.get("ip.proto"):get_dissector(number)
    if stock then
        protocols:add(number, stock)
    end
end
lib.protocols = protocols

local ethertype = DissectorTable.get("ethertype")
ethertype:add(ETH_P_XIP, xip)
ethertype:add(ETH_P_XARP, xarp)
