--- Layers of plain recurrent units with tanh over sequences, in both directions.
--- Source: Chainer.
local NStepRNNTanh = require "dgraph.links.n_step_rnn_tanh"

--- States have two places for each layer: forward, then backward.
---@class dgraph.NStepBiRNNTanh: dgraph.NStepRNNTanh
---@overload fun(n_layers: integer, in_size: integer, out_size: integer, ...): dgraph.NStepBiRNNTanh
local NStepBiRNNTanh = NStepRNNTanh:extend("NStepBiRNNTanh")

NStepBiRNNTanh.direction = 2

return NStepBiRNNTanh
