--- Datasets of columns that have names, of which views choose, join and transform rows and columns
--- before anything is read.
local DatasetMixin = require "dgraph.dataset.mixin"
local access = require "dgraph.dataset.access"
local check = require "dgraph.check"
local columns = require "dgraph.datasets.columns"
local concat = require "dgraph.dataset.concat"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local read = require "dgraph.dataset.tabular.read"

---@class dgraph.TabularDataset: dgraph.Dataset
---@field keys string[]  the names of the columns
---@field mode "tuple"|"dict"|nil  an example is an array of values, a table of them by name, or,
---  where there is one column, its value
---@field get_examples fun(self, rows: integer[]?, key_indices: integer[]?): any[]
local TabularDataset = {}

-- Views are TabularDatasets themselves, so their modules cannot be loaded before this one is.
local function view(name) return require("dgraph.dataset.tabular." .. name) end

--- Values of all columns in the form that the mode wants.
local function in_mode(self, values)
  local mode, keys = self.mode, self.keys
  if mode == "tuple" then return values end
  if mode == "dict" then
    local named = {}
    for k, key in ipairs(keys) do named[key] = values[k] end
    return named
  end
  if mode ~= nil then
    errors.raisef('%s: mode is "tuple", "dict" or nil, not %s', self.name, check.spell(mode))
  end
  if #keys ~= 1 then
    errors.raisef("%s: without a mode there is one column, not %d", self.name, #keys)
  end
  return values[1]
end

local function example_of(self, read_columns, i)
  local values = {}
  for k, column in ipairs(read_columns) do values[k] = columns.example(column, i) end
  return in_mode(self, values)
end

--- One example.
---@param i integer
---@return any
function TabularDataset:get_example(i) return example_of(self, read(self, { i }), 1) end

--- The examples at some positions, in an array.
---@param positions integer[]|dgraph.Tensor
---@return any[]
function TabularDataset:examples(positions)
  positions = access.positions(positions, #self, self.name)
  local read_columns, examples = read(self, positions), {}
  for i = 1, #positions do examples[i] = example_of(self, read_columns, i) end
  return examples
end

function TabularDataset:_range(from, to)
  local positions = {}
  for i = from, to do positions[#positions + 1] = i end
  return self:examples(positions)
end

--- All that the dataset has, by columns: an array of columns, a table of them by name, or the one
--- column, as `mode` says. A column is a tensor or an array.
---@return any
function TabularDataset:fetch() return in_mode(self, read(self)) end

--- A column as one tensor, where it can be one.
local function as_tensor(column)
  if native.is_tensor(column) then return column end
  local first = column[1]
  if native.is_tensor(first) or type(first) == "number" or type(first) == "boolean" then
    return (concat.concat_examples(column))
  end
  return column
end

--- What `fetch` gave, made ready for a model: a column of tensors, numbers or booleans becomes one
--- tensor, as `concat_examples` makes it; others stay arrays. `with_converter` sets another way.
---@param data any
---@param of? dgraph.TabularDataset  whose mode the data has; this one's
---@return any
function TabularDataset:convert(data, of)
  if (of or self).mode == nil then return as_tensor(data) end
  local converted = {}
  for key, column in pairs(data) do converted[key] = as_tensor(column) end
  return converted
end

--- The examples at some positions, fetched and converted: one result for each column in the mode
--- "tuple". Iterators call it.
---@param positions integer[]|dgraph.Tensor
---@return any ...
function TabularDataset:batch(positions)
  positions = access.positions(positions, #self, self.name)
  local batch = self:convert(in_mode(self, read(self, positions)))
  if self.mode ~= "tuple" or type(batch) ~= "table" then return batch end
  return unpack(batch, 1, #batch)
end

--- A view of some rows and columns.
---@param rows? integer[]|boolean[]|dgraph.Tensor|integer[][]  positions, which count from the end
---  where they are negative; a boolean for each row; or `{ { from, to, step } }`, a slice as
---  tensors take it. nil: all
---@param keys? string|integer|(string|integer)[]  names or positions of columns. One that is not in
---  an array gives a dataset without a mode. nil: all
---@return dgraph.TabularDataset
function TabularDataset:slice(rows, keys) return view "slice"(self, rows, keys) end

--- A view in the mode "tuple": an example is an array.
---@return dgraph.TabularDataset
function TabularDataset:astuple() return view "as_mode"(self, "tuple") end

--- A view in the mode "dict": an example is a table with the names of columns.
---@return dgraph.TabularDataset
function TabularDataset:asdict() return view "as_mode"(self, "dict") end

--- The rows of this dataset, then those of others, which have the same columns.
---@param ... dgraph.TabularDataset
---@return dgraph.TabularDataset
function TabularDataset:concat(...) return view "concat"(self, ...) end

--- The columns of this dataset, then those of others, which have as many rows and other names.
---@param ... dgraph.TabularDataset
---@return dgraph.TabularDataset
function TabularDataset:join(...) return view "join"(self, ...) end

--- A dataset of what `f` makes of each example, when it is asked for. `f` gets the values, in the
--- mode "dict" a table of them.
---@param keys string|string[]  the new columns. `f` returns an array of their values, or a table
---  by name, which is the mode then; for a name that is not in an array it returns the value
---@param f fun(...): any
---@return dgraph.TabularDataset
function TabularDataset:transform(keys, f) return view "transform"(self, keys, f, false) end

--- The same for many rows at once: `f` gets columns, tensors or arrays, and returns columns that
--- are as long.
---@param keys string|string[]
---@param f fun(...): any
---@return dgraph.TabularDataset
function TabularDataset:transform_batch(keys, f) return view "transform"(self, keys, f, true) end

--- A view whose `convert`, and so its batches, is `f(data)`, where data has the form of `fetch`.
---@param f fun(data: any): any
---@return dgraph.TabularDataset
function TabularDataset:with_converter(f) return view "with_converter"(self, f) end

local function check_keys(keys)
  if type(keys) ~= "table" or #keys == 0 then
    errors.raisef("TabularDataset: keys is an array of one name or more, not %s",
      check.spell(keys))
  end
  for _, key in ipairs(keys) do
    if type(key) ~= "string" then
      errors.raisef("TabularDataset: keys are strings, not %s", check.spell(key))
    end
  end
end

--- A dataset of columns of your own: a table with the methods `len(self)` and
--- `get_examples(self, rows, key_indices)` and the fields `keys` and `mode`. `get_examples` returns
--- an array of columns, each of them a tensor or an array: those at the positions `key_indices`, in
--- that order, all when it is nil; of each the rows at the positions `rows`, all when that is nil.
---@param fields table
---@return dgraph.TabularDataset
local function new(fields)
  if type(fields) ~= "table" or type(fields.len) ~= "function"
    or type(fields.get_examples) ~= "function" then
    errors.raise "TabularDataset: wanted a table with the functions len and get_examples"
  end
  check_keys(fields.keys)
  if fields.name == nil then fields.name = "TabularDataset" end
  if fields.get_example == nil then fields.get_example = TabularDataset.get_example end
  return DatasetMixin(fields, TabularDataset)
end

return new
