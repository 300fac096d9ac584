--- AdaBound with the largest v so far: `AdaBound { amsbound = true }` by its own name.
local AdaBound = require "dgraph.optimizers.ada_bound"

---@class dgraph.AMSBound: dgraph.AdaBound
---@overload fun(alpha?: number|table, ...): dgraph.AMSBound
local AMSBound = AdaBound:extend("AMSBound")

function AMSBound:init(...)
  AdaBound.init(self, ...)
  self.amsbound = true
end

return AMSBound
