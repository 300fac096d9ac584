--- A layer that may let its input pass. Srivastava, Greff, Schmidhuber, "Highway networks", 2015.
--- Source: Chainer.
local F = require "dgraph.functions"
local Linear = require "dgraph.links.linear"
local Link = require "dgraph.link"
local arguments = require "dgraph.links.arguments"

---@class dgraph.Highway: dgraph.Link
---@field plain dgraph.Linear  the layer
---@field transform dgraph.Linear  the gate: how much of it counts
---@field activate fun(x: dgraph.Tensor): dgraph.Tensor
---@overload fun(in_out_size: integer, ...): dgraph.Highway
---@class dgraph.HighwayOptions
---@field nobias boolean?
---@field activate (fun(x: dgraph.Tensor): dgraph.Tensor)?  relu by default
---@field init_Wh dgraph.InitializerLike?  of the layer's weights: LeCunNormal by default
---@field init_Wt dgraph.InitializerLike?  of the gate's weights: LeCunNormal by default
---@field init_bh dgraph.InitializerLike?  0 by default
---@field init_bt dgraph.InitializerLike?  -1 by default: at first most of the input passes

local Highway = Link:extend("Highway")

local OPTIONS = { "nobias", "activate", "init_Wh", "init_Wt", "init_bh", "init_bt" }

---@param in_out_size integer
---@param ... any  the options, in the order of dgraph.HighwayOptions or by name in one table
function Highway:init(in_out_size, ...)
  local opts = arguments.read("Highway", OPTIONS, ...)
  local size = in_out_size
  self.activate = opts.activate or F.relu
  self.plain = Linear(size, size, opts.nobias, opts.init_Wh, opts.init_bh)
  self.transform = Linear(size, size, opts.nobias, opts.init_Wt, opts.init_bt or -1)
end

---@param x dgraph.Tensor  batch x in_out_size
---@return dgraph.Tensor  activate(plain(x)) t + x (1 - t), where t = sigmoid(transform(x))
function Highway:forward(x)
  local t = F.sigmoid(self.transform(x))
  local y = self.activate(self.plain(x)) * t + x * (1 - t)
  return y
end

return Highway
