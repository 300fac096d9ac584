--- A TabularDataset in another mode.
local view = require "dgraph.dataset.tabular.view"

local _, make = view.kind({}, { mode = function(self) return self.wanted_mode end })

---@param dataset dgraph.TabularDataset
---@param mode "tuple"|"dict"
---@return dgraph.TabularDataset
return function(dataset, mode) return make { dataset = dataset, wanted_mode = mode } end
