--- Targets that are whole numbers: one of several classes, or 0 and 1.
local ffi = require "ffi"
local views = require "resty.dgraph.views"

---@class resty.dgraph.Labels
---@field count integer  how many were read last
local Labels = {}
Labels.__index = Labels

local labels = {}

--- A reader of whole numbers from `first` to `first + classes - 1`.
---@param classes integer
---@param first integer  what requests call the first class
---@param base integer  what the loss calls it: 1 for classes, 0 for binary targets
---@param room integer
---@param tail integer[]  axes of size 1 that the loss wants behind the first
---@return resty.dgraph.Labels
function labels.new(classes, first, base, room, tail)
  return setmetatable({
    classes = classes, first = first, base = base, room = room, count = 0,
    _views = views.new("int32", room, tail),
  }, Labels)
end

function Labels:_refuse(value, row)
  local last = self.first + self.classes - 1
  if type(value) ~= "number" then
    return nil, ("target %d is no number from %d to %d"):format(row, self.first, last), "label"
  end
  return nil, ("target %d is %.9g, not one of %d to %d"):format(row, value, self.first, last),
    "label"
end

--- Reads one label; false where there is none such.
local function read_one(self, value, place)
  local first = self.first
  if type(value) ~= "number" or not (value >= first and value < first + self.classes)
      or value % 1 ~= 0 then
    return false
  end
  self._views.data[place] = value + self.base - first
  return true
end

--- Reads a list of labels.
---@param rows any
---@param from integer
---@param count integer
---@return integer? count
---@return string? message
---@return string? reason
function Labels:read(rows, from, count)
  if not read_one(self, rows[from], 0) then return self:_refuse(rows[from], from) end
  -- No loop for a single one: the JIT compiler ends its traces there.
  if count > 1 then
    for i = 1, count - 1 do
      local value = rows[from + i]
      if not read_one(self, value, i) then return self:_refuse(value, from + i) end
    end
  end
  self.count = count
  return count
end

--- The labels that were read last, for the loss.
---@return dgraph.Tensor
function Labels:tensors() return self._views:first(self.count) end

function Labels:packed_size() return 4 * self.count end

function Labels:pack(target) ffi.copy(target, self._views.bytes, 4 * self.count) end

--- Reads labels of a record.
---@return integer? used  bytes
---@return string? message
---@return string? reason
function Labels:unpack(source, size, count)
  if count < 1 or count > self.room or size < 4 * count then return nil, "wrong size", "shape" end
  ffi.copy(self._views.bytes, source, 4 * count)
  local data = self._views.data
  for i = 0, count - 1 do
    if data[i] < self.base or data[i] >= self.base + self.classes then
      return nil, "a label is out of range", "label"
    end
  end
  self.count = count
  return 4 * count
end

--- Fills one row, to try a model.
function Labels:blank()
  self._views.data[0] = self.base
  self.count = 1
end

function Labels:describe()
  return { datatype = "INT32", shape = { -1 }, first = self.first, classes = self.classes }
end

return labels
