--- Sizes that stay open in the file, as that of a batch.
--
-- One run with examples tells numbers, not where they come from. So the model runs again for each
-- open size, with one more along the axes that have its name: what is a number in both runs but not
-- the same number depends on it, and how much it grew says how. Two runs make a straight line,
-- c + k size; that it is one is seen when the file is read back and computes a third size
-- (export/init.lua). What else may differ is refused, with the call that differs.
local errors = require "dgraph.errors"

local sizes = {}

--- A number that depends on open sizes.
---@class dgraph.onnx.Size
---@field base integer  what it was in the first run
---@field slopes table<string, number>  how much it grows with each open size
local Size = {}
Size.__index = Size

--- Whether this is an open size, and no number.
function sizes.is_open(value) return getmetatable(value) == Size end

--- The number that it was in the first run.
---@param value integer|dgraph.onnx.Size
---@return integer
function sizes.base(value) return sizes.is_open(value) and value.base or value end

--- The sum of a size and a number.
function sizes.add(value, number)
  if not sizes.is_open(value) then return value + number end
  return setmetatable({ base = value.base + number, slopes = value.slopes }, Size)
end

--- The only open size that a size depends on, its slope and what is left; nil if there are more.
---@return string? name
---@return number? slope
---@return number? rest
function sizes.line(value, examples)
  local name, slope = next(value.slopes)
  if next(value.slopes, name) ~= nil then return nil end
  return name, slope, value.base - slope * examples[name]
end

--- Whether two sizes are the same, whatever the open ones are.
function sizes.same(a, b)
  if not (sizes.is_open(a) and sizes.is_open(b)) then return a == b end
  if a.base ~= b.base then return false end
  for name, slope in pairs(a.slopes) do
    if b.slopes[name] ~= slope then return false end
  end
  for name in pairs(b.slopes) do
    if not a.slopes[name] then return false end
  end
  return true
end

--- A number by what it was in the first run, and in those where one size is larger.
local function merge_number(base, others)
  local slopes
  for name, other in pairs(others) do
    if other ~= base and not (other ~= other and base ~= base) then
      slopes = slopes or {}
      slopes[name] = other - base
    end
  end
  return slopes and setmetatable({ base = base, slopes = slopes }, Size) or base
end

local function merge_list(base, others)
  local merged = {}
  for i, number in ipairs(base) do
    local each = {}
    for name, other in pairs(others) do each[name] = other[i] end
    merged[i] = merge_number(number, each)
  end
  return merged
end

local function pick(others, f)
  local picked = {}
  for name, other in pairs(others) do picked[name] = f(other) end
  return picked
end

--- What a record is called in errors.
function sizes.place_of(record)
  return ("%s%s%s"):format(record.name, record.layer and " in " .. record.layer or "",
    record.where and " at " .. record.where or "")
end

local function refuse(record, name, what)
  errors.raisef("dg.onnx.export: with another size of %q %s: %s; leave that size fixed", name, what,
    record and sizes.place_of(record) or "the model")
end

local function same_list(a, b)
  if #a ~= #b then return false end
  for i = 1, #a do
    if a[i] ~= b[i] then return false end
  end
  return true
end

local function check_record(record, other, name)
  if not other or other.name ~= record.name or not same_list(record.inputs, other.inputs)
      or #other.outputs ~= #record.outputs then
    refuse(record, name, "the model does something else")
  end
end

local function merge_record(record, others)
  for name, other in pairs(others) do check_record(record, other, name) end
  for key, value in pairs(record.arguments) do
    local each = pick(others, function(other) return other.arguments[key] end)
    for name, other in pairs(each) do
      if type(other) ~= type(value) or type(value) == "table" and #value ~= #other then
        refuse(record, name, "its arguments are others")
      end
    end
    local merge = type(value) == "table" and merge_list or merge_number
    record.arguments[key] = merge(value, each)
  end
end

local function same_value(a, b)
  if type(a) == "table" then return type(b) == "table" and same_list(a, b) end
  return a == b or a ~= a and b ~= b
end

--- What differs between two runs with inputs of the same sizes but other values; nil if nothing.
---@param trace dgraph.onnx.Trace
---@param other dgraph.onnx.Trace
---@return string?
function sizes.difference(trace, other)
  for i = 1, math.max(#trace.records, #other.records) do
    local a, b = trace.records[i], other.records[i]
    if not a then return "it goes on with " .. sizes.place_of(b) end
    if not b or a.name ~= b.name or not same_list(a.inputs, b.inputs) then
      return "it does something else at " .. sizes.place_of(a)
    end
    for key, value in pairs(a.arguments) do
      if not same_value(value, b.arguments[key]) then
        return ("%s is another for %s"):format(key, sizes.place_of(a))
      end
    end
  end
  for i, value in ipairs(trace.values) do
    local twin = other.values[i]
    if not value.name and (not twin or twin.bytes ~= value.bytes) then
      return ("a tensor %s that no operator made has other elements"):format(
        table.concat(value.shape, "x"))
    end
  end
  if not same_list(trace.outputs, other.outputs) then return "it returns other results" end
end

--- The bytes of its one element where all of them are the same.
local function filling(value)
  local count = 1
  for _, size in ipairs(value.shape) do count = count * sizes.base(size) end
  if count == 0 then return nil end
  local one = value.bytes:sub(1, #value.bytes / count)
  return one:rep(count) == value.bytes and one or nil
end

--- A constant that is the same in all runs, or is larger and full of the same number.
local function merge_constant(value, others)
  for name, other in pairs(others) do
    if not value.name and other.bytes ~= value.bytes then
      local fill = filling(value) -- as the state that a recurrent layer begins with
      if not fill or same_list(value.shape, other.shape) or filling(other) ~= fill then
        errors.raisef("dg.onnx.export: with another size of %q a tensor %s that no operator made "
          .. "has other elements; leave that size fixed", name, table.concat(value.shape, "x"))
      end
      value.fill = fill
    end
  end
end

local function merge_value(value, others)
  for name, other in pairs(others) do
    if other.kind ~= value.kind or #other.shape ~= #value.shape then
      refuse(nil, name, "a tensor has other axes")
    end
  end
  if value.kind == "constant" then merge_constant(value, others) end
  value.shape = merge_list(value.shape, pick(others, function(other) return other.shape end))
end

--- Makes numbers of a trace that depend on open sizes what they depend on.
---@param trace dgraph.onnx.Trace  the first run
---@param others table<string, dgraph.onnx.Trace>  by the name of the size that is larger by one
function sizes.merge(trace, others)
  for name, other in pairs(others) do
    if #other.records ~= #trace.records or #other.values ~= #trace.values
        or not same_list(other.outputs, trace.outputs) then
      for i, record in ipairs(trace.records) do check_record(record, other.records[i], name) end
      refuse(nil, name, "it does something else")
    end
  end
  for i, record in ipairs(trace.records) do
    merge_record(record, pick(others, function(other) return other.records[i] end))
  end
  for i, value in ipairs(trace.values) do
    merge_value(value, pick(others, function(other) return other.values[i] end))
  end
end

return sizes
