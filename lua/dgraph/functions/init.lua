--- dg.functions: all operators, by Chainer's names, also as methods of tensors.
---@type dgraph.functions
local functions = {}

for _, name in ipairs {
  "activation", "array", "connection", "convolution", "criteria", "embedding", "evaluation",
  "image", "loss", "math", "noise", "pooling", "rnn", "sequence_loss", "util",
} do
  require("dgraph.functions." .. name)(functions)
end

return functions
