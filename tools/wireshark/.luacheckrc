-- SPDX-License-Identifier: GPL-2.0
std = "lua52"
max_line_length = 80
-- what Wireshark gives to its scripts
read_globals = {
    "ByteArray", "Dissector", "DissectorTable", "Pref", "Proto",
    "ProtoExpert", "ProtoField", "__DIR__", "base", "expert", "frametype",
    "ftypes", "set_plugin_info",
}
