--- Normalization over the batch that makes channels uncorrelated as well: by the batch's own mean
--- and covariances in training, by averages in use.
--- Source: Chainer; Huang et al., arXiv:1804.08450.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local arguments = require "dgraph.links.arguments"
local averages = require "dgraph.links.averages"
local check = require "dgraph.check"
local config = require "dgraph.config"
local create = require "dgraph.create"
local errors = require "dgraph.errors"

---@class dgraph.DecorrelatedBatchNormalization: dgraph.Link
---@field avg_mean dgraph.Tensor  the running mean, groups x channels of a group
---@field avg_projection dgraph.Tensor  what takes correlations off, groups x channels of a group x
---  as many
---@field N integer  how many batches of finetuning it has seen
---@field groups integer
---@field decay number
---@field eps number
---@overload fun(size: integer, ...): dgraph.DecorrelatedBatchNormalization
---@class dgraph.DecorrelatedBatchNormalizationOptions
---@field groups integer?  into which the channels fall: 16, or as many as group_size makes
---@field decay number?  of the running averages: 0.9 by default
---@field eps number?  2e-5 by default
---@field dtype dgraph.Dtype?  of the averages: dg.config.dtype by default
---@field group_size integer?  channels of a group

local DecorrelatedBatchNormalization = Link:extend("DecorrelatedBatchNormalization")

local OPTIONS = { "groups", "decay", "eps", "dtype", "group_size" }

--- How many groups there are, and of how many channels.
local function groups_of(who, size, groups, group_size)
  arguments.size(who, "size", size)
  if groups ~= nil then arguments.size(who, "groups", groups) end
  if group_size ~= nil then arguments.size(who, "group_size", group_size) end
  groups = groups or group_size and size / group_size or 16
  group_size = group_size or size / groups
  if groups % 1 == 0 and group_size % 1 == 0 and groups * group_size == size then
    return groups, group_size
  end
  errors.raisef("%s: %d channels are not groups x group_size = %g x %g", who, size, groups,
    group_size)
end

---@param size integer  how many channels there are
---@param groups? integer|dgraph.DecorrelatedBatchNormalizationOptions  16 by default; or all by
---  name
---@param ... any  the other options, in the order of dgraph.DecorrelatedBatchNormalizationOptions
function DecorrelatedBatchNormalization:init(size, groups, ...)
  local opts = arguments.read(self._name, OPTIONS, groups, ...)
  local count, group_size = groups_of(self._name, size, opts.groups, opts.group_size)
  self.groups, self.N = count, 0
  self.decay, self.eps = opts.decay or 0.9, opts.eps or 2e-5
  check.number(self.decay, self._name, "decay")
  check.number(self.eps, self._name, "eps")
  local dtype = opts.dtype or config.values.dtype
  self.avg_mean = create.zeros({ count, group_size }, dtype)
  local eye = create.identity(group_size, dtype)
  self.avg_projection = F.copy(F.broadcast_to(eye, { count, group_size, group_size }))
  for _, name in ipairs { "avg_mean", "avg_projection", "N" } do self:register_persistent(name) end
end

--- Starts counting batches anew: `forward(x, { finetune = true })` then takes the plain mean over
--- all batches since, rather than one that forgets.
function DecorrelatedBatchNormalization:start_finetuning() self.N = 0 end

local function normalize(self, x, decay)
  return (F.decorrelated_batch_normalization(x, self.groups, self.eps, self.avg_mean,
    self.avg_projection, decay))
end

---@param x dgraph.Tensor  batch x channels x ...
---@param finetune? boolean|{ finetune: boolean }  in training: see start_finetuning
---@return dgraph.Tensor  of x's shape
function DecorrelatedBatchNormalization:forward(x, finetune)
  local y
  if config.values.train then
    y = averages.pass(self, x, finetune, normalize)
  else
    y = F.fixed_decorrelated_batch_normalization(x, self.avg_mean, self.avg_projection,
      self.groups)
  end
  return y
end

function DecorrelatedBatchNormalization:printable_specs()
  local shape = self.avg_mean.shape
  return {
    { "size", shape[1] * shape[2] },
    { "groups", self.groups },
    { "decay", self.decay },
    { "eps", self.eps },
  }
end

return DecorrelatedBatchNormalization
