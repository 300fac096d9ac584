--- What the links of GRUs share: r = sigmoid(W_r x + U_r h), z = sigmoid(W_z x + U_z h),
--- h' = (1 - z) h + z tanh(W x + U (r h)).
local Chain = require "dgraph.chain"
local F = require "dgraph.functions"
local Linear = require "dgraph.links.linear"
local arguments = require "dgraph.links.arguments"

---@class dgraph.GRUBase: dgraph.Chain
---@field W_r dgraph.Linear
---@field U_r dgraph.Linear
---@field W_z dgraph.Linear
---@field U_z dgraph.Linear
---@field W dgraph.Linear
---@field U dgraph.Linear
local GRUBase = Chain:extend("GRUBase")

local OPTIONS = { "init", "inner_init", "bias_init" }

---@param in_size integer?  nil: taken from the first input
---@param out_size integer
---@param ... any  init of W, inner_init of U: LeCunNormal by default; bias_init = 0
function GRUBase:init(in_size, out_size, ...)
  local opts = arguments.read(self._name, OPTIONS, ...)
  arguments.size(self._name, "out_size", out_size)
  self.state_size = out_size
  for _, gate in ipairs { "_r", "_z", "" } do
    self["W" .. gate] = Linear(in_size, out_size, {
      initialW = opts.init, initial_bias = opts.bias_init,
    })
    self["U" .. gate] = Linear(out_size, out_size, {
      initialW = opts.inner_init, initial_bias = opts.bias_init,
    })
  end
end

--- The output after x, from the one before.
function GRUBase:step(h, x)
  local r = F.sigmoid(self.W_r(x) + self.U_r(h))
  local z = F.sigmoid(self.W_z(x) + self.U_z(h))
  return h + z * (F.tanh(self.W(x) + self.U(r * h)) - h)
end

function GRUBase:printable_specs()
  local W = self.W.W
  return {
    { "in_size", W.is_initialized and W.shape[2] or "?" }, { "out_size", self.state_size },
  }
end

return GRUBase
