--- The loss of a linear chain conditional random field, which learns what label comes after which.
--- Source: Chainer; Lafferty, McCallum, Pereira, "Conditional random fields", 2001.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local arguments = require "dgraph.links.arguments"

---@class dgraph.CRF1d: dgraph.Link
---@field cost dgraph.Parameter  labels x labels: what it scores to go from one to the next
---@overload fun(n_label: integer, initial_cost?: dgraph.InitializerLike|table): dgraph.CRF1d
local CRF1d = Link:extend("CRF1d")

---@param n_label integer
---@param initial_cost? dgraph.InitializerLike|table  0 by default; or the options by name
function CRF1d:init(n_label, initial_cost)
  local opts = arguments.read("CRF1d", { "initial_cost" }, initial_cost)
  arguments.size("CRF1d", "n_label", n_label)
  local cost = opts.initial_cost
  self.cost = Parameter(cost == nil and 0 or cost, { n_label, n_label })
end

--- A list of sequences as a list of steps.
local function steps(xs, transpose) return transpose and F.transpose_sequence(xs) or xs end

---@param xs dgraph.Tensor[]  steps, each batch x labels, whose batches may shrink
---@param ys dgraph.Tensor[]  steps, each batch: labels from 1
---@param reduce? "mean"|"no"  the mean by default
---@param transpose? boolean  the lists are of sequences, not of steps
---@return dgraph.Tensor  one number, or with "no" as many as sequences
function CRF1d:forward(xs, ys, reduce, transpose)
  local y = F.crf1d(self.cost, steps(xs, transpose), steps(ys, transpose), reduce or "mean")
  return y
end

--- The labels that score most.
---@param xs dgraph.Tensor[]
---@param transpose? boolean  the list is of sequences, and the result is
---@return dgraph.Tensor scores
---@return dgraph.Tensor[] path
function CRF1d:argmax(xs, transpose)
  local scores, path = F.argmax_crf1d(self.cost, steps(xs, transpose))
  return scores, steps(path, transpose)
end

return CRF1d
