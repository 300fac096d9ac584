--- A fully connected layer of which each output is the largest of several.
--- Source: Chainer; Goodfellow et al., arXiv:1302.4389.
local F = require "dgraph.functions"
local Linear = require "dgraph.links.linear"
local Link = require "dgraph.link"
local arguments = require "dgraph.links.arguments"
local create = require "dgraph.create"
local native = require "dgraph.native"

---@class dgraph.Maxout: dgraph.Link
---@field linear dgraph.Linear  computes all of them, (out_size * pool_size) x in_size
---@field out_size integer
---@field pool_size integer
---@overload fun(in_size: integer?, out_size: integer, pool_size: integer, ...): dgraph.Maxout
local Maxout = Link:extend("Maxout")

local OPTIONS = { "initialW", "initial_bias" }

--- A tensor or table, of any shape, in another one; anything else as it is.
local function reshaped(value, shape)
  if type(value) == "table" and getmetatable(value) == nil then value = create.tensor(value) end
  return native.is_tensor(value) and F.reshape(value, shape) or value
end

---@param in_size integer?  nil: taken from the first input
---@param out_size integer
---@param pool_size integer  of how many numbers an output is the largest
---@param initialW? dgraph.InitializerLike|table  a tensor: out x pool x in. LeCunNormal by default;
---  or all options by name
---@param initial_bias? dgraph.InitializerLike|false  a tensor: out x pool. 0 by default; false: no
---  bias
function Maxout:init(in_size, out_size, pool_size, initialW, initial_bias)
  arguments.size("Maxout", "out_size", out_size)
  arguments.size("Maxout", "pool_size", pool_size)
  local opts = arguments.read("Maxout", OPTIONS, initialW, initial_bias)
  local rows = out_size * pool_size
  self.out_size, self.pool_size = out_size, pool_size
  self.linear = Linear(in_size, rows, {
    nobias = opts.initial_bias == false,
    initialW = reshaped(opts.initialW, { rows, -1 }),
    initial_bias = reshaped(opts.initial_bias or nil, { rows }),
  })
end

---@param x dgraph.Tensor  batch x in; the axes after the batch may be several
---@return dgraph.Tensor  batch x out
function Maxout:forward(x)
  local y = F.maxout(self.linear(x), self.pool_size)
  return y
end

function Maxout:printable_specs()
  return { { "out_size", self.out_size }, { "pool_size", self.pool_size } }
end

return Maxout
