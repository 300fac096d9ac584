--- The loss of word vectors: rows of W are to tell a label from others that are drawn at random.
--- Source: Chainer; Mikolov et al., arXiv:1310.4546.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local WalkerAlias = require "dgraph.utils.walker_alias"
local arguments = require "dgraph.links.arguments"
local native = require "dgraph.native"

---@class dgraph.NegativeSampling: dgraph.Link
---@field W dgraph.Parameter  labels x in
---@field sample_size integer
---@field sampler dgraph.WalkerAlias
---@overload fun(in_size: integer, counts: integer[], ...): dgraph.NegativeSampling
local NegativeSampling = Link:extend("NegativeSampling")

---@param in_size integer
---@param counts integer[]|dgraph.Tensor  how often each label occurs
---@param sample_size integer  how many labels are drawn beside each right one
---@param power? number|table  0.75 by default: labels are drawn by their counts to this power
function NegativeSampling:init(in_size, counts, sample_size, power)
  local opts = arguments.read("NegativeSampling", { "power" }, power)
  arguments.size("NegativeSampling", "in_size", in_size)
  arguments.size("NegativeSampling", "sample_size", sample_size)
  local chances = {}
  if native.is_tensor(counts) then counts = counts:totable() end
  for i, count in ipairs(counts) do chances[i] = count ^ (opts.power or 0.75) end
  self.sample_size = sample_size
  self.sampler = WalkerAlias(chances)
  self.W = Parameter(0, { #chances, in_size })
end

---@param x dgraph.Tensor  batch x in
---@param t dgraph.Tensor  batch, labels from 1; -1 counts for nothing
---@param reduce? "sum"|"no"  the sum by default
---@param return_samples? boolean  whether the labels drawn are returned too: false by default
---@return dgraph.Tensor loss
---@return dgraph.Tensor? samples  batch x (1 + sample_size)
function NegativeSampling:forward(x, t, reduce, return_samples)
  local function draw(shape, device) return self.sampler:sample(shape, device) end
  return F.negative_sampling(x, t, self.W, draw, self.sample_size, reduce, return_samples)
end

return NegativeSampling
