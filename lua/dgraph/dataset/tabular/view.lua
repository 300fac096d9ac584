--- What views of a TabularDataset have in common: what they do not change is that of the dataset.
local TabularDataset = require "dgraph.dataset.tabular.tabular_dataset"
local check = require "dgraph.check"
local errors = require "dgraph.errors"

local view = {}

local Methods = {}

--- The number of rows.
---@return integer
function Methods:len() return #self.dataset end

--- Columns of the dataset.
---@param rows integer[]?
---@param key_indices integer[]?
---@return any[]
function Methods:get_examples(rows, key_indices)
  return self.dataset:get_examples(rows, key_indices)
end

--- Converts as the dataset does, data of the view's own mode.
---@param data any
---@param of? dgraph.TabularDataset
---@return any
function Methods:convert(data, of) return self.dataset:convert(data, of or self) end

local Properties = {}

function Properties:keys() return self.dataset.keys end

function Properties:mode() return self.dataset.mode end

--- Makes a kind of views. Properties are computed when they are asked for: the mode of a transform
--- is known once it has run, and what is below a view may change.
---@param methods table
---@param properties? table<string, fun(self: table): any>
---@return table methods  to add to
---@return fun(fields: table): dgraph.TabularDataset make
function view.kind(methods, properties)
  setmetatable(methods, { __index = Methods })
  properties = setmetatable(properties or {}, { __index = Properties })
  local meta = {
    __index = function(self, key)
      local property = properties[key]
      if property then return property(self) end
      return methods[key]
    end,
    __newindex = methods.set,
  }
  return methods, function(fields) return TabularDataset(setmetatable(fields, meta)) end
end

--- Raises unless a value is a TabularDataset.
---@param value any
---@param who string
---@return dgraph.TabularDataset
function view.check(value, who)
  if type(value) ~= "userdata" or not value.get_examples then
    errors.raisef("%s: wanted a TabularDataset, got %s", who, check.spell(value))
  end
  return value
end

return view
