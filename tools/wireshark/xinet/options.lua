-- SPDX-License-Identifier: GPL-2.0
--
-- Options of a XIP header (RFC 791, RFC 2113).
--
-- walk() takes the bytes apart and says what is wrong with them, at which byte
-- a parameter problem would point; it knows nothing of trees. show() puts the
-- result into one. A walk is over at most 40 bytes.

local M = {}

local END, NOP, RR, TS, LSRR, SSRR, ALERT = 0, 1, 7, 68, 131, 137, 148

-- Each of these returns what is wrong and the offset of the byte, or nothing.
-- s: the bytes of the list; at: the option's offset in it; len: its length.

local function fault_slots(s, at, len)
    if len < 3 or (len - 3) % 4 ~= 0 then
        return "its length leaves part of a slot", 1
    end
    local pointer = s:byte(at + 3)
    if pointer < 4 or (pointer <= len and pointer + 3 > len) then
        return "its pointer points to no slot", 2
    end
end

local function fault_ts(s, at, len)
    if len < 4 or (len - 4) % 4 ~= 0 then
        return "its length leaves part of a slot", 1
    end
    local pointer, octet = s:byte(at + 3, at + 4)
    local flag, overflow = octet % 16, math.floor(octet / 16)
    if pointer < 5 then
        return "its pointer points to no slot", 2
    elseif flag ~= 0 and flag ~= 1 and flag ~= 3 then
        return "its flag is none of 0, 1 and 3", 3
    elseif pointer <= len then
        if pointer + (flag == 0 and 3 or 7) > len then
            return "its pointer points to no slot", 2
        end
    elseif flag ~= 3 and overflow == 15 then
        return "its overflow count is full", 3
    end
end

local function fault_alert(_, _, len)
    if len ~= 4 then
        return "its length is not 4", 1
    end
end

local FAULT = {
    [RR] = fault_slots, [TS] = fault_ts, [ALERT] = fault_alert,
    [LSRR] = fault_slots, [SSRR] = fault_slots,
}

local function one(s, at, seen)
    local kind = s:byte(at + 1)
    local opt = {at = at, kind = kind}
    local left = #s - at
    if kind == END or kind == NOP then
        opt.len = 1
        return opt
    elseif left < 2 then
        opt.len, opt.fault, opt.fault_at = 1, "it has no length", 0
        return opt
    end
    opt.len = s:byte(at + 2)
    if opt.len < 2 or opt.len > left then
        opt.fault, opt.fault_at = "its length cannot be", 1
        opt.len = math.min(math.max(opt.len, 2), left)
        opt.stop = true
        return opt
    end
    if (kind == RR or kind == TS) and seen[kind] then
        opt.fault, opt.fault_at = "it stands there twice", 0
    elseif FAULT[kind] then
        opt.fault, opt.fault_at = FAULT[kind](s, at, opt.len)
    end
    seen[kind] = true
    return opt
end

