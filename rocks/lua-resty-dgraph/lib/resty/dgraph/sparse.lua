--- Inputs that are lists of features by number, out of many: `[3, 11]`, or with their values
--- `{"indices": [3, 11], "values": [1, 0.5]}`. The model gets a matrix of numbers that count from
--- 1, a row for each instance, filled up with -1, and a matrix of the values (nil where all are 1).
local ffi = require "ffi"
local dg = require "dgraph"
local views = require "resty.dgraph.views"

local MAX = 3.4028234663852886e38 -- the largest float32
local FILLER = -1

local type = type -- a constant to the JIT compiler

---@class resty.dgraph.Sparse
---@field count integer  how many rows were read last
local Sparse = {}
Sparse.__index = Sparse

local sparse = {}

--- A reader of rows of features `first` to `first + features - 1`.
---@param features integer
---@param first integer  what requests call the first feature; the model calls it 1
---@param room integer  the most rows
---@param per_row integer  the most features of a row
---@return resty.dgraph.Sparse
function sparse.new(features, first, room, per_row)
  return setmetatable({
    features = features, first = first, room = room, per_row = per_row, count = 0,
    _width = 1, _has_values = false,
    _ids = views.new("int32", room * per_row), _values = views.new("float32", room * per_row),
    _single_ids = {}, _single_values = {},
  }, Sparse)
end

local function refuse(row, message, reason)
  return nil, ("instance %d: %s"):format(row, message), reason
end

local function read_ids(self, ids, row, at)
  local data, first, last = self._ids.data, self.first, self.first + self.features - 1
  local shift, count = 1 - first, #ids
  for i = 1, count do
    local id = ids[i]
    if type(id) ~= "number" or not (id >= first and id <= last) or id % 1 ~= 0 then
      return refuse(row, ("feature %d is no whole number from %d to %d"):format(i, first, last),
        "shape")
    end
    data[at + i - 1] = id + shift
  end
  for i = count, self._width - 1 do data[at + i] = FILLER end
  return count
end

local function read_values(self, values, row, at, count)
  local data = self._values.data
  for i = 0, self._width - 1 do data[at + i] = 1 end
  if values == nil then return true end
  if type(values) ~= "table" or #values ~= count then
    return refuse(row, ("wanted %d values"):format(count), "shape")
  end
  for i = 1, count do
    local v = values[i]
    if type(v) ~= "number" then return refuse(row, "a value is no number", "shape") end
    if not (v >= -MAX and v <= MAX) then
      return refuse(row, "a value is no number that a float32 can be", "not_finite")
    end
    data[at + i - 1] = v
  end
  return true
end

--- The features of a row, and their values; nothing where it is neither a list nor has one.
local function parts(row)
  if type(row) ~= "table" then return nil end
  local ids = row.indices
  if ids == nil then return row end
  if type(ids) ~= "table" then return nil end
  return ids, row.values
end

--- Has the matrix wide enough for a row, and with values if it has any.
local function measure(self, row, number)
  local ids, values = parts(row)
  if not ids then return refuse(number, "wanted a list of features", "shape") end
  local width = #ids
  if width > self.per_row then
    return refuse(number, ("%d features are more than %d"):format(width, self.per_row), "size")
  end
  if width > self._width then self._width = width end
  if values ~= nil then self._has_values = true end
  return true
end

--- Reads a row to where it is to lie.
local function read_row(self, row, number, at)
  local ids, values = parts(row)
  local used, message, reason = read_ids(self, ids, number, at)
  if not used then return nil, message, reason end
  if not self._has_values then return true end
  return read_values(self, values, number, at, used)
end

--- Calls a method for each of several rows until one refuses.
function Sparse:_each(method, rows, from, count)
  for i = 0, count - 1 do
    local done, message, reason = method(self, rows[from + i], from + i, i * self._width)
    if not done then return nil, message, reason end
  end
  return true
end

--- Reads a list of rows.
---@param rows any
---@param from integer
---@param count integer
---@return integer? count
---@return string? message
---@return string? reason
function Sparse:read(rows, from, count)
  self._width, self._has_values = 1, false
  local done, message, reason
  if count == 1 then -- no loop: the JIT compiler ends its traces there
    done, message, reason = measure(self, rows[from], from)
    if done then done, message, reason = read_row(self, rows[from], from, 0) end
  else
    done, message, reason = self:_each(measure, rows, from, count)
    if done then done, message, reason = self:_each(read_row, rows, from, count) end
  end
  if not done then return nil, message, reason end
  self.count = count
  return count
end

--- A matrix over the start of some memory. Those of one row are kept.
local function matrix(view, made, count, width)
  local known = count == 1 and made[width]
  if known then return known end
  local tensor = dg.from_pointer(view.data, { count, width }, view.dtype, view.memory)
  if count == 1 then made[width] = tensor end
  return tensor
end

--- The rows that were read last, for the model. Call it outside of scopes.
---@return dgraph.Tensor ids
---@return dgraph.Tensor? values
function Sparse:tensors()
  local ids = matrix(self._ids, self._single_ids, self.count, self._width)
  if not self._has_values then return ids end
  return ids, matrix(self._values, self._single_values, self.count, self._width)
end

--- Two numbers, the features, and their values.
function Sparse:packed_size()
  return 8 + 4 * self.count * self._width * (self._has_values and 2 or 1)
end

local ints = ffi.typeof "int32_t *"

function Sparse:pack(target)
  local head, bytes = ffi.cast(ints, target), 4 * self.count * self._width
  head[0], head[1] = self._width, self._has_values and 1 or 0
  ffi.copy(target + 8, self._ids.bytes, bytes)
  if self._has_values then ffi.copy(target + 8 + bytes, self._values.bytes, bytes) end
end

function Sparse:_ids_are_known(n)
  local ids = self._ids.data
  for i = 0, n - 1 do
    if ids[i] ~= FILLER and (ids[i] < 1 or ids[i] > self.features) then return false end
  end
  return true
end

--- Reads rows of a record.
---@return integer? used  bytes
---@return string? message
---@return string? reason
function Sparse:unpack(source, size, count)
  if count < 1 or count > self.room or size < 8 then return nil, "wrong size", "shape" end
  local head = ffi.cast("const int32_t *", source)
  local width, has_values = head[0], head[1] == 1
  if width < 1 or width > self.per_row then return nil, "wrong size", "shape" end
  local bytes = 4 * count * width
  local needed = 8 + bytes * (has_values and 2 or 1)
  if size < needed then return nil, "wrong size", "shape" end
  local from = ffi.cast("const uint8_t *", source) + 8
  ffi.copy(self._ids.bytes, from, bytes)
  if has_values then ffi.copy(self._values.bytes, from + bytes, bytes) end
  if not self:_ids_are_known(count * width) then return nil, "an odd feature", "shape" end
  if has_values and not self._values:is_finite(count * width) then
    return nil, "a value is not finite", "not_finite"
  end
  self.count, self._width, self._has_values = count, width, has_values
  return needed
end

--- Fills one row with the first feature, to try a model.
function Sparse:blank()
  self._ids.data[0] = 1
  self.count, self._width, self._has_values = 1, 1, false
end

function Sparse:describe()
  return { datatype = "INT32", shape = { -1, -1 }, first = self.first, features = self.features }
end

return sparse
