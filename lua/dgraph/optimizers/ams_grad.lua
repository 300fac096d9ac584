--- Adam with the largest v so far: `Adam { amsgrad = true }` by its own name, with the arguments
--- alpha, beta1, beta2, eps, eta and weight_decay_rate. S. Reddi, S. Kale, S. Kumar, "On the
--- convergence of Adam and beyond", 2018.
local Adam = require "dgraph.optimizers.adam"

---@class dgraph.AMSGrad: dgraph.Adam
---@overload fun(alpha?: number|table, ...): dgraph.AMSGrad
local AMSGrad = Adam:extend("AMSGrad")

function AMSGrad:init(...)
  Adam.init(self, ...)
  self.amsgrad = true
end

return AMSGrad
