-- SPDX-License-Identifier: GPL-2.0
--
-- Fragments put together as the module does it (RFC 791, RFC 815, RFC 3168).
--
-- In: fragments in the order of the capture, each once. Out: what became of
-- each, kept under its frame's number, so that a frame that is looked at again,
-- in whatever order, says the same. Knows nothing of trees.

local M = {}

local LARGEST = 65535   -- bytes of a datagram, RFC 791
local PATIENCE = 30     -- seconds, frag_time

local waiting           -- key of a datagram -> what is there of it
local verdicts          -- key of a fragment -> what became of it

--- Begin anew.
function M.forget()
    waiting, verdicts = {}, {}
end
M.forget()

-- Index of the first part that begins behind an offset.
local function place(parts, first)
    local low, high = 1, #parts + 1
    while low < high do
        local middle = math.floor((low + high) / 2)
        if parts[middle].first > first then
            high = middle
        else
            low = middle + 1
        end
    end
    return low
end

-- How far the parts reach without a gap, from one of them on.
local function reach(parts, at)
    local stop = parts[at].stop
    while parts[at + 1] and parts[at + 1].first == stop do
        at = at + 1
        stop = parts[at].stop
    end
    return stop
end

-- Where the piece lies among the parts: their index, or why it has no place.
local function fits(q, piece)
    local at = place(q.parts, piece.first)
    local before, after = q.parts[at - 1], q.parts[at]
    if before and piece.first < before.stop then
        return nil, piece.stop <= reach(q.parts, at - 1) and "duplicate" or
            "overlap"
    elseif after and piece.stop > after.first then
        return nil, "overlap"
    end
    return at
end

-- Does its end agree with what is known of the datagram's end?
local function length_agrees(q, piece)
    local last = q.parts[#q.parts]
    if not piece.more then
        return (not q.size or q.size == piece.stop) and
            (not last or last.stop <= piece.stop)
    end
    return not q.size or piece.stop <= q.size
end

local function whole(q)
    local data = {}
    for i, part in ipairs(q.parts) do
        data[i] = part.data
        part.data = nil
    end
    return table.concat(data)
end

-- Not-ECT and anything else do not go together (RFC 3168 section 5.3).
local function ecn_agrees(q)
    return not (q.ecn[0] and (q.ecn[1] or q.ecn[2] or q.ecn[3]))
end

-- The datagram ends here for a reason; what was there of it is let go.
local function stop(key, q, why)
    waiting[key] = nil
    q.failed = why
    for _, part in ipairs(q.parts) do
        part.data = nil
    end
    return why
end

local function take(key, q, piece)
    if not length_agrees(q, piece) then
        return stop(key, q, "length")
    elseif piece.stop + (q.hlen or piece.hlen) > LARGEST then
        return stop(key, q, "length")
    end
    local at, why = fits(q, piece)
    if not at then
        return why == "overlap" and stop(key, q, why) or why
    end
    table.insert(q.parts, at, piece)
    q.have = q.have + piece.stop - piece.first
    q.ecn[piece.ecn] = true
    if not piece.more then
        q.size = piece.stop
    end
    if piece.first == 0 then
        q.hlen = piece.hlen
    end
    if q.size ~= q.have then
        return "waits"
    elseif not ecn_agrees(q) then
        return stop(key, q, "ecn")
    end
    waiting[key] = nil
    q.data, q.frame = whole(q), piece.frame
    return "whole"
end

local function begin(piece)
    return {parts = {}, have = 0, ecn = {}, since = piece.time}
end

--- A fragment. key: of its datagram; piece: first and stop (offsets in the
-- datagram's payload), more, data, hlen, ecn, frame, time in seconds; again:
-- the frame was dissected before. Returns {what, queue}; nil if again, but
-- nobody saw it the first time. what is waits, whole, duplicate, overlap,
-- length or ecn.
function M.add(key, piece, again)
    local id = string.format("%d %s %d", piece.frame, key, piece.first)
    if again or verdicts[id] then
        return verdicts[id]
    end
    local q = waiting[key]
    if not q or piece.time - q.since > PATIENCE then
        if q then
            stop(key, q, "late")
        end
        q = begin(piece)
        waiting[key] = q
    end
    verdicts[id] = {what = take(key, q, piece), queue = q}
    return verdicts[id]
end

return M
