--- A TabularDataset whose columns a function makes out of those of another one.
local access = require "dgraph.dataset.access"
local check = require "dgraph.check"
local columns = require "dgraph.datasets.columns"
local errors = require "dgraph.errors"
local read = require "dgraph.dataset.tabular.read"
local view = require "dgraph.dataset.tabular.view"

local Transform, properties = {}, {}

local SINGLE = "single" -- as nil in `seen_mode` tells that nothing has been seen

--- Calls the function with values of all columns of the dataset, as the mode of that is.
local function call(self, values)
  local dataset = self.dataset
  if dataset.mode ~= "dict" then return self.f(unpack(values, 1, #values)) end
  local named = {}
  for k, key in ipairs(dataset.keys) do named[key] = values[k] end
  return self.f(named)
end

--- What the function returned as an array with a value for each of the keys, and its mode.
local function read_result(self, result)
  local keys = self.new_keys
  if self.is_single or #keys == 1 and type(result) ~= "table" then return { result }, SINGLE end
  if type(result) ~= "table" then
    errors.raisef("%s: wanted %d values in an array or a table, got %s", self.who, #keys,
      check.spell(result))
  end
  if result[1] ~= nil then return result, "tuple" end
  local values = {}
  for k, key in ipairs(keys) do values[k] = result[key] end
  return values, "dict"
end

--- The values that the function makes of others.
local function apply(self, inputs)
  local values, mode = read_result(self, call(self, inputs))
  for k, key in ipairs(self.new_keys) do
    if values[k] == nil then errors.raisef("%s: no value for %q came back", self.who, key) end
  end
  if #values ~= #self.new_keys then
    errors.raisef("%s: %d values came back for %d keys", self.who, #values, #self.new_keys)
  end
  if self.seen_mode and self.seen_mode ~= mode then
    errors.raisef("%s: an array, a table by name or a value may come back, but always the same",
      self.who)
  end
  self.seen_mode = mode
  return values
end

local function transform_each(self, inputs, count)
  local outputs = {}
  for k = 1, #self.new_keys do outputs[k] = {} end
  for i = 1, count do
    local values = {}
    for k, column in ipairs(inputs) do values[k] = columns.example(column, i) end
    for k, value in ipairs(apply(self, values)) do outputs[k][i] = value end
  end
  return outputs
end

local function transform_all(self, inputs, count)
  local outputs = apply(self, inputs)
  for k, column in ipairs(outputs) do
    local length = access.length(column, self.who)
    if length ~= count then
      errors.raisef("%s: %d values of %q came back for %d rows", self.who, length,
        self.new_keys[k], count)
    end
  end
  return outputs
end

--- Columns, for which the function is called.
---@param rows integer[]?
---@param key_indices integer[]?
---@return any[]
function Transform:get_examples(rows, key_indices)
  local inputs = read(self.dataset, rows)
  local count = rows and #rows or #self.dataset
  local outputs = (self.is_batch and transform_all or transform_each)(self, inputs, count)
  return key_indices and access.examples(outputs, key_indices) or outputs
end

function properties:keys() return self.new_keys end

--- The mode is that of what the function returns: it is tried with the first row.
function properties:mode()
  if self.is_single then return nil end
  if not self.seen_mode and #self.dataset > 0 then self:get_examples { 1 } end
  if self.seen_mode == SINGLE then return nil end
  return self.seen_mode or "tuple"
end

local _, make = view.kind(Transform, properties)

---@param dataset dgraph.TabularDataset
---@param keys string|string[]
---@param f fun(...): any
---@param is_batch boolean  many rows at once
---@return dgraph.TabularDataset
return function(dataset, keys, f, is_batch)
  local who = is_batch and "transform_batch" or "transform"
  check.callable(f, who)
  local is_single = type(keys) == "string"
  return make { dataset = dataset, new_keys = is_single and { keys } or keys, f = f, who = who,
    is_single = is_single, is_batch = is_batch }
end
