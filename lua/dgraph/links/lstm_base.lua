--- What the links of LSTMs share: the weights of input and state, with the gates of `F.lstm`.
local Chain = require "dgraph.chain"
local F = require "dgraph.functions"
local Linear = require "dgraph.links.linear"
local arguments = require "dgraph.links.arguments"
local create = require "dgraph.create"
local initializers = require "dgraph.initializers"

---@class dgraph.LSTMBase: dgraph.Chain
---@field upward dgraph.Linear  of the input: 4 state_size x in, with biases
---@field lateral dgraph.Linear  of the output before: 4 state_size x state_size
---@field state_size integer
local LSTMBase = Chain:extend("LSTMBase")

--- Tensors to be filled and copied to a parameter.
local function blank(x, ...)
  return create.empty({ ... }, { dtype = x.dtype, device = x.device })
end

--- Each block of `rows` rows by itself, as Chainer initializes the four gates.
local function by_blocks(initializer, rows)
  local fill = initializers.get(initializer)
  return function(x)
    local to = x:detach()
    for from = 1, x.shape[1], rows do
      local part = blank(x, rows, x.shape[2])
      fill(part)
      to[{ { from, from + rows - 1 } }] = part
    end
  end
end

--- The biases of a, i and o, and of the forget gate.
local function by_gates(bias, forget_bias)
  return function(x)
    local gates = {}
    for k, fill in ipairs { bias, bias, forget_bias, bias } do
      gates[k] = blank(x, x.shape[1] / 4)
      fill(gates[k])
    end
    x:copydata(F.reshape(F.stack(gates, 2), -1))
  end
end

local OPTIONS = { "lateral_init", "upward_init", "bias_init", "forget_bias_init" }

--- `L.LSTM(100)` is `L.LSTM(nil, 100)`, as in Chainer. The options may come by position too.
---@param in_size integer?  nil: taken from the first input
---@param out_size integer
---@param ... any  lateral_init, upward_init: LeCunNormal by default; bias_init = 0,
---  forget_bias_init = 1
function LSTMBase:init(in_size, out_size, ...)
  local opts
  if arguments.is_options(out_size) then
    in_size, out_size, opts = nil, in_size, arguments.read(self._name, OPTIONS, out_size)
  else
    if out_size == nil then in_size, out_size = nil, in_size end
    opts = arguments.read(self._name, OPTIONS, ...)
  end
  arguments.size(self._name, "out_size", out_size)
  self.state_size = out_size
  self.upward = Linear(in_size, 4 * out_size, {
    initialW = by_blocks(opts.upward_init, out_size),
    initial_bias = by_gates(initializers.get(opts.bias_init, 0),
      initializers.get(opts.forget_bias_init, 1)),
  })
  self.lateral = Linear(out_size, 4 * out_size, {
    nobias = true, initialW = by_blocks(opts.lateral_init, out_size),
  })
end

--- Zeros for the state of as many sequences as x has.
function LSTMBase:zeros(x)
  return create.zeros({ x:dim(1), self.state_size }, { dtype = x.dtype, device = x.device })
end

function LSTMBase:printable_specs()
  local W = self.upward.W
  return {
    { "in_size", W.is_initialized and W.shape[2] or "?" }, { "out_size", self.state_size },
  }
end

return LSTMBase
