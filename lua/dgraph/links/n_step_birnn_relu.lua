--- Layers of plain recurrent units with relu over sequences, in both directions.
--- Source: Chainer.
local NStepRNNReLU = require "dgraph.links.n_step_rnn_relu"

--- States have two places for each layer: forward, then backward.
---@class dgraph.NStepBiRNNReLU: dgraph.NStepRNNReLU
---@overload fun(n_layers: integer, in_size: integer, out_size: integer, ...): dgraph.NStepBiRNNReLU
local NStepBiRNNReLU = NStepRNNReLU:extend("NStepBiRNNReLU")

NStepBiRNNReLU.direction = 2

return NStepBiRNNReLU
