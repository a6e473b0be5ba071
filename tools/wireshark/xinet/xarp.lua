-- SPDX-License-Identifier: GPL-2.0
--
-- XARP (RFC 826 with protocol 0x88B5; announcements and probes as RFC 5227).
--
-- In: what EtherType 0x88B6 led here. Out: its fields, what kind of a packet
-- it is, and a hint where an address has been another station's before.

local M = {}

local LENGTH = 28

local xarp, f, x            -- protocol, fields, experts
local util
local stations              -- address -> who had it last, and in which frame
local duplicates            -- number of a frame -> who had the address before

local function new_fields()
    local dec, hex = base.DEC, base.HEX
    return {
        hrd = ProtoField.uint16("xarp.hw.type", "Hardware type", dec,
                                {[1] = "Ethernet"}),
        pro = ProtoField.uint16("xarp.proto.type", "Protocol type", hex,
                                {[0x88b5] = "XIP"}),
        hln = ProtoField.uint8("xarp.hw.size", "Hardware size", dec),
        pln = ProtoField.uint8("xarp.proto.size", "Protocol size", dec),
        op = ProtoField.uint16("xarp.opcode", "Operation", dec,
                               {[1] = "request", [2] = "reply"}),
        sha = ProtoField.ether("xarp.src.hw_mac", "Sender MAC address"),
        spa = ProtoField.ipv4("xarp.src.proto_xip", "Sender XIP address"),
        tha = ProtoField.ether("xarp.dst.hw_mac", "Target MAC address"),
        tpa = ProtoField.ipv4("xarp.dst.proto_xip", "Target XIP address"),
        announcement = ProtoField.bool("xarp.isannouncement",
                                       "Is an announcement"),
        probe = ProtoField.bool("xarp.isprobe", "Is a probe"),
        padding = ProtoField.bytes("xarp.padding", "Padding of the link"),
        before = ProtoField.framenum("xarp.duplicate.frame",
                                     "Frame of the other station", base.NONE),
    }
end

local function new_experts()
    local error, warn = expert.severity.ERROR, expert.severity.WARN
    return util.experts("xarp", {
        {"short", "Shorter than a packet", error},
        {"not_ours", "Not for Ethernet and XIP", error},
        {"bad_opcode", "Neither request nor reply", error},
        {"bad_sender", "A sender's address that no host has", warn,
         expert.group.PROTOCOL},
        {"bad_target", "A target that no host is", warn,
         expert.group.PROTOCOL},
        {"duplicate", "The address has been another station's", warn,
         expert.group.SEQUENCE},
    })
end

-- First pass: who had the address before; kept by frame.
local function station(pinfo, addr, mac)
    if pinfo.visited or duplicates[pinfo.number] ~= nil then
        return duplicates[pinfo.number]
    end
    local before = stations[addr]
    stations[addr] = {mac = mac, frame = pinfo.number}
    duplicates[pinfo.number] = before and before.mac ~= mac and
        before or false
    return duplicates[pinfo.number]
end

local function no_host(addr)
    local top = math.floor(addr / 0x1000000)
    return addr == 0 or top == 127 or (top >= 224 and top < 240) or
        addr == 0xffffffff
end

local function check(tvb, items, p)
    local group = tvb(8, 1):uint() % 2 == 1
    if group or p.sha == "00:00:00:00:00:00" then
        util.note(items.sha, x.bad_sender)
    end
    if not p.probe and no_host(p.spa) then
        util.note(items.spa, x.bad_sender)
    end
    if no_host(p.tpa) and not (p.op == 2 and p.tpa == 0) then
        util.note(items.tpa, x.bad_target)
    end
end

local function read(tvb)
    local raw = tvb(0, LENGTH):raw()
    local p = {
        op = tvb(6, 2):uint(), spa = tvb(14, 4):uint(),
        tpa = tvb(24, 4):uint(),
        sender = util.dotted(raw, 14), target = util.dotted(raw, 24),
        sha = string.format("%02x:%02x:%02x:%02x:%02x:%02x",
                            raw:byte(9, 14)),
    }
    p.probe = p.op == 1 and p.spa == 0
    p.announcement = not p.probe and p.spa == p.tpa and
        (p.op == 1 or raw:sub(9, 14) == raw:sub(19, 24))
    return p
end

local function in_words(p)
    if p.probe then
        return string.format("Who has %s? (probe)", p.target)
    elseif p.announcement then
        return string.format("%s is at %s (announcement)", p.sender, p.sha)
    elseif p.op == 1 then
        return string.format("Who has %s? Tell %s", p.target, p.sender)
    elseif p.op == 2 then
        return string.format("%s is at %s", p.sender, p.sha)
    end
    return string.format("Operation %d", p.op)
end

local function show_head(tvb, tree)
    local item = tree:add(f.hrd, tvb(0, 2))
    tree:add(f.pro, tvb(2, 2))
    tree:add(f.hln, tvb(4, 1))
    tree:add(f.pln, tvb(5, 1))
    local op = tree:add(f.op, tvb(6, 2))
    if tvb(0, 6):raw() ~= "\0\1\x88\xb5\6\4" then
        util.note(item, x.not_ours)
        return false
    end
    if tvb(6, 2):uint() < 1 or tvb(6, 2):uint() > 2 then
        util.note(op, x.bad_opcode)
    end
    return true
end

local function show_addresses(tvb, pinfo, tree)
    local p = read(tvb)
    local items = {
        sha = tree:add(f.sha, tvb(8, 6)),
        spa = tree:add(f.spa, tvb(14, 4)),
        tha = tree:add(f.tha, tvb(18, 6)),
        tpa = tree:add(f.tpa, tvb(24, 4)),
    }
    tree:add(f.probe, p.probe):set_generated()
    tree:add(f.announcement, p.announcement):set_generated()
    check(tvb, items, p)
    local before = not no_host(p.spa) and station(pinfo, p.sender, p.sha)
    if before then
        util.note(items.spa, x.duplicate, string.format(
            "%s has been %s's", p.sender, before.mac))
        tree:add(f.before, before.frame):set_generated()
    end
    pinfo.cols.info = in_words(p) .. (before and " (duplicate?)" or "")
    tree:append_text(", " .. in_words(p))
end

local function dissect(tvb, pinfo, root)
    local len = tvb:len()
    local tree = len > 0 and root:add(xarp, tvb(0, math.min(len, LENGTH)))
        or root:add(xarp)
    pinfo.cols.protocol = "XARP"
    pinfo.cols.info = "XARP"
    if len < 8 or (len < LENGTH and tvb:reported_len() < LENGTH) then
        util.note(tree, x.short)
        return len
    end
    if show_head(tvb, tree) and len >= LENGTH then
        show_addresses(tvb, pinfo, tree)
    end
    if len > LENGTH then
        tree:add(f.padding, tvb(LENGTH))
    end
    return len
end

--- Make the protocol; to be called once.
function M.setup(lib)
    util = lib.util
    xarp = Proto("xarp", "XARP")
    xarp.dissector = dissect
    f = new_fields()
    xarp.fields = util.fields(f)
    x, xarp.experts = new_experts()
    M.forget()
    return xarp
end

--- Begin anew.
function M.forget()
    stations, duplicates = {}, {}
end

return M
