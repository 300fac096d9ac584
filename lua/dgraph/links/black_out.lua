--- The loss of a language model with many words: a softmax over the right one and some that are
--- drawn at random.
--- Source: Chainer; Ji et al., arXiv:1511.06909.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local WalkerAlias = require "dgraph.utils.walker_alias"
local arguments = require "dgraph.links.arguments"
local check = require "dgraph.check"
local initializers = require "dgraph.initializers"

---@class dgraph.BlackOut: dgraph.Link
---@field W dgraph.Parameter  labels x in
---@field sample_size integer
---@field sampler dgraph.WalkerAlias
---@overload fun(in_size: integer, counts: integer[], sample_size: integer): dgraph.BlackOut
local BlackOut = Link:extend("BlackOut")

--- W begins with LeCunNormal's numbers; Chainer's are not set.
---@param in_size integer
---@param counts integer[]|dgraph.Tensor  how often each label occurs: they are drawn by that
---@param sample_size integer  how many labels are drawn beside each right one
function BlackOut:init(in_size, counts, sample_size)
  arguments.size("BlackOut", "in_size", in_size)
  arguments.size("BlackOut", "sample_size", sample_size)
  self.sample_size = sample_size
  self.sampler = WalkerAlias(counts)
  self.W = Parameter(initializers.get(), { self.sampler.count, in_size })
end

---@param x dgraph.Tensor  batch x in
---@param t dgraph.Tensor  batch, labels from 1
---@return dgraph.Tensor  the mean of the losses of the rows
function BlackOut:forward(x, t)
  check.tensor(x, "BlackOut", "x")
  local samples = self.sampler:sample({ x:dim(1), self.sample_size }, x.device)
  local y = F.black_out(x, t, self.W, samples) -- no tail call: see Link
  return y
end

return BlackOut
