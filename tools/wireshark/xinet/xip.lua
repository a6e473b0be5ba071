-- SPDX-License-Identifier: GPL-2.0
--
-- XIP: its fragments, and the way to what it carries.
--
-- In: a tvb that begins with the header, because an EtherType led here. Out:
-- what the table xip.proto has for its protocol. The header itself is shown by
-- header.lua.

local M = {}

local HEADER = 20
local DEEPEST = 10          -- tunnels in tunnels: Lua's own stack has an end

local xip, f, x             -- protocol, fields, experts
local lib, util, names, frag
local data                  -- Wireshark's dissector for what nobody knows

-- What the capture left out of a transport's payload is filled up with
-- zeroes: its lengths stay right, and with them what is told of streams.
local function filled(payload, h, item)
    if h.cut == 0 then
        return payload:tvb()
    end
    util.note(item, x.cut, string.format(
        "Captured in part: %d bytes are shown as zeroes", h.cut))
    local raw = payload:raw() .. string.rep("\0", h.cut)
    return ByteArray.new(raw, true):tvb("Filled up")
end

-- lib.context tells a dissector of xip.proto what its tvb does not.
local function hand_on(tvb, pinfo, root, h)
    pinfo.cols.info = names.proto(h.proto)
    lib.context = {cut = h.cut, header = h}
    -- a packet that its dissector finds malformed says so in the tree, and
    -- then is an error here as well
    local sound, taken = pcall(lib.protocols.try, lib.protocols, h.proto, tvb,
                               pinfo, root)
    if sound and taken == 0 then
        data:call(tvb, pinfo, root)
    end
    lib.context = nil
end

-- RFC 791: all but the last are a multiple of eight bytes long.
local function sound_fragment(h)
    local size = h.stop - h.hlen
    return size > 0 and not (h.more and size % 8 ~= 0) and
        h.offset + size + h.hlen <= 65535
end

local function show_whole(item, q)
    local sub = item:add(xip, string.format(
        "Reassembled: %d bytes in %d fragments", #q.data, #q.parts))
    sub:set_generated()
    for _, part in ipairs(q.parts) do
        sub:add(f.fragment, part.frame):set_generated()
            :append_text(string.format(" (bytes %d to %d)", part.first,
                                       part.stop - 1))
    end
    sub:add(f.fragment_count, #q.parts):set_generated()
    sub:add(f.reassembled_len, #q.data):set_generated()
    return ByteArray.new(q.data, true):tvb("Reassembled XIP")
end

local function piece_of(payload, pinfo, h)
    return {
        first = h.offset, stop = h.offset + payload:len(), more = h.more,
        data = payload:raw(), hlen = h.hlen, ecn = h.ecn,
        frame = pinfo.number, time = pinfo.rel_ts,
    }
end

local TROUBLE = {duplicate = "frag_duplicate", overlap = "frag_overlap",
                 length = "frag_length", ecn = "frag_ecn"}

-- A fragment: the whole datagram's payload if this frame completes it.
local function reassemble(payload, pinfo, item, h)
    if not xip.prefs.defragment or h.bad then
        return nil
    elseif h.cut > 0 then
        util.note(item, x.frag_cut)
        return nil
    end
    -- on both sides of a router the same fragments are seen, to other MACs;
    -- which interface it was is not known while a capture is read
    local key = string.format("%s %s %s %d %d", pinfo.dl_dst, h.src, h.dst,
                              h.proto, h.id)
    local got = frag.add(key, piece_of(payload, pinfo, h), pinfo.visited)
    if not got then
        return nil
    elseif TROUBLE[got.what] then
        util.note(item, x[TROUBLE[got.what]])
    elseif got.what == "whole" then
        return show_whole(item, got.queue)
    end
    if got.queue.frame then
        item:add(f.reassembled_in, got.queue.frame):set_generated()
    end
    return nil
end

local function fragment(payload, pinfo, root, item, h)
    local sound = sound_fragment(h)
    if not sound then
        util.note(h.offset_item, x.bad_fragment)
    end
    local whole = sound and payload and
        reassemble(payload, pinfo, item, h)
    if whole then
        h.cut = 0
        hand_on(whole, pinfo, root, h)
        return
    end
    pinfo.cols.info = string.format(
        "Fragment of %s (id 0x%04x, offset %d, %d bytes%s)",
        names.proto(h.proto), h.id, h.offset, h.stop - h.hlen,
        h.more and ", more follow" or "")
    if payload then
        data:call(payload:tvb(), pinfo, root)
    end
end

local function addresses(pinfo, h)
    pinfo.net_src, pinfo.net_dst = h.src, h.dst
    pinfo.src, pinfo.dst = h.src, h.dst
end

local function body(tvb, pinfo, root, item, h)
    local payload = h.hlen >= HEADER and util.rest(tvb, h.hlen, h.stop)
    if h.offset > 0 or h.more then
        fragment(payload, pinfo, root, item, h)
    elseif payload and h.version == 14 and h.total >= h.hlen then
        hand_on(filled(payload, h, item), pinfo, root, h)
    else
        pinfo.cols.info = names.proto(h.proto)
        if payload then
            data:call(payload:tvb(), pinfo, root)
        end
    end
end

-- How deep we are in a frame; one that ended early left it as it was.
local depth, frame = 0, 0

local function dissect(tvb, pinfo, root)
    if pinfo.number ~= frame then
        depth, frame = 0, pinfo.number
    end
    pinfo.cols.protocol = "XIP"
    pinfo.cols.info = "XIP"
    local h, item = lib.header.show(tvb, pinfo, root)
    if not h then
        return tvb:len()
    end
    addresses(pinfo, h)
    if depth >= DEEPEST then
        util.note(item, x.too_deep)
        return tvb:len()
    end
    depth = depth + 1
    body(tvb, pinfo, root, item, h)
    depth = depth - 1
    return tvb:len()
end

--- Make the protocol; to be called once.
function M.setup(all)
    lib, util, names, frag = all, all.util, all.names, all.frag
    data = Dissector.get("data")
    -- Wireshark calls another protocol xip (eXpressive Internet Protocol)
    xip = Proto("xinet", "AF_XINET Internet Protocol")
    xip.dissector = dissect
    f, x = lib.header.setup(lib, xip)
    xip.prefs.defragment = Pref.bool("Put fragments together", true,
        "Whether fragmented datagrams are shown as one at the last fragment")
    return xip
end

return M
