--- dg.functions: all operators, by Chainer's names, also as methods of tensors.
---@type dgraph.functions
local functions = {}

for _, name in ipairs {
  "activation", "array", "arrange", "connection", "convolution", "criteria", "embedding",
  "evaluation", "fourier", "gather", "image", "linalg", "loss", "math", "noise", "normalization",
  "pooling", "product", "rnn", "roi", "sequence_loss", "spatial", "special", "util",
} do
  require("dgraph.functions." .. name)(functions)
end

return functions
