--- Layers of plain recurrent units with tanh over sequences.
--- Source: Chainer.
local NStepBase = require "dgraph.links.n_step_base"

---@class dgraph.NStepRNNTanh: dgraph.NStepBase
---@overload fun(n_layers: integer, in_size: integer, ...): dgraph.NStepRNNTanh
local NStepRNNTanh = NStepBase:extend("NStepRNNTanh")

NStepRNNTanh.mode, NStepRNNTanh.n_weights, NStepRNNTanh.direction = "tanh", 2, 1

return NStepRNNTanh
