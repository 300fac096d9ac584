--- Reading tar archives that lie in memory.
local ffi = require "ffi"

local BLOCK = 512
local NAME, NAME_SIZE = 0, 100
local SIZE, SIZE_SIZE = 124, 12
local SUM, SUM_SIZE = 148, 8
local KIND = 156
local MAGIC = 257
local PREFIX, PREFIX_SIZE = 345, 155

local tar = {}

local function text(header, at, size) return ffi.string(header + at, size):match "^%Z*" end

local function octal(header, at, size)
  return tonumber(text(header, at, size):match "[0-7]+" or "", 8)
end

--- The sum of a header's bytes, where its own field counts as spaces.
local function sum_of(header)
  local sum = 0
  for i = 0, BLOCK - 1 do
    local inside = i >= SUM and i < SUM + SUM_SIZE
    sum = sum + (inside and 32 or header[i])
  end
  return sum
end

local function name_of(header)
  local name = text(header, NAME, NAME_SIZE)
  local prefix = ffi.string(header + MAGIC, 5) == "ustar" and text(header, PREFIX, PREFIX_SIZE)
  return prefix and prefix ~= "" and prefix .. "/" .. name or name
end

--- The plain files of an archive: where each begins, and how many bytes it has.
---@param bytes ffi.cdata*  `const uint8_t *`
---@param size integer
---@return table<string, { offset: integer, size: integer }>? members
---@return string? message
function tar.members(bytes, size)
  local members, at = {}, 0
  while at + BLOCK <= size and bytes[at] ~= 0 do
    local header = bytes + at
    local length = octal(header, SIZE, SIZE_SIZE)
    if not length or octal(header, SUM, SUM_SIZE) ~= sum_of(header) then
      return nil, ("tar: there is no header at byte %.0f"):format(at)
    end
    if at + BLOCK + length > size then return nil, "tar: the archive ends too early" end
    local kind = header[KIND]
    if kind == 0 or kind == 48 then -- "0"
      members[name_of(header)] = { offset = at + BLOCK, size = length }
    end
    at = at + BLOCK + math.ceil(length / BLOCK) * BLOCK
  end
  if at == 0 then return nil, "tar: it is no archive" end
  return members
end

return tar
