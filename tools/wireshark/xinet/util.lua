-- SPDX-License-Identifier: GPL-2.0
--
-- What all parts of the plugin use.

local M = {}

--- RFC 1071 over a string: 0 where it holds its own right checksum.
function M.checksum(s)
    local total = 0
    for at = 1, #s - 1, 2 do
        local high, low = s:byte(at, at + 1)
        total = total + high * 256 + low
    end
    if #s % 2 == 1 then
        total = total + s:byte(#s) * 256
    end
    while total > 0xffff do
        total = total % 0x10000 + math.floor(total / 0x10000)
    end
    return 0xffff - total
end

--- What the checksum at the offset (from 0) of a string should be.
function M.checksum_wanted(s, offset)
    return M.checksum(s:sub(1, offset) .. "\0\0" .. s:sub(offset + 3))
end

--- Four bytes of a string, from an offset (from 0), as a dotted address.
function M.dotted(s, offset)
    return string.format("%d.%d.%d.%d", s:byte(offset + 1, offset + 4))
end

M.BAD, M.GOOD, M.UNVERIFIED = 0, 1, 2
M.status = {[0] = "Bad", [1] = "Good", [2] = "Unverified"}

--- An expert: rows of {name, text, severity}, severity from expert.severity.
function M.experts(prefix, rows)
    local made, list = {}, {}
    for _, row in ipairs(rows) do
        local name, text, severity, group = row[1], row[2], row[3], row[4]
        made[name] = ProtoExpert.new(prefix .. "." .. name, text,
                                     group or expert.group.MALFORMED, severity)
        list[#list + 1] = made[name]
    end
    return made, list
end

--- Fields by their short names, and the list that Proto.fields wants.
function M.fields(made)
    local list = {}
    for _, field in pairs(made) do
        list[#list + 1] = field
    end
    return list
end

--- Say something about an item; text overrides the expert's own.
function M.note(item, what, text)
    if text then
        item:add_proto_expert_info(what, text)
    else
        item:add_proto_expert_info(what)
    end
end

--- The bytes from an offset up to an end, as far as they were captured.
function M.rest(tvb, from, to)
    to = math.min(to or tvb:len(), tvb:len())
    if to <= from then
        return nil
    end
    return tvb(from, to - from)
end

return M
