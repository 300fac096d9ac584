--- A bilinear layer of two inputs, y = e1 W e2 + e1 V1 + e2 V2 + b.
--- Source: Chainer; Socher et al., "Recursive deep models for semantic compositionality", 2013.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local arguments = require "dgraph.links.arguments"
local errors = require "dgraph.errors"
local initializers = require "dgraph.initializers"

---@class dgraph.Bilinear: dgraph.Link
---@field W dgraph.Parameter  left x right x out
---@field V1 dgraph.Parameter?  left x out
---@field V2 dgraph.Parameter?  right x out
---@field b dgraph.Parameter?  out
---@field in_sizes integer[]  left and right
---@field nobias boolean
---@overload fun(left_size: integer, right_size: integer, out_size: integer, ...): dgraph.Bilinear
---@class dgraph.BilinearOptions
---@field nobias boolean?  without the linear terms
---@field initialW dgraph.InitializerLike?  LeCunNormal by default
---@field initial_bias dgraph.InitializerLike[]?  of V1, V2 and b; LeCunNormal twice, and 0

local Bilinear = Link:extend("Bilinear")

local OPTIONS = { "nobias", "initialW", "initial_bias" }

---@param left_size integer
---@param right_size integer
---@param out_size integer
---@param opts? boolean|dgraph.BilinearOptions  nobias, or all options by name
---@param initialW? dgraph.InitializerLike  LeCunNormal by default
---@param initial_bias? dgraph.InitializerLike[]  of V1, V2 and b; LeCunNormal twice, and 0
function Bilinear:init(left_size, right_size, out_size, opts, initialW, initial_bias)
  opts = arguments.read("Bilinear", OPTIONS, opts, initialW, initial_bias)
  arguments.size("Bilinear", "left_size", left_size)
  arguments.size("Bilinear", "right_size", right_size)
  arguments.size("Bilinear", "out_size", out_size)
  self.in_sizes, self.nobias = { left_size, right_size }, opts.nobias or false
  self.W = Parameter(initializers.get(opts.initialW), { left_size, right_size, out_size })
  if self.nobias then return end
  local initial = opts.initial_bias or { nil, nil, 0 }
  if type(initial) ~= "table" or (opts.initial_bias and #initial ~= 3) then
    errors.raise "Bilinear: initial_bias is a list of three: for V1, V2 and b"
  end
  self.V1 = Parameter(initializers.get(initial[1]), { left_size, out_size })
  self.V2 = Parameter(initializers.get(initial[2]), { right_size, out_size })
  self.b = Parameter(initializers.get(initial[3], 0), { out_size })
end

---@param e1 dgraph.Tensor  batch x left; the axes after the batch may be several
---@param e2 dgraph.Tensor  batch x right
---@return dgraph.Tensor  batch x out
function Bilinear:forward(e1, e2)
  local y = F.bilinear(e1, e2, self.W, self.V1, self.V2, self.b) -- no tail call: see Link
  return y
end

function Bilinear:printable_specs()
  return {
    { "left_size", self.in_sizes[1] },
    { "right_size", self.in_sizes[2] },
    { "out_size", self.W.shape[3] },
    { "nobias", self.nobias },
  }
end

return Bilinear
