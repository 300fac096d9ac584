--- Layers of GRUs over sequences.
--- Source: Chainer, in the form of cuDNN.
local NStepBase = require "dgraph.links.n_step_base"

---@class dgraph.NStepGRU: dgraph.NStepBase
---@overload fun(n_layers: integer, in_size: integer, ...): dgraph.NStepGRU
local NStepGRU = NStepBase:extend("NStepGRU")

NStepGRU.mode, NStepGRU.n_weights, NStepGRU.direction = "gru", 6, 1

return NStepGRU
