--- Inputs and targets that are arrays of one shape: from JSON, from bytes, from a journal.
local ffi = require "ffi"
local views = require "resty.dgraph.views"

local MAX = 3.4028234663852886e38 -- the largest float32

---@class resty.dgraph.Dense
---@field count integer  how many rows were read last
local Dense = {}
Dense.__index = Dense

local dense = {}

--- A reader of rows of that shape.
---@param shape integer[]
---@param room integer  the most rows
---@param what "instance"|"target"
---@return resty.dgraph.Dense
function dense.new(shape, room, what)
  local self = setmetatable({ shape = shape, room = room, what = what, count = 0 }, Dense)
  self._views = views.new("float32", room, shape)
  self.size, self.dtype = self._views.row, "float32"
  return self
end

local function spell(shape) return #shape == 0 and "a number" or table.concat(shape, "x") end

function Dense:_misfit(row)
  return nil, ("%s %d is not %s numbers"):format(self.what, row,
    #self.shape == 0 and "one of the" or spell(self.shape)), "shape"
end

--- Copies a list of numbers; false where it is not `size` of them, nil where one is not finite.
local function copy(list, data, at, size)
  if #list ~= size then return false end
  for i = 1, size do
    local v = list[i]
    if type(v) ~= "number" then return false end
    if not (v >= -MAX and v <= MAX) then return nil end
    data[at + i - 1] = v
  end
  return true
end

local function nested(list, shape, axis, data, at)
  if type(list) ~= "table" then return false, at end
  if axis == #shape then
    return copy(list, data, at, shape[axis]), at + shape[axis]
  end
  if #list ~= shape[axis] then return false, at end
  local ok
  for i = 1, #list do
    ok, at = nested(list[i], shape, axis + 1, data, at)
    if not ok then return ok, at end
  end
  return true, at
end

function Dense:_read_row(value, at)
  local shape, data = self.shape, self._views.data
  if #shape == 0 then
    if type(value) ~= "number" then return false end
    if not (value >= -MAX and value <= MAX) then return nil end
    data[at] = value
    return true
  elseif type(value) ~= "table" then
    return false
  elseif #shape == 1 or type(value[1]) == "number" then
    return copy(value, data, at, self.size)
  end
  return (nested(value, shape, 1, data, at))
end

--- Reads a list of rows.
---@param rows any
---@param from integer
---@param count integer
---@return integer? count
---@return string? message
---@return string? reason
function Dense:read(rows, from, count)
  for i = 1, count do
    local ok = self:_read_row(rows[from + i - 1], (i - 1) * self.size)
    if ok == false then return self:_misfit(from + i - 1) end
    if ok == nil then
      return nil, ("%s %d holds a number that no float32 is"):format(self.what, from + i - 1),
        "not_finite"
    end
  end
  self.count = count
  return count
end

--- Reads rows that are one list of numbers.
---@param list any
---@param count integer
---@return integer? count
---@return string? message
---@return string? reason
function Dense:read_flat(list, count)
  local ok = copy(list, self._views.data, 0, self.size * count)
  if ok == false then
    return nil, ("the data are not %d numbers"):format(self.size * count), "shape"
  elseif ok == nil then
    return nil, "the data hold a number that no float32 is", "not_finite"
  end
  self.count = count
  return count
end

--- The rows that were read last, for the model.
---@return dgraph.Tensor
function Dense:tensors() return self._views:first(self.count) end

--- How many bytes `pack` writes.
---@return integer
function Dense:packed_size() return 4 * self.size * self.count end

--- Writes the rows to a record.
---@param target ffi.cdata*
function Dense:pack(target) ffi.copy(target, self._views.bytes, self:packed_size()) end

--- Reads rows of a record, or of a request in binary.
---@param source ffi.cdata*|string
---@param size integer  bytes
---@param count integer
---@return integer? used  bytes
---@return string? message
---@return string? reason
function Dense:unpack(source, size, count)
  local needed = 4 * self.size * count
  if count < 1 or count > self.room or size < needed then return nil, "wrong size", "shape" end
  ffi.copy(self._views.bytes, source, needed)
  if not self._views:is_finite(self.size * count) then
    return nil, ("an %s holds a number that is not finite"):format(self.what), "not_finite"
  end
  self.count = count
  return needed
end

--- Fills one row with zeros, to try a model.
function Dense:blank()
  ffi.fill(self._views.bytes, 4 * self.size)
  self.count = 1
end

--- What is wanted, for people and for metadata.
---@return { datatype: string, shape: integer[] }
function Dense:describe() return { datatype = "FP32", shape = { -1, unpack(self.shape) } } end

return dense
