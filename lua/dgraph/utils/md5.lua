--- MD5 (RFC 1321), to tell whether a download is whole. It is no protection against forgery.
local bit = require "bit"
local ffi = require "ffi"

local band, bor, bxor, bnot, rol = bit.band, bit.bor, bit.bxor, bit.bnot, bit.rol

local BLOCK = 64
local SHIFTS = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } }

-- For each of the 64 steps: what is added, by how many bits it turns, which word it takes.
local added, turns, words = ffi.new("int32_t[64]"), ffi.new("int[64]"), ffi.new("int[64]")
for i = 0, 63 do
  local round = math.floor(i / 16)
  added[i] = bit.tobit(math.floor(math.abs(math.sin(i + 1)) * 2 ^ 32))
  turns[i] = SHIFTS[round + 1][i % 4 + 1]
  words[i] = ({ i, 5 * i + 1, 3 * i + 5, 7 * i })[round + 1] % 16
end

--- Takes in one block: four times sixteen steps.
local function digest_block(state, block)
  local a, b, c, d = state[0], state[1], state[2], state[3]
  for i = 0, 63 do
    local f
    if i < 16 then
      f = bor(band(b, c), band(bnot(b), d))
    elseif i < 32 then
      f = bor(band(d, b), band(bnot(d), c))
    elseif i < 48 then
      f = bxor(b, c, d)
    else
      f = bxor(c, bor(b, bnot(d)))
    end
    local sum = bit.tobit(a + f + added[i] + block[words[i]])
    a, d, c, b = d, c, b, bit.tobit(b + rol(sum, turns[i]))
  end
  state[0], state[1] = bit.tobit(state[0] + a), bit.tobit(state[1] + b)
  state[2], state[3] = bit.tobit(state[2] + c), bit.tobit(state[3] + d)
end

local function as_words(bytes) return ffi.cast("const int32_t *", bytes) end

--- The MD5 of some bytes, as 32 hexadecimal digits.
---@param data ffi.cdata*|string
---@param size? integer  of a pointer
---@return string
local function md5(data, size)
  size = size or #data
  local bytes = ffi.cast("const uint8_t *", data)
  local state = ffi.new("int32_t[4]", 0x67452301, bit.tobit(0xefcdab89), bit.tobit(0x98badcfe),
    0x10325476)
  local whole = size - size % BLOCK
  for at = 0, whole - BLOCK, BLOCK do digest_block(state, as_words(bytes + at)) end
  -- The rest, one bit, zeros, and the number of bits make the last one or two blocks.
  local rest = size - whole
  local last = ffi.new("uint8_t[?]", 2 * BLOCK)
  ffi.copy(last, bytes + whole, rest)
  last[rest] = 0x80
  local last_size = rest < BLOCK - 8 and BLOCK or 2 * BLOCK
  local count = ffi.cast("uint64_t", size) * 8
  ffi.copy(last + last_size - 8, ffi.new("uint64_t[1]", count), 8)
  for at = 0, last_size - BLOCK, BLOCK do digest_block(state, as_words(last + at)) end
  local hex = {}
  for i = 0, 3 do hex[i + 1] = bit.tohex(bit.bswap(state[i])) end
  return table.concat(hex)
end

return md5
