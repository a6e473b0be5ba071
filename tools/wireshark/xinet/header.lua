-- SPDX-License-Identifier: GPL-2.0
--
-- The XIP header in a tree, and what is wrong with it.
--
-- In: a tvb that begins with a header, of a packet or of an error's quote.
-- Out: show(), the header's numbers. What the module drops for the packet's own
-- sake has an expert's word.

local M = {}

local HEADER = 20

local xip, f, x             -- protocol, fields, experts
local util, names, options

local function new_fields()
    local dec, hex = base.DEC, base.HEX
    f = options.fields(names)
    f.version = ProtoField.uint8("xip.version", "Version", dec, nil, 0xf0)
    f.hdr_len = ProtoField.uint8("xip.hdr_len", "Header length", dec)
    f.dsfield = ProtoField.uint8("xip.dsfield", "Differentiated services", hex)
    f.dscp = ProtoField.uint8("xip.dsfield.dscp", "DSCP", dec, names.dscp, 0xfc)
    f.ecn = ProtoField.uint8("xip.dsfield.ecn", "ECN", dec, names.ecn, 0x03)
    f.len = ProtoField.uint16("xip.len", "Total length", dec)
    f.id = ProtoField.uint16("xip.id", "Identification", hex)
    f.flags = ProtoField.uint8("xip.flags", "Flags", hex, nil, 0xe0)
    f.rb = ProtoField.bool("xip.flags.rb", "Reserved bit", 8, nil, 0x80)
    f.df = ProtoField.bool("xip.flags.df", "Don't fragment", 8, nil, 0x40)
    f.mf = ProtoField.bool("xip.flags.mf", "More fragments", 8, nil, 0x20)
    f.frag_offset = ProtoField.uint16("xip.frag_offset",
                                      "Fragment offset in bytes", dec)
    f.ttl = ProtoField.uint8("xip.ttl", "Time to live", dec)
    f.proto = ProtoField.uint8("xip.proto", "Protocol", dec, names.protocol)
    f.checksum = ProtoField.uint16("xip.checksum", "Header checksum", hex)
    f.checksum_status = ProtoField.uint8("xip.checksum.status",
                                         "Checksum status", dec,
                                         util.status)
    f.src = ProtoField.ipv4("xip.src", "Source")
    f.dst = ProtoField.ipv4("xip.dst", "Destination")
    f.addr = ProtoField.ipv4("xip.addr", "Source or destination")
    f.padding = ProtoField.bytes("xip.padding", "Padding of the link")
    f.fragment = ProtoField.framenum("xip.fragment", "Fragment", base.NONE)
    f.fragment_count = ProtoField.uint32("xip.fragment.count", "Fragments", dec)
    f.reassembled_in = ProtoField.framenum("xip.reassembled_in",
                                           "Reassembled in", base.NONE)
    f.reassembled_len = ProtoField.uint32("xip.reassembled.length",
                                          "Reassembled length", dec)
end

local function new_experts()
    local error, warn, note = expert.severity.ERROR, expert.severity.WARN,
        expert.severity.NOTE
    local sequence, sum = expert.group.SEQUENCE, expert.group.CHECKSUM
    local security, protocol = expert.group.SECURITY, expert.group.PROTOCOL
    return util.experts("xip", {
        {"too_small", "Shorter than a header", error},
        {"bad_version", "The version is not 14", error},
        {"bad_hdr_len", "The header length is below 20", error},
        {"hdr_truncated", "The header is longer than what arrived", error},
        {"bad_len", "The total length is below the header's", error},
        {"truncated", "The total length is beyond what arrived", error},
        {"bad_checksum", "The header checksum is wrong", error, sum},
        {"bad_options", "Malformed option", error},
        {"source_route", "Source route: dropped without an answer", warn,
         security},
        {"bad_fragment", "A fragment that cannot be", error},
        {"frag_duplicate", "This part of the datagram was there before", note,
         sequence},
        {"frag_overlap", "Overlaps another fragment: the datagram is dropped",
         error, sequence},
        {"frag_length",
         "The fragments do not agree on a length: the datagram is dropped",
         error, sequence},
        {"frag_ecn", "The fragments' ECN bits cannot be of one datagram",
         error, sequence},
        {"frag_cut", "Captured in part: not put together", note, sequence},
        {"martian_source", "A source that no host has", warn, protocol},
        {"martian_dest", "A destination that no packet has", warn, protocol},
        {"ttl_zero", "The time to live is 0", warn, protocol},
        {"too_deep", "Tunnels in too many tunnels", warn, protocol},
        {"cut", "Captured in part", note, expert.group.UNDECODED},
    })
