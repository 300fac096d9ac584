--- Layers of GRUs over sequences, in both directions.
--- Source: Chainer, in the form of cuDNN.
local NStepGRU = require "dgraph.links.n_step_gru"

--- States have two places for each layer: forward, then backward.
---@class dgraph.NStepBiGRU: dgraph.NStepGRU
---@overload fun(n_layers: integer, in_size: integer, out_size: integer, ...): dgraph.NStepBiGRU
local NStepBiGRU = NStepGRU:extend("NStepBiGRU")

NStepBiGRU.direction = 2

return NStepBiGRU
