--- Several tensors side by side: example `i` is row `i` of each.
local ffi = require "ffi"

---@class dgraph.TupleDataset
---@field parts dgraph.Tensor[]
---@operator len: integer
local TupleDataset = {}

--- The number of examples, which is also `#dataset`.
---@return integer
function TupleDataset:len() return self.parts[1].shape[1] end

--- Positions as a Lua array of numbers, out of one or out of an integer tensor.
local function positions_of(indices)
  if type(indices) == "table" and indices.dtype == nil then return indices, #indices end
  local pointer, positions = indices:pointer(), {}
  for i = 1, indices.size do positions[i] = tonumber(pointer[i - 1]) end
  return positions, indices.size
end

--- Copies rows of one tensor into a new one.
local function gather(part, positions, count)
  if part.device ~= "cpu" then
    local list = {}
    for i = 1, count do list[i] = positions[i] end
    return part[require "dgraph".tensor(list, { dtype = "int64", device = part.device })]
  end
  local shape = { count }
  for axis = 2, #part.shape do shape[axis] = part.shape[axis] end
  local rows = require "dgraph".empty(shape, { dtype = part.dtype, device = "cpu" })
  local row_bytes = part.nbytes / part.shape[1]
  local source = ffi.cast("const uint8_t *", part:pointer())
  local target = ffi.cast("uint8_t *", rows:pointer())
  for i = 1, count do
    ffi.copy(target + (i - 1) * row_bytes, source + (positions[i] - 1) * row_bytes, row_bytes)
  end
  return rows
end

--- The examples at some positions, as one tensor for each part.
---@param indices integer[]|dgraph.Tensor  positions, from 1
---@return dgraph.Tensor ...
function TupleDataset:batch(indices)
  local positions, count = positions_of(indices)
  local length = self:len()
  for i = 1, count do
    local position = positions[i]
    if not (position >= 1 and position <= length and position % 1 == 0) then
      error(("TupleDataset: no example %s among %d"):format(tostring(position), length), 2)
    end
  end
  local rows = {}
  for i, part in ipairs(self.parts) do rows[i] = gather(part, positions, count) end
  return unpack(rows, 1, #rows)
end

--- `dataset[i]`: one example, an array of one row for each part.
--- `dataset[{from, to}]`: several, an array of one tensor for each part; both ends are included.
local function get(self, key)
  local length = self:len()
  local from, to = key, key
  if type(key) == "table" then
    from, to = key[1] or 1, key[2] or length
    if from < 0 then from = from + length + 1 end
    if to < 0 then to = to + length + 1 end
  end
  if from < 1 or to > length or from % 1 ~= 0 or to % 1 ~= 0 then
    error(("TupleDataset: no examples %s to %s among %d"):format(from, to, length), 3)
  end
  local rows = {}
  for i, part in ipairs(self.parts) do
    if type(key) == "table" then
      rows[i] = part[{ { from, to } }]
    else
      local row = gather(part, { key }, 1)
      rows[i] = row:reshape { unpack(row.shape, 2) }
    end
  end
  return rows
end

--- Puts tensors of the same first size together.
---@param ... dgraph.Tensor
---@return dgraph.TupleDataset
local function new(...)
  local parts = { ... }
  if #parts == 0 then error("TupleDataset: at least one tensor is needed", 2) end
  for i, part in ipairs(parts) do
    if part.shape[1] == nil then error("TupleDataset: a tensor without axes has no rows", 2) end
    if part.shape[1] ~= parts[1].shape[1] then
      error(("TupleDataset: part 1 has %d examples, part %d has %d"):format(parts[1].shape[1], i,
        part.shape[1]), 2)
    end
  end
  -- LuaJIT asks a table itself for its length, but a userdata its metatable.
  local self, fields = newproxy(true), { parts = parts }
  local meta = getmetatable(self)
  meta.__len = TupleDataset.len
  meta.__index = function(_, key)
    if type(key) == "string" then return TupleDataset[key] or fields[key] end
    return get(self, key)
  end
  meta.__tostring = function() return ("TupleDataset of %d examples"):format(#self) end
  return self
end

return new