end

-- Fixed header: numbers only, nothing shown.
local function read(tvb)
    local word = tvb(6, 2):uint()
    return {
        version = math.floor(tvb(0, 1):uint() / 16),
        hlen = tvb(0, 1):uint() % 16 * 4,
        ecn = tvb(1, 1):uint() % 4,
        total = tvb(2, 2):uint(),
        id = tvb(4, 2):uint(),
        more = math.floor(word / 0x2000) % 2 == 1,
        offset = word % 0x2000 * 8,
        ttl = tvb(8, 1):uint(),
        proto = tvb(9, 1):uint(),
        src = tvb(12, 4):ipv4(),
        dst = tvb(16, 4):ipv4(),
    }
end

local function show_flags(tvb, tree)
    local text = {}
    local octet = tvb(6, 1):uint()
    for bit, name in pairs({[0x40] = "DF", [0x20] = "MF"}) do
        if math.floor(octet / bit) % 2 == 1 then
            text[#text + 1] = name
        end
    end
    table.sort(text)
    local item = tree:add(f.flags, tvb(6, 1))
    if #text > 0 then
        item:append_text(" (" .. table.concat(text, ", ") .. ")")
    end
    item:add(f.rb, tvb(6, 1))
    item:add(f.df, tvb(6, 1))
    item:add(f.mf, tvb(6, 1))
end

local function show_checksum(tvb, tree, h, quoted)
    local item = tree:add(f.checksum, tvb(10, 2))
    local status = util.UNVERIFIED
    if h.hlen >= HEADER and h.hlen <= tvb:len() then
        local raw = tvb(0, h.hlen):raw()
        status = util.checksum(raw) == 0 and util.GOOD or util.BAD
        if status == util.BAD then
            item:append_text(string.format(" [should be 0x%04x]",
                                           util.checksum_wanted(raw, 10)))
        end
    end
    if status == util.BAD and not quoted then
        h.bad = true
        util.note(item, x.bad_checksum)
    end
    tree:add(f.checksum_status, tvb(10, 2), status):set_generated()
end

-- RFC 1812 section 5.3.7; 127/8 is right on lo, whose MAC is zero.
local function show_addresses(tvb, pinfo, tree, h, quoted)
    local src = tree:add(f.src, tvb(12, 4))
    local dst = tree:add(f.dst, tvb(16, 4))
    tree:add(f.addr, tvb(12, 4)):set_hidden()
    tree:add(f.addr, tvb(16, 4)):set_hidden()
    if quoted then
        return
    end
    local s, d = tvb(12, 4):uint(), tvb(16, 4):uint()
    local top = math.floor(s / 0x1000000)
    local on_lo = tostring(pinfo.dl_src) == "00:00:00:00:00:00" or
        tostring(pinfo.dl_src) == "00:00:00_00:00:00"
    if (top >= 224 and top < 240) or s == 0xffffffff or
       (top == 127 and not on_lo) or
       (top == 0 and not (s == 0 and d == 0xffffffff)) then
        util.note(src, x.martian_source)
    end
    top = math.floor(d / 0x1000000)
    if top == 0 or (top == 127 and not on_lo) then
        util.note(dst, x.martian_dest)
    end
    if h.ttl == 0 then
        util.note(tree, x.ttl_zero)
    end
end

local function show_fixed(tvb, pinfo, tree, h, quoted)
    local version = tree:add(f.version, tvb(0, 1))
    if h.version ~= 14 then
        h.bad = true
        util.note(version, x.bad_version)
    end
    local hlen = tree:add(f.hdr_len, tvb(0, 1), h.hlen)
    if h.hlen < HEADER then
        h.bad = true
        util.note(hlen, x.bad_hdr_len)
    end
    local ds = tree:add(f.dsfield, tvb(1, 1))
    ds:add(f.dscp, tvb(1, 1))
    ds:add(f.ecn, tvb(1, 1))
    h.len_item = tree:add(f.len, tvb(2, 2))
    tree:add(f.id, tvb(4, 2))
    show_flags(tvb, tree)
    h.offset_item = tree:add(f.frag_offset, tvb(6, 2), h.offset)
    tree:add(f.ttl, tvb(8, 1))
    tree:add(f.proto, tvb(9, 1))
    show_checksum(tvb, tree, h, quoted)
    show_addresses(tvb, pinfo, tree, h, quoted)
end

-- Where the payload is: h.stop behind its end, h.cut bytes of it missing
-- in the capture alone.
local function lengths(tvb, h, quoted)
    local arrived = tvb:reported_len()
    h.stop = h.total
    if h.total < math.max(h.hlen, HEADER) then
        h.bad, h.stop = true, arrived
        util.note(h.len_item, x.bad_len)
    elseif h.total > arrived then
        h.stop = arrived
        if not quoted then
            h.bad = true
            util.note(h.len_item, x.truncated)
        end
    end
    h.cut = math.max(0, h.stop - math.max(tvb:len(), h.hlen))
end

local function show_options(tvb, tree, h, quoted)
    if h.hlen <= HEADER then
        return
    elseif h.hlen > tvb:len() then
        if quoted == 0 then
            return      -- who quotes so little is blamed for that
        end
        util.note(tree, h.hlen > tvb:reported_len() and not quoted and
                  x.hdr_truncated or x.cut)
        return
    end
    options.show({fields = f, names = names, experts = x}, tree,
                     tvb(HEADER, h.hlen - HEADER))
end

--- Everything of a packet that is XIP's own. quoted: nil; or, for an error's
-- quote, which may end early, how much of it the capture lacks. Returns the
-- numbers of the header and the tree; nil if there is not enough to go on.
function M.show(tvb, pinfo, tree, quoted)
    local len = tvb:len()
    if len < HEADER then
        local item = len > 0 and tree:add(xip, tvb()) or tree:add(xip)
        if len > 0 then
            item:add(f.version, tvb(0, 1))
        end
        local missing = quoted and quoted > 0 or tvb:reported_len() >= HEADER
        util.note(item, missing and x.cut or x.too_small)
        return nil
    end
    local h = read(tvb)
    local item = tree:add(xip, tvb(0, math.max(HEADER,
                                               math.min(h.hlen, len))))
    item:set_text(string.format("XIP, %s > %s, %s", h.src, h.dst,
                                names.proto(h.proto)))
    show_fixed(tvb, pinfo, item, h, quoted)
    lengths(tvb, h, quoted)
    show_options(tvb, item, h, quoted)
    if not quoted and tvb:reported_len() > h.stop and
       len > h.stop then
        item:add(f.padding, tvb(h.stop))
    end
    return h, item
end

--- The header in an error's quote, of which the capture lacks so many bytes.
-- Returns its numbers and the range of what is quoted behind it; nil where
-- there is not enough.
function M.quoted(tvb, pinfo, tree, missing)
    local h = M.show(tvb, pinfo, tree, missing)
    if not h or h.hlen < HEADER then
        return nil
    end
    return h, util.rest(tvb, h.hlen, h.stop)
end

--- Make the fields and experts of a protocol; to be called once, first of all.
function M.setup(lib, proto)
    xip, util, names, options = proto, lib.util, lib.names, lib.options
    new_fields()
    xip.fields = util.fields(f)
    x, xip.experts = new_experts()
    return f, x
end

return M
