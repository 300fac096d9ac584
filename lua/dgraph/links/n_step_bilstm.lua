--- Layers of LSTMs over sequences, in both directions.
--- Source: Chainer.
local NStepLSTM = require "dgraph.links.n_step_lstm"

--- States have two places for each layer: forward, then backward.
---@class dgraph.NStepBiLSTM: dgraph.NStepLSTM
---@overload fun(n_layers: integer, in_size: integer, out_size: integer, ...): dgraph.NStepBiLSTM
local NStepBiLSTM = NStepLSTM:extend("NStepBiLSTM")

NStepBiLSTM.direction = 2

return NStepBiLSTM
