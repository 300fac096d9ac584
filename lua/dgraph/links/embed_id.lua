--- A table with one vector for each id: of words, users, whatever can be numbered.
--- Source: Chainer.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local arguments = require "dgraph.links.arguments"
local initializers = require "dgraph.initializers"

---@class dgraph.EmbedID: dgraph.Link
---@field W dgraph.Parameter  vectors, in x out
---@field ignore_label integer?
---@field sparse boolean  whether its gradient is kept as the rows that were used, see F.embed_id
---@overload fun(in_size: integer, out_size: integer, ...): dgraph.EmbedID
local EmbedID = Link:extend("EmbedID")

local OPTIONS = { "initialW", "ignore_label", "sparse" }

---@param in_size integer  how many ids there are
---@param out_size integer  the length of a vector
---@param initialW? dgraph.InitializerLike|table  Normal(1) by default; or the options by name
---@param ignore_label? integer  an id whose vector is all 0 and learns nothing
---@param sparse? boolean  true by default: a step costs what its ids do, however many there are
function EmbedID:init(in_size, out_size, initialW, ignore_label, sparse)
  local opts = arguments.read("EmbedID", OPTIONS, initialW, ignore_label, sparse)
  arguments.size("EmbedID", "in_size", in_size)
  arguments.size("EmbedID", "out_size", out_size)
  self.ignore_label = opts.ignore_label
  self.sparse = opts.sparse ~= false
  self.W = Parameter(initializers.get(opts.initialW, initializers.Normal(1)), { in_size, out_size })
end

---@param x dgraph.Tensor  integers, any shape: ids, counted from 1
---@return dgraph.Tensor  one more axis: the vectors
function EmbedID:forward(x)
  local y = F.embed_id(x, self.W, self.ignore_label, self.sparse)
  return y
end

function EmbedID:printable_specs()
  return { { "in_size", self.W.shape[1] }, { "out_size", self.W.shape[2] } }
end

return EmbedID
