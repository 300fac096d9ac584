--- dg.functions: all operators, by Chainer's names, also as methods of tensors.
---@type dgraph.functions
local functions = {}

for _, name in ipairs {
  "activation", "arrange", "array", "connection", "criteria", "embedding", "evaluation", "gather",
  "linalg", "loss", "math", "noise", "product", "rnn", "sequence_loss", "special", "util",
} do
  require("dgraph.functions." .. name)(functions)
end

return functions
