--- A TabularDataset whose data are converted in another way.
local check = require "dgraph.check"
local view = require "dgraph.dataset.tabular.view"

local WithConverter = {}

--- Converts data.
---@param data any
---@return any
function WithConverter:convert(data) return self.converter(data) end

local _, make = view.kind(WithConverter)

---@param dataset dgraph.TabularDataset
---@param converter fun(data: any): any
---@return dgraph.TabularDataset
return function(dataset, converter)
  check.callable(converter, "with_converter")
  return make { dataset = dataset, converter = converter }
end
