--- Layers of plain recurrent units with relu over sequences.
--- Source: Chainer.
local NStepBase = require "dgraph.links.n_step_base"

---@class dgraph.NStepRNNReLU: dgraph.NStepBase
---@overload fun(n_layers: integer, in_size: integer, ...): dgraph.NStepRNNReLU
local NStepRNNReLU = NStepBase:extend("NStepRNNReLU")

NStepRNNReLU.mode, NStepRNNReLU.n_weights, NStepRNNReLU.direction = "relu", 2, 1

return NStepRNNReLU
