--- A TabularDataset to build one's own on.
local errors = require "dgraph.errors"
local check = require "dgraph.check"
local view = require "dgraph.dataset.tabular.view"

local WHO = "DelegateDataset"

local DelegateDataset, setters = {}, {}

function setters:keys(keys) self.dataset = self.dataset:slice(nil, keys) end

function setters:mode(mode)
  if mode == "tuple" then
    self.dataset = self.dataset:astuple()
  elseif mode == "dict" then
    self.dataset = self.dataset:asdict()
  elseif mode ~= nil then
    errors.raisef('%s: mode is "tuple", "dict" or nil, not %s', WHO, check.spell(mode))
  elseif #self.dataset.keys == 1 then
    self.dataset = self.dataset:slice(nil, 1)
  else
    errors.raisef("%s: without a mode there is one column, not %d", WHO, #self.dataset.keys)
  end
end

--- A new field; `keys` and `mode` change what is seen of the dataset.
function DelegateDataset:set(key, value)
  if setters[key] then return setters[key](self, value) end
  rawset(self, key, value)
end

local _, make = view.kind(DelegateDataset)

--- A dataset that is another one until you change it: methods and fields that are set go before
--- those of the dataset, `delegate.keys = { "a", "c" }` chooses columns, `delegate.mode = "dict"`
--- another mode.
---@param dataset dgraph.TabularDataset
---@return dgraph.TabularDataset
return function(dataset) return make { dataset = view.check(dataset, WHO) } end
