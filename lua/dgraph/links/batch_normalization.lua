--- Normalization over the batch: by its own mean and variance in training, by averages in use.
--- Source: Chainer; Ioffe and Szegedy, arXiv:1502.03167.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local arguments = require "dgraph.links.arguments"
local averages = require "dgraph.links.averages"
local check = require "dgraph.check"
local config = require "dgraph.config"
local initializers = require "dgraph.initializers"

---@class dgraph.BatchNormalization: dgraph.Link
---@field gamma dgraph.Parameter?  what the normalized input is multiplied with
---@field beta dgraph.Parameter?  what is added then
---@field avg_mean dgraph.Tensor?  the running mean; nil before the first input has told the size
---@field avg_var dgraph.Tensor?  the running variance
---@field N integer  how many batches of finetuning it has seen
---@field decay number
---@field eps number
---@overload fun(size: integer|integer[]?, ...): dgraph.BatchNormalization
---@class dgraph.BatchNormalizationOptions
---@field decay number?  of the running averages: 0.9 by default
---@field eps number?  2e-5 by default
---@field dtype dgraph.Dtype?  of the parameters: dg.config.dtype by default
---@field use_gamma boolean?  true by default
---@field use_beta boolean?  true by default
---@field initial_gamma dgraph.InitializerLike?  1 by default
---@field initial_beta dgraph.InitializerLike?  0 by default
---@field axis integer|integer[]?  over which it normalizes: all but the parameters', which are the
---  second and, where `size` is a list, those behind it
---@field initial_avg_mean dgraph.InitializerLike?  0 by default
---@field initial_avg_var dgraph.InitializerLike?  1 by default

local BatchNormalization = Link:extend("BatchNormalization")

local OPTIONS = {
  "decay", "eps", "dtype", "use_gamma", "use_beta", "initial_gamma", "initial_beta", "axis",
  "initial_avg_mean", "initial_avg_var",
}

--- An initializer, of the layer's dtype where it is not the user's own.
local function initializer(initial, default, dtype)
  if initial ~= nil and type(initial) ~= "number" then return initializers.get(initial) end
  local constant = initializers.Constant(initial or default)
  constant.dtype = dtype
  return constant
end

--- The parameters' shape is known, and the device, if from an input.
local function allocate(self, shape, device)
  if self.gamma and not self.gamma.is_initialized then self.gamma:initialize(shape) end
  if self.beta and not self.beta.is_initialized then self.beta:initialize(shape) end
  if self.avg_mean then return end
  local start = self._start
  self.avg_mean = initializers.generate_array(start.mean, shape, start.dtype)
  self.avg_var = initializers.generate_array(start.var, shape, start.dtype)
  if device then self.avg_mean, self.avg_var = self.avg_mean:to(device), self.avg_var:to(device) end
end

---@param size? integer|integer[]  the shape of the parameters: taken from the first input if nil
---@param decay? number|dgraph.BatchNormalizationOptions  0.9 by default; or all options by name
---@param ... any  the other options, in the order of dgraph.BatchNormalizationOptions
function BatchNormalization:init(size, decay, ...)
  if arguments.is_options(size) then size, decay = nil, size end
  local opts = arguments.read(self._name, OPTIONS, decay, ...)
  local dtype = opts.dtype
  self.decay, self.eps, self.axis = opts.decay or 0.9, opts.eps or 2e-5, opts.axis
  check.number(self.decay, self._name, "decay")
  check.number(self.eps, self._name, "eps")
  if opts.use_gamma ~= false then
    self.gamma = Parameter(initializer(opts.initial_gamma, 1, dtype))
  end
  if opts.use_beta ~= false then
    self.beta = Parameter(initializer(opts.initial_beta, 0, dtype))
  end
  self._start = {
    mean = initializer(opts.initial_avg_mean, 0), var = initializer(opts.initial_avg_var, 1),
    dtype = dtype,
  }
  self.N = 0
  for _, name in ipairs { "avg_mean", "avg_var", "N" } do self:register_persistent(name) end
  if size == nil then return end
  size = type(size) == "table" and size or { size }
  for _, each in ipairs(size) do arguments.size(self._name, "size", each) end
  allocate(self, size)
end

--- Takes the parameters' shape from an input.
local function see(self, x)
  if not self.axis then return allocate(self, { x.shape[2] }, x.device) end
  local goes, shape = {}, {}
  local axes = type(self.axis) == "table" and self.axis or { self.axis }
  for _, axis in ipairs(axes) do goes[axis < 0 and x.ndim + 1 + axis or axis] = true end
  for i, size in ipairs(x.shape) do
    if not goes[i] then shape[#shape + 1] = size end
  end
  allocate(self, shape, x.device)
end

--- Starts counting batches anew: `forward(x, { finetune = true })` then takes the plain mean over
--- all batches since, rather than one that forgets.
function BatchNormalization:start_finetuning() self.N = 0 end

--- In training; classes that extend this one have their own way.
function BatchNormalization:_normalize(x, decay)
  return (F.batch_normalization(x, self.gamma, self.beta, self.eps, self.avg_mean, self.avg_var,
    decay, self.axis))
end

---@param x dgraph.Tensor  batch x channels x ...
---@param finetune? boolean|{ finetune: boolean }  in training: see start_finetuning
---@return dgraph.Tensor  of x's shape
function BatchNormalization:forward(x, finetune)
  if not self.avg_mean then see(self, x) end
  local y
  if config.values.train then
    y = averages.pass(self, x, finetune, self._normalize)
  else
    y = F.fixed_batch_normalization(x, self.gamma, self.beta, self.avg_mean, self.avg_var,
      self.eps, self.axis)
  end
  return y
end

function BatchNormalization:printable_specs()
  local shape = self.avg_mean and self.avg_mean.shape
  return {
    { "size", shape and table.concat(shape, "x") or "?" },
    { "decay", self.decay },
    { "eps", self.eps },
    { "use_gamma", self.gamma ~= nil },
    { "use_beta", self.beta ~= nil },
  }
end

return BatchNormalization
