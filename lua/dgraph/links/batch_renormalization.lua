--- Normalization over the batch that stays near what the running averages would give, so that
--- training and use agree better. What `F.forget` computes again goes by averages that have moved
--- meanwhile, so that its gradients are a little off.
--- Source: Chainer; Ioffe, arXiv:1702.03275.
local BatchNormalization = require "dgraph.links.batch_normalization"
local F = require "dgraph.functions"
local arguments = require "dgraph.links.arguments"
local check = require "dgraph.check"

---@class dgraph.BatchRenormalization: dgraph.BatchNormalization
---@field rmax number
---@field dmax number
---@overload fun(size: integer|integer[]?, ...): dgraph.BatchRenormalization
---@class dgraph.BatchRenormalizationOptions
---@field rmax number?  how far deviations may be scaled: from 1 / rmax to rmax, 1 by default
---@field dmax number?  how far means may be shifted, in deviations: 0 by default
---@field decay number?  of the running averages: 0.9 by default
---@field eps number?  2e-5 by default
---@field dtype dgraph.Dtype?  of the parameters: dg.config.dtype by default
---@field use_gamma boolean?  true by default
---@field use_beta boolean?  true by default
---@field initial_gamma dgraph.InitializerLike?  1 by default
---@field initial_beta dgraph.InitializerLike?  0 by default
---@field initial_avg_mean dgraph.InitializerLike?  0 by default
---@field initial_avg_var dgraph.InitializerLike?  1 by default

local BatchRenormalization = BatchNormalization:extend("BatchRenormalization")

local OPTIONS = {
  "rmax", "dmax", "decay", "eps", "dtype", "use_gamma", "use_beta", "initial_gamma",
  "initial_beta", "initial_avg_mean", "initial_avg_var",
}

---@param size? integer|integer[]  the shape of the parameters: taken from the first input if nil
---@param rmax? number|dgraph.BatchRenormalizationOptions  1 by default; or all options by name
---@param ... any  the other options, in the order of dgraph.BatchRenormalizationOptions
function BatchRenormalization:init(size, rmax, ...)
  if arguments.is_options(size) then size, rmax = nil, size end
  local opts = arguments.read(self._name, OPTIONS, rmax, ...)
  self.rmax, self.dmax = opts.rmax or 1, opts.dmax or 0
  check.number(self.rmax, self._name, "rmax")
  check.number(self.dmax, self._name, "dmax")
  opts.rmax, opts.dmax = nil, nil
  BatchNormalization.init(self, size, opts)
end

function BatchRenormalization:_normalize(x, decay)
  return (F.batch_renormalization(x, self.gamma, self.beta, self.rmax, self.dmax, self.eps,
    self.avg_mean, self.avg_var, decay, true))
end

function BatchRenormalization:printable_specs()
  local specs = BatchNormalization.printable_specs(self)
  table.insert(specs, 2, { "rmax", self.rmax })
  table.insert(specs, 3, { "dmax", self.dmax })
  return specs
end

return BatchRenormalization
