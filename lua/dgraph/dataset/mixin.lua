--- What datasets have in common: `#dataset`, `dataset[i]`, `dataset[{ from, to }]`, batches.
local access = require "dgraph.dataset.access"
local concat = require "dgraph.dataset.concat"
local errors = require "dgraph.errors"

---@class dgraph.Dataset
---@field name string?  what errors and `tostring` say; "dataset" when nil
---@operator len: integer
local Dataset = {}

--- The examples at some positions, in an array.
---@param positions integer[]|dgraph.Tensor
---@return any[]
function Dataset:examples(positions)
  return access.examples(self, access.positions(positions, #self, self.name))
end

--- The examples at some positions put together by `concat_examples`.
---@param positions integer[]|dgraph.Tensor
---@return any ...
function Dataset:batch(positions) return concat.concat_examples(self:examples(positions)) end

--- The examples from one position to another, in an array.
---@param from integer
---@param to integer
---@return any[]
function Dataset:slice(from, to)
  local examples = {}
  for i = from, to do examples[#examples + 1] = self:get_example(i) end
  return examples
end

--- What `dataset[{ from, to }]` gives.
function Dataset:_range(from, to) return self:slice(from, to) end

--- A position that counts from the end where it is negative, as one that counts from 1.
local function from_start(position, length)
  if type(position) == "number" and position < 0 then return position + length + 1 end
  return position
end

--- `dataset[i]` or `dataset[{ from, to }]`: both ends are included, negative ones count from the
--- end.
local function index(self, key)
  local length = #self
  local from, to = key, key
  if type(key) == "table" then
    from, to = from_start(key[1] or 1, length), from_start(key[2] or length, length)
  end
  if type(from) ~= "number" or type(to) ~= "number" or from < 1 or to > length or from % 1 ~= 0
    or to % 1 ~= 0 then
    errors.raisef("%s: no example%s among %d", self.name,
      from == to and " " .. tostring(from) or ("s %s to %s"):format(tostring(from), tostring(to)),
      length)
  end
  if type(key) == "table" then return self:_range(from, to) end
  return self:get_example(from)
end

--- A dataset of your own: a table with the methods `len(self)` and `get_example(self, i)`, and
--- `batch(self, positions)` where the common one would not do. The other fields are the dataset's.
---@param fields table
---@param methods? table  of a kind of datasets; they go before those of every dataset
---@return dgraph.Dataset
local function new(fields, methods)
  if type(fields) ~= "table" or type(fields.len) ~= "function"
    or type(fields.get_example) ~= "function" then
    errors.raise "DatasetMixin: wanted a table with the functions len and get_example"
  end
  if fields.name == nil then fields.name = "dataset" end
  -- LuaJIT asks a table itself for its length, but a userdata its metatable.
  local self = newproxy(true)
  local meta = getmetatable(self)
  meta.__len = function() return fields.len(self) end
  meta.__index = function(_, key)
    if type(key) ~= "string" then return index(self, key) end
    local value = fields[key]
    if value == nil and methods then value = methods[key] end
    if value == nil then return Dataset[key] end
    return value
  end
  meta.__newindex = function(_, key, value) fields[key] = value end
  meta.__tostring = function() return ("%s of %d examples"):format(fields.name, #self) end
  return self
end

return new
