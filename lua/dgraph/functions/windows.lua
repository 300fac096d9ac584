--- Arguments of convolutions and poolings on their way into C: a number for each spatial axis.
local ffi = require "ffi"
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C = native.C
local MOST = 4

-- What C reads before anything else of Lua runs.
local windows = {
  ksize = ffi.new("int64_t[?]", MOST), stride = ffi.new("int64_t[?]", MOST),
  pad = ffi.new("int64_t[?]", MOST), dilate = ffi.new("int64_t[?]", MOST),
  outsize = ffi.new("int64_t[?]", MOST),
}
local scratch = ffi.new("int64_t[?]", MOST)

--- How many axes x has behind batch and channels: `axes`, or what it says itself.
---@param x dgraph.Tensor
---@param axes integer?
---@param who string
---@return integer
function windows.axes(x, axes, who)
  if axes then return axes end
  axes = C.dg_ndim(x) - 2
  if axes < 1 or axes > MOST then
    errors.raisef("%s: x has %d axes, wanted 3 to %d: batch, channels and 1 to %d more", who,
      axes + 2, MOST + 2, MOST)
  end
  return axes
end

local function fill(to, what, value, axes, who)
  if type(value) == "number" then
    for i = 0, axes - 1 do to[i] = check.integer(value, who, what) end
  elseif type(value) ~= "table" then
    errors.raisef("%s: %s must be a number or a list, got %s", who, what, check.spell(value))
  elseif #value ~= axes then
    errors.raisef("%s: %s has %d numbers, wanted %d", who, what, #value, axes)
  else
    for i = 1, axes do to[i - 1] = check.integer(value[i], who, what) end
  end
end

--- A number for all axes or a list with one for each, in one of the arrays above. nil stays nil.
---@param what "ksize"|"stride"|"pad"|"dilate"|"outsize"
---@param value integer|integer[]|nil
---@param axes integer
---@param who string
---@param called? string  what the function calls it, if not `what`
---@return ffi.cdata*?
function windows.set(what, value, axes, who, called)
  if value == nil then return nil end
  fill(windows[what], called or what, value, axes, who)
  return windows[what]
end

--- The same for what must be there.
---@param what "ksize"|"outsize"
---@param value integer|integer[]
---@param axes integer
---@param who string
---@param called? string
---@return ffi.cdata*
function windows.need(what, value, axes, who, called)
  if value == nil then errors.raisef("%s: %s is missing", who, called or what) end
  return windows.set(what, value, axes, who, called)
end

--- The same as a list of Lua.
---@param what string
---@param value integer|integer[]
---@param axes integer
---@param who string
---@return integer[]
function windows.list(what, value, axes, who)
  if value == nil then errors.raisef("%s: %s is missing", who, what) end
  fill(scratch, what, value, axes, who)
  local list = {}
  for i = 1, axes do list[i] = tonumber(scratch[i - 1]) end
  return list
end

--- The same for numbers that are not below 1.
---@param what string
---@param value integer|integer[]
---@param axes integer
---@param who string
---@return integer[]
function windows.positive(what, value, axes, who)
  local list = windows.list(what, value, axes, who)
  for _, number in ipairs(list) do
    if number < 1 then errors.raisef("%s: %s is %d, wanted at least 1", who, what, number) end
  end
  return list
end

return windows
