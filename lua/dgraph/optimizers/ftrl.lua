--- FTRL-Proximal, for online learning of large linear models: rare inputs learn at a rate of their
--- own, and l1 makes weights exactly 0. H. B. McMahan et al., "Ad click prediction: a view from
--- the trenches", 2013, algorithm 1.
--
--     s = (sqrt(n + g^2) - sqrt(n)) / alpha
--     z = z + g - s p
--     n = n + g^2
--     p = 0 if |z| <= l1, else -(z - sign(z) l1) / ((beta + sqrt(n)) / alpha + l2)
--
-- What p was at first counts in the first step alone: begin with 0. An element whose gradient is 0
-- stays, so where a gradient is some rows of a matrix (F.embed_id, F.embedding_bag) the step costs
-- what these do, and is exactly the same.
local define = require "dgraph.optimizers.define"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.FTRL: dgraph.GradientMethod
---@field alpha number  the learning rate, 0.1 by default
---@field beta number  1 by default
---@field l1 number  0 by default
---@field l2 number  0 by default
---@overload fun(alpha?: number|table, ...): dgraph.FTRL
return define("FTRL", {
  settings = { { "alpha", 0.1 }, { "beta", 1 }, { "l1", 0 }, { "l2", 0 } },
  states = { "z", "n" },
  update = function(rule, param, grad)
    local settings, state = rule.hyperparam, rule.state
    native.check(C.dg_update_ftrl(param, grad, state.z, state.n, settings.alpha, settings.beta,
      settings.l1, settings.l2))
  end,
  update_all = function(ftrl, n, params, states, marks)
    return C.dg_update_ftrl_all(n, params, states, ftrl.alpha, ftrl.beta, ftrl.l1, ftrl.l2, marks)
  end,
})
