--- Layers of LSTMs over sequences.
--- Source: Chainer.
local NStepBase = require "dgraph.links.n_step_base"

---@class dgraph.NStepLSTM: dgraph.NStepBase
---@overload fun(n_layers: integer, in_size: integer, ...): dgraph.NStepLSTM
local NStepLSTM = NStepBase:extend("NStepLSTM")

NStepLSTM.mode, NStepLSTM.n_weights, NStepLSTM.direction = "lstm", 8, 1

---@param hx dgraph.Tensor?  where h begins, layers x batch x out; nil: 0
---@param cx dgraph.Tensor?  where c begins, the same
---@param xs dgraph.Tensor[]|dgraph.Tensor  sequences of any lengths, steps x in each; or one
---  tensor, batch x steps x in
---@return dgraph.Tensor hy  h in the end
---@return dgraph.Tensor cy  c in the end
---@return dgraph.Tensor[]|dgraph.Tensor ys  the last layer's h of all steps, as xs came
function NStepLSTM:forward(hx, cx, xs)
  local hy, cy, ys = self:run(hx, cx, xs)
  return hy, cy, ys
end

return NStepLSTM
