--- Length, examples and batches of all that may stand for a dataset: a plain Lua array, a tensor
--- (its rows), an object of DatasetMixin, or a table with the methods `len` and `get_example`.
local ffi = require "ffi"
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C = native.C

local access = {}

--- Whether a dataset is a plain Lua array of examples.
---@param dataset any
---@return boolean
function access.is_array(dataset)
  return type(dataset) == "table" and type(dataset.get_example) ~= "function"
    and type(dataset.batch) ~= "function"
end

--- How many examples there are; an error when it is no dataset.
---@param dataset any
---@param who string  what the error starts with
---@return integer
function access.length(dataset, who)
  if native.is_tensor(dataset) then
    if dataset.shape[1] == nil then errors.raisef("%s: a tensor without axes has no rows", who) end
    return dataset.shape[1]
  end
  if type(dataset) == "table" then
    return type(dataset.len) == "function" and dataset:len() or #dataset
  end
  if type(dataset) == "userdata" and (getmetatable(dataset) or {}).__len then return #dataset end
  errors.raisef("%s: wanted a dataset or an array of examples, got a %s", who, type(dataset))
end

--- Example `i`, which has to be there.
---@param dataset any
---@param i integer
---@return any
function access.example(dataset, i)
  if type(dataset) == "table" and type(dataset.get_example) == "function" then
    return dataset:get_example(i)
  end
  return dataset[i]
end

--- Checks positions against a length; returns them as a Lua array.
---@param positions integer[]|dgraph.Tensor
---@param length integer
---@param who string
---@return integer[]
function access.positions(positions, length, who)
  local array = native.is_tensor(positions) and positions:totable() or positions
  if type(array) ~= "table" then
    errors.raisef("%s: wanted an array of positions, got %s", who, check.spell(positions))
  end
  for i = 1, #array do
    local position = array[i]
    if type(position) ~= "number"
      or not (position >= 1 and position <= length and position % 1 == 0) then
      errors.raisef("%s: no example %s among %d", who, check.spell(position), length)
    end
  end
  return array
end

--- Copies rows of a tensor into a new one on the same device.
---@param part dgraph.Tensor
---@param positions integer[]  all of them are there
---@return dgraph.Tensor
function access.rows(part, positions)
  local dg = require "dgraph"
  if part.device ~= "cpu" or not part.is_contiguous then
    return part[dg.tensor(positions, { dtype = "int64", device = part.device })]
  end
  local shape = { #positions, unpack(part.shape, 2) }
  local rows = dg.empty(shape, { dtype = part.dtype, device = "cpu" })
  local row_bytes = part.nbytes / part.shape[1]
  local source = ffi.cast("const uint8_t *", C.dg_bytes(part))
  local target = ffi.cast("uint8_t *", rows:pointer())
  for i = 1, #positions do
    ffi.copy(target + (i - 1) * row_bytes, source + (positions[i] - 1) * row_bytes, row_bytes)
  end
  return rows
end

--- The examples at some positions, as an array.
---@param dataset any
---@param positions integer[]
---@return any[]
function access.examples(dataset, positions)
  local examples = {}
  for i = 1, #positions do examples[i] = access.example(dataset, positions[i]) end
  return examples
end

--- The batch of some positions: what `dataset:batch` returns, rows of a tensor, or the array of
--- the examples where the dataset is a plain one.
---@param dataset any
---@param positions integer[]
---@return any ...
function access.batch(dataset, positions)
  if native.is_tensor(dataset) then return access.rows(dataset, positions) end
  if type(dataset) == "table" and type(dataset.batch) ~= "function" then
    return access.examples(dataset, positions)
  end
  return dataset:batch(positions)
end

return access
