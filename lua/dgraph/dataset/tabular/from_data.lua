--- A TabularDataset out of tensors, arrays, datasets and functions.
local TabularDataset = require "dgraph.dataset.tabular.tabular_dataset"
local access = require "dgraph.dataset.access"
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local WHO = "from_data"

local Column = {}
Column.__index = Column

--- The number of rows.
---@return integer
function Column:len() return access.length(self.data, WHO) end

--- The column, as often as it is asked for.
---@param rows integer[]?
---@param key_indices integer[]?
---@return any[]
function Column:get_examples(rows, key_indices)
  local data = self.data
  local values
  if native.is_tensor(data) then
    values = rows and access.rows(data, rows) or data
  elseif rows then
    values = access.examples(data, rows)
  elseif access.is_array(data) then
    values = data
  else
    values = {}
    for i = 1, self:len() do values[i] = access.example(data, i) end
  end
  local list = {}
  for k = 1, key_indices and #key_indices or 1 do list[k] = values end
  return list
end

local function column(key, data)
  access.length(data, WHO)
  return TabularDataset(setmetatable({ keys = { key }, data = data }, Column))
end

--- The positions from 1 to `size`, which functions are called with.
local function positions(size)
  return column("index", {
    len = function() return size end,
    get_example = function(_, i) return i end,
  })
end

local function is_callable(value)
  if type(value) == "function" then return true end
  local meta = type(value) == "table" and getmetatable(value)
  return meta and meta.__call ~= nil
end

--- Whether a value is a name, or an array of names.
local function is_name(value)
  if type(value) == "string" then return true end
  if type(value) ~= "table" or #value == 0 then return false end
  for _, name in ipairs(value) do
    if type(name) ~= "string" then return false end
  end
  return true
end

local function is_data(value)
  return native.is_tensor(value) or type(value) == "table" or type(value) == "userdata"
    or is_callable(value)
end

--- Whether a value is `{ name, data }`, or `{ { name, name }, function }`.
local function is_named(value)
  if type(value) ~= "table" or #value ~= 2 then return false end
  if type(value[1]) == "string" then return is_data(value[2]) end
  return is_name(value[1]) and is_callable(value[2])
end

local unnamed = 0

--- A name that no other column has.
local function new_name()
  unnamed = unnamed + 1
  return "_" .. unnamed
end

local function make(key, data, size)
  if not is_callable(data) then
    if key ~= nil and type(key) ~= "string" then
      errors.raisef("%s: only a function gives several columns", WHO)
    end
    return column(key or new_name(), data)
  end
  if key == nil then errors.raisef("%s: the columns of a function need names", WHO) end
  if size == nil then errors.raisef("%s: a function does not tell a size", WHO) end
  return positions(size):transform(key, data)
end

--- The columns of several parts, each a pair of a name and data.
local function join(parts, size)
  for _, part in ipairs(parts) do
    local data = part[2]
    if size == nil and is_data(data) and not is_callable(data) then
      size = access.length(data, WHO)
    end
  end
  local datasets = {}
  for i, part in ipairs(parts) do datasets[i] = make(part[1], part[2], size) end
  return datasets[1]:join(unpack(datasets, 2))
end

--- The parts of a table by name, sorted, as Lua's tables have no order.
local function named_parts(data)
  local parts = {}
  for key, value in pairs(data) do
    if not is_name(key) then
      errors.raisef("%s: columns have strings as names, not %s", WHO, check.spell(key))
    end
    parts[#parts + 1] = { key, value }
  end
  local function first(key) return type(key) == "string" and key or key[1] end
  table.sort(parts, function(a, b) return first(a[1]) < first(b[1]) end)
  return parts
end

--- The parts of an array; nil where it is an array of values, and so a column itself.
local function listed_parts(data)
  local parts = {}
  for i, part in ipairs(data) do
    if not is_data(part) then return nil end
    if is_named(part) then
      parts[i] = part
    else
      parts[i] = { nil, part }
    end
  end
  local count = 0
  for key in pairs(data) do
    if type(key) == "string" then
      errors.raisef("%s: columns stand in an array or have names, but %q is beside an array", WHO,
        key)
    end
    count = count + 1
  end
  if count ~= #parts then errors.raisef("%s: column %d is nil", WHO, #parts + 1) end
  return #parts > 0 and parts or nil
end

--- A dataset of columns. `data` is one of
---
--- - a tensor (of rows), an array of numbers, strings or booleans, a dataset: one column, no mode;
--- - `{ "name", data }`, where the data is such a thing, an array of anything, or a function of a
---   row's position; or `{ { "name", "name" }, f }`, where f returns an array or a table by name;
--- - an array of such things: their columns side by side, in the mode "tuple";
--- - a table `{ name = data, ... }`: columns in the mode "dict", in the order of their names; a
---   function of several columns stands under an array of names, `[{ "a", "b" }] = f`.
---
--- Without a name a column has one that nothing else has.
---@param data any
---@param size? integer  the number of rows, where there are only functions
---@return dgraph.TabularDataset
local function from_data(data, size)
  if size ~= nil and check.integer(size, WHO, "the size") < 0 then
    errors.raisef("%s: the size is %d", WHO, size)
  end
  if is_named(data) then return make(data[1], data[2], size) end
  if type(data) == "table" and not is_callable(data) and access.is_array(data) then
    if #data == 0 and next(data) ~= nil then return join(named_parts(data), size):asdict() end
    local parts = listed_parts(data)
    if parts then return join(parts, size):astuple() end
  end
  return make(nil, data, size)
end

return from_data
