-- SPDX-License-Identifier: GPL-2.0
--
-- XICMP (RFC 792, 950, 1122, 1191, 1256 with XIP's addresses).
--
-- In: what XIP carries as protocol 1. Out: its fields; requests and replies
-- told of each other; the header and the first bytes that an error quotes.
-- Those are shown by fields of their own: the stock dissectors would count
-- them as packets of their flow.

local M = {}

local ECHO_REPLY, ECHO = 0, 8
local QUOTING = {[3] = true, [4] = true, [5] = true, [11] = true, [12] = true}

local xicmp, f, x           -- protocol, fields, experts
local lib, util, names
local asked                 -- key of an echo -> requests that have no reply
local known                 -- number of a frame -> what is known of its echo

local function new_fields()
    local dec, hex = base.DEC, base.HEX
    local request, response = frametype.REQUEST, frametype.RESPONSE
    return {
        type = ProtoField.uint8("xicmp.type", "Type", dec, names.xicmp),
        code = ProtoField.uint8("xicmp.code", "Code", dec),
        checksum = ProtoField.uint16("xicmp.checksum", "Checksum", hex),
        status = ProtoField.uint8("xicmp.checksum.status", "Checksum status",
                                  dec, util.status),
        ident = ProtoField.uint16("xicmp.ident", "Identifier", dec),
        seq = ProtoField.uint16("xicmp.seq", "Sequence number", dec),
        unused = ProtoField.bytes("xicmp.unused", "Unused"),
        mtu = ProtoField.uint16("xicmp.mtu", "MTU of the next hop", dec),
        gateway = ProtoField.ipv4("xicmp.gateway", "Gateway"),
        pointer = ProtoField.uint8("xicmp.pointer", "Pointer", dec),
        originate = ProtoField.uint32("xicmp.originate", "Originate", dec),
        receive = ProtoField.uint32("xicmp.receive", "Receive", dec),
        transmit = ProtoField.uint32("xicmp.transmit", "Transmit", dec),
        mask = ProtoField.ipv4("xicmp.mask", "Address mask"),
        adv_count = ProtoField.uint8("xicmp.adv.count", "Addresses", dec),
        adv_size = ProtoField.uint8("xicmp.adv.size", "Words an entry", dec),
        adv_life = ProtoField.uint16("xicmp.adv.lifetime", "Lifetime (s)", dec),
        adv_addr = ProtoField.ipv4("xicmp.adv.addr", "Router"),
        adv_pref = ProtoField.int32("xicmp.adv.pref", "Preference", dec),
        data = ProtoField.bytes("xicmp.data", "Data"),
        resp_in = ProtoField.framenum("xicmp.resp_in", "Reply in", base.NONE,
                                      response),
        resp_to = ProtoField.framenum("xicmp.resp_to", "Reply to", base.NONE,
                                      request),
        resptime = ProtoField.double("xicmp.resptime", "Time taken (ms)"),
        srcport = ProtoField.uint16("xicmp.quote.srcport", "Source port", dec),
        dstport = ProtoField.uint16("xicmp.quote.dstport", "Destination port",
                                    dec),
        qlen = ProtoField.uint16("xicmp.quote.udp_len", "Length", dec),
        qseq = ProtoField.uint32("xicmp.quote.tcp_seq", "Sequence number", dec),
        qtype = ProtoField.uint8("xicmp.quote.type", "Type", dec, names.xicmp),
        qcode = ProtoField.uint8("xicmp.quote.code", "Code", dec),
        qident = ProtoField.uint16("xicmp.quote.ident", "Identifier", dec),
        qseqno = ProtoField.uint16("xicmp.quote.seq", "Sequence number", dec),
        qdata = ProtoField.bytes("xicmp.quote.data", "Quoted bytes"),
    }
end

local function new_experts()
    return util.experts("xicmp", {
        {"short", "Shorter than a message", expert.severity.ERROR},
        {"bad_checksum", "The checksum is wrong", expert.severity.ERROR,
         expert.group.CHECKSUM},
        {"unknown_type", "No type that is known", expert.severity.WARN,
         expert.group.PROTOCOL},
        {"quote_short", "Quotes less than a header and eight bytes",
         expert.severity.WARN},
        {"no_reply", "No reply was seen", expert.severity.WARN,
         expert.group.SEQUENCE},
    })
end

-- First pass: who belongs to whom; kept by frame for those that follow. A
-- packet may be seen on several interfaces of its way: the reply is seen first
-- where its request was last.
local function pair(pinfo, kind, id, seq)
    local number = pinfo.number
    if pinfo.visited or known[number] then
        return known[number] or {}
    end
    local mine = {time = pinfo.rel_ts, frame = number}
    local from, to = pinfo.src, pinfo.dst
    if kind ~= ECHO then
        from, to = to, from
    end
    local key = string.format("%s %s %d %d", from, to, id, seq)
    known[number] = mine
    asked[key] = asked[key] or {}
    if kind == ECHO then
        table.insert(asked[key], mine)
        return mine
    end
    local request = table.remove(asked[key])
    if request then
        mine.other, request.other = request, mine
    end
    return mine
end

local function show_pair(tree, pinfo, kind, id, seq)
    local mine = pair(pinfo, kind, id, seq)
    if not mine.other then
        if kind == ECHO and pinfo.visited then
            util.note(tree, x.no_reply)
        end
        return
    end
    local field = kind == ECHO and f.resp_in or f.resp_to
    tree:add(field, mine.other.frame):set_generated()
    if kind == ECHO_REPLY then
        tree:add(f.resptime, (mine.time - mine.other.time) * 1000)
            :set_generated()
    end
end

-- Second word and what follows, a function a type: (tvb, pinfo, tree,
-- kind). Each returns what is to stand in the column, and from where the
-- rest is data. The eight bytes are there.
local show = {}

local function show_id(tvb, _, tree)
    local id, seq = tvb(4, 2):uint(), tvb(6, 2):uint()
    tree:add(f.ident, tvb(4, 2))
    tree:add(f.seq, tvb(6, 2))
    return string.format(" id=%d, seq=%d", id, seq), 8
end

local function show_echo(tvb, pinfo, tree, kind)
    local text = show_id(tvb, pinfo, tree)
    show_pair(tree, pinfo, kind, tvb(4, 2):uint(), tvb(6, 2):uint())
    return text, 8
end
show[ECHO_REPLY], show[ECHO] = show_echo, show_echo

local function show_stamps(tvb, pinfo, tree)
    local text = show_id(tvb, pinfo, tree)
    if tvb:len() < 20 then
        return text, 8
    end
    tree:add(f.originate, tvb(8, 4))
    tree:add(f.receive, tvb(12, 4))
    tree:add(f.transmit, tvb(16, 4))
    return text, 20
end
show[13], show[14] = show_stamps, show_stamps
show[15], show[16] = show_id, show_id

local function show_mask(tvb, pinfo, tree)
    local text = show_id(tvb, pinfo, tree)
    if tvb:len() < 12 then
        return text, 8
    end
    tree:add(f.mask, tvb(8, 4))
    return text, 12
end
show[17], show[18] = show_mask, show_mask

show[3] = function(tvb, _, tree)
    if tvb(1, 1):uint() ~= 4 then
        tree:add(f.unused, tvb(4, 4))
        return "", 8
    end
    tree:add(f.unused, tvb(4, 2))
    tree:add(f.mtu, tvb(6, 2))
    return string.format(" mtu=%d", tvb(6, 2):uint()), 8
end

show[5] = function(tvb, _, tree)
    tree:add(f.gateway, tvb(4, 4))
    return " gateway=" .. tostring(tvb(4, 4):ipv4()), 8
end

show[12] = function(tvb, _, tree)
    tree:add(f.pointer, tvb(4, 1))
    tree:add(f.unused, tvb(5, 3))
    return string.format(" pointer=%d", tvb(4, 1):uint()), 8
end

show[9] = function(tvb, _, tree)
    local count, words = tvb(4, 1):uint(), tvb(5, 1):uint()
    local at = 8
    tree:add(f.adv_count, tvb(4, 1))
    tree:add(f.adv_size, tvb(5, 1))
    tree:add(f.adv_life, tvb(6, 2))
    while count > 0 and words >= 2 and at + words * 4 <= tvb:len() do
        tree:add(f.adv_addr, tvb(at, 4))
        tree:add(f.adv_pref, tvb(at + 4, 4))
        at, count = at + words * 4, count - 1
    end
    return "", at
end

local function show_rest(tvb, _, tree)
    tree:add(f.unused, tvb(4, 4))
    return "", 8
end

local function quote_ports(tree, range, field)
    tree:add(f.srcport, range(0, 2))
    tree:add(f.dstport, range(2, 2))
    tree:add(field, range(4, field == f.qlen and 2 or 4))
    return string.format(":%d > %d", range(0, 2):uint(),
                         range(2, 2):uint())
end

local function quote_transport(tree, range, h)
    local item = tree:add(range, "Quoted " .. names.proto(h.proto))
    if range:len() >= 8 and h.offset == 0 then
        if h.proto == 17 then
            quote_ports(item, range, f.qlen)
        elseif h.proto == 6 then
            quote_ports(item, range, f.qseq)
        elseif h.proto == 1 then
            item:add(f.qtype, range(0, 1))
            item:add(f.qcode, range(1, 1))
            item:add(f.qident, range(4, 2))
            item:add(f.qseqno, range(6, 2))
        end
    end
    item:add(f.qdata, range)
end

local function show_quote(tvb, pinfo, tree, missing)
    local range = tvb:len() > 8 and tvb(8)
    local h, payload
    if range then
        h, payload = lib.header.quoted(range:tvb(), pinfo, tree, missing)
    end
    if payload then
        quote_transport(tree, payload, h)
    end
    if missing == 0 and (not h or not payload or payload:len() < 8) then
        util.note(tree, x.quote_short)
    end
end

local function show_checksum(tvb, tree, missing)
    local item = tree:add(f.checksum, tvb(2, 2))
    local status = util.UNVERIFIED
    if missing == 0 then
        local raw = tvb():raw()
        status = util.checksum(raw) == 0 and util.GOOD or util.BAD
        if status == util.BAD then
            util.note(item, x.bad_checksum, string.format(
                "The checksum is wrong, should be 0x%04x",
                util.checksum_wanted(raw, 2)))
        end
    end
    tree:add(f.status, tvb(2, 2), status):set_generated()
end

local function show_head(tvb, tree, missing)
    local kind, code = tvb(0, 1):uint(), tvb(1, 1):uint()
    local text = names.xicmp[kind]
    local item = tree:add(f.type, tvb(0, 1))
    if not text then
        util.note(item, x.unknown_type)
    end
    local word = (names.xicmp_code[kind] or {})[code]
    item = tree:add(f.code, tvb(1, 1))
    if word then
        item:append_text(" (" .. word .. ")")
    end
    show_checksum(tvb, tree, missing)
    return kind, (text or "Type " .. kind) ..
        (word and " (" .. word .. ")" or "")
end

local function dissect(tvb, pinfo, root)
    local missing = lib.context and lib.context.cut or 0
    local whole = tvb:len()
    if missing > 0 and missing < whole then
        -- the zeroes that it was filled up with tell nothing
        tvb = tvb(0, whole - missing):tvb()
    end
    local tree = root:add(xicmp, tvb())
    pinfo.cols.protocol = "XICMP"
    if tvb:len() < 8 then
        util.note(tree, x.short)
        pinfo.cols.info = "XICMP, too short"
        return whole
    end
    local kind, text = show_head(tvb, tree, missing)
    local more, at = (show[kind] or show_rest)(tvb, pinfo, tree, kind)
    if QUOTING[kind] then
        show_quote(tvb, pinfo, tree, missing)
    elseif at < tvb:len() then
        tree:add(f.data, tvb(at))
    end
    pinfo.cols.info = text .. more
    return whole
end

--- Make the protocol; to be called once.
function M.setup(all)
    lib, util, names = all, all.util, all.names
    xicmp = Proto("xicmp", "XICMP")
    xicmp.dissector = dissect
    f = new_fields()
    xicmp.fields = util.fields(f)
    x, xicmp.experts = new_experts()
    M.forget()
    return xicmp
end

--- Begin anew.
function M.forget()
    asked, known = {}, {}
end

return M
