--- What the links of minimal gated units share: f = sigmoid(W_f [h, x]),
--- h' = (1 - f) h + f tanh(W_h [f h, x]).
local Chain = require "dgraph.chain"
local F = require "dgraph.functions"
local Linear = require "dgraph.links.linear"
local arguments = require "dgraph.links.arguments"

---@class dgraph.MGUBase: dgraph.Chain
---@field W_f dgraph.Linear  of the forget gate: out x (out + in)
---@field W_h dgraph.Linear  of the candidate: out x (out + in)
---@field state_size integer
local MGUBase = Chain:extend("MGUBase")

---@param in_size integer?  nil: taken from the first input
---@param out_size integer
function MGUBase:init(in_size, out_size)
  arguments.size(self._name, "out_size", out_size)
  if in_size ~= nil then arguments.size(self._name, "in_size", in_size) end
  self.state_size = out_size
  local both = in_size and in_size + out_size
  self.W_f = Linear(both, out_size)
  self.W_h = Linear(both, out_size)
end

--- The output after x, from the one before.
function MGUBase:step(h, x)
  local f = F.sigmoid(self.W_f(F.concat({ h, x }, 2)))
  return h + f * (F.tanh(self.W_h(F.concat({ f * h, x }, 2))) - h)
end

function MGUBase:printable_specs()
  local W = self.W_f.W
  return {
    { "in_size", W.is_initialized and W.shape[2] - self.state_size or "?" },
    { "out_size", self.state_size },
  }
end

return MGUBase