--- The options in a string: {at, kind, len, fault, fault_at} each, fault_at
-- from the option's own start; and the offset behind the last.
function M.walk(s)
    local found, seen, at = {}, {}, 0
    while at < #s do
        local opt = one(s, at, seen)
        found[#found + 1] = opt
        at = at + opt.len
        if opt.kind == END or opt.stop then
            break
        end
    end
    return found, at
end

--- The fields of options, to be registered with those of the header.
function M.fields(names)
    local dec, hex = base.DEC, base.HEX
    return {
        opt_type = ProtoField.uint8("xip.opt.type", "Type", dec, names.option),
        opt_copy = ProtoField.bool("xip.opt.type.copy", "Copy on fragmentation",
                                   8, {"Yes", "No"}, 0x80),
        opt_class = ProtoField.uint8("xip.opt.type.class", "Class", dec,
                                     names.option_class, 0x60),
        opt_number = ProtoField.uint8("xip.opt.type.number", "Number", dec,
                                      nil, 0x1f),
        opt_len = ProtoField.uint8("xip.opt.len", "Length", dec),
        opt_ptr = ProtoField.uint8("xip.opt.ptr", "Pointer", dec),
        opt_data = ProtoField.bytes("xip.opt.data", "Data"),
        opt_tail = ProtoField.bytes("xip.opt.tail", "Behind the end"),
        opt_free = ProtoField.bytes("xip.opt.free", "Free slot"),
        opt_rr = ProtoField.ipv4("xip.opt.rr.addr", "Recorded route"),
        opt_sr = ProtoField.ipv4("xip.opt.sr.addr", "Source route"),
        opt_overflow = ProtoField.uint8("xip.opt.ts.overflow", "Overflow", dec,
                                        nil, 0xf0),
        opt_flag = ProtoField.uint8("xip.opt.ts.flag", "Flag", dec,
                                    names.ts_flag, 0x0f),
        opt_ts_addr = ProtoField.ipv4("xip.opt.ts.addr", "Address"),
        opt_ts_time = ProtoField.uint32("xip.opt.ts.time", "Time stamp", dec),
        opt_alert = ProtoField.uint16("xip.opt.ra", "Router alert", hex, {
            [0] = "Every router looks at the packet"}),
    }
end

-- Slots of addresses: taken up to the pointer, free from there on.
local function show_slots(tree, f, range, field, first)
    local len, pointer = range:len(), range(2, 1):uint()
    for at = first, len - 4, 4 do
        if at + 1 < pointer or field == f.opt_sr then
            tree:add(field, range(at, 4))
        else
            tree:add(f.opt_free, range(at, 4))
        end
    end
end

local function time_text(ms)
    if ms >= 0x80000000 then
        return "not in milliseconds since midnight UT"
    end
    return string.format("%02d:%02d:%02d.%03d after midnight UT",
                         math.floor(ms / 3600000),
                         math.floor(ms / 60000) % 60,
                         math.floor(ms / 1000) % 60, ms % 1000)
end

local function show_times(tree, f, range)
    local len, pointer = range:len(), range(2, 1):uint()
    local flag = range(3, 1):uint() % 16
    local size = flag == 0 and 4 or 8
    for at = 4, len - size, size do
        local taken = at + 1 < pointer
        if flag ~= 0 and (taken or flag == 3) then
            tree:add(f.opt_ts_addr, range(at, 4))
        end
        if taken then
            local stamp = range(at + size - 4, 4)
            tree:add(f.opt_ts_time, stamp)
                :append_text(" (" .. time_text(stamp:uint()) .. ")")
        elseif flag == 3 then
            tree:add(f.opt_free, range(at + 4, 4))
        else
            tree:add(f.opt_free, range(at, size))
        end
    end
end

local function show_body(tree, f, range, kind)
    local len = range:len()
    if len < 3 then
        return
    end
    if kind == RR or kind == LSRR or kind == SSRR then
        tree:add(f.opt_ptr, range(2, 1))
        show_slots(tree, f, range, kind == RR and f.opt_rr or f.opt_sr, 3)
    elseif kind == TS and len >= 4 then
        tree:add(f.opt_ptr, range(2, 1))
        tree:add(f.opt_overflow, range(3, 1))
        tree:add(f.opt_flag, range(3, 1))
        show_times(tree, f, range)
    elseif kind == ALERT and len == 4 then
        tree:add(f.opt_alert, range(2, 2))
    else
        tree:add(f.opt_data, range(2, len - 2))
    end
end

local function show_one(ctx, tree, range, opt)
    local f, names = ctx.fields, ctx.names
    local item = tree:add(range, string.format(
        "%s (%d byte%s)", names.option[opt.kind] or "Option " .. opt.kind,
        opt.len, opt.len == 1 and "" or "s"))
    local head = item:add(f.opt_type, range(0, 1))
    head:add(f.opt_copy, range(0, 1))
    head:add(f.opt_class, range(0, 1))
    head:add(f.opt_number, range(0, 1))
    if opt.kind ~= END and opt.kind ~= NOP and range:len() >= 2 then
        item:add(f.opt_len, range(1, 1))
        show_body(item, f, range, opt.kind)
    end
    return item
end

--- Options into a tree. ctx: fields, names, experts, quoted; range: their
-- bytes, captured as a whole. Returns whether a host would take them.
function M.show(ctx, tree, range)
    local found, behind = M.walk(range:raw())
    local sound = true
    local item = tree:add(range, string.format("Options (%d bytes)",
                                               range:len()))
    for _, opt in ipairs(found) do
        local sub = show_one(ctx, item, range(opt.at, opt.len), opt)
        if opt.kind == LSRR or opt.kind == SSRR then
            sound = false
            sub:add_proto_expert_info(ctx.experts.source_route)
        elseif opt.fault and sound then
            sound = false
            sub:add_proto_expert_info(ctx.experts.bad_options, string.format(
                "Malformed option: %s (a parameter problem points at %d)",
                opt.fault, 20 + opt.at + opt.fault_at))
        end
        item:append_text(", " .. (ctx.names.option[opt.kind] or opt.kind))
    end
    if behind < range:len() then
        item:add(ctx.fields.opt_tail, range(behind))
    end
    return sound
end

return M
