--- Products of matrices: square ones, and those of mlp_mnist, gpt4, lstm_char and of tiny models.
--- `nt`: the second operand lies transposed, as weights do, `tn`: the first one.
local dg = require "dgraph"
local measure = require "spec.bench.measure"
local F = dg.functions

local SHAPES = {
  { "nn", 64, 64, 64 }, { "nn", 256, 256, 256 }, { "nn", 1024, 1024, 1024 },
  { "nn", 2048, 2048, 2048 },
  { "nt", 100, 1000, 784 }, { "tn", 1000, 784, 100 }, { "nt", 100, 1000, 1000 },
  { "nn", 100, 1000, 1000 },
  { "nt", 1024, 768, 256 }, { "nt", 1024, 1024, 256 }, { "tn", 1024, 256, 1024 },
  { "nt", 32, 512, 128 }, { "tn", 512, 128, 32 },
  { "nt", 1, 64, 64 }, { "nt", 32, 64, 64 }, { "nt", 1, 1000, 784 },
}

dg.seed(1)
for _, shape in ipairs(SHAPES) do
  local kind, m, n, k = unpack(shape)
  local ta, tb = kind == "tn", kind == "nt"
  local a = ta and dg.randn(k, m) or dg.randn(m, k)
  local b = tb and dg.randn(n, k) or dg.randn(k, n)
  measure.time(("sgemm_%s_%dx%dx%d"):format(kind, m, n, k), "us", function()
    local scope = dg.open_scope()
    F.matmul(a, b, ta, tb)
    scope:close()
  end)
end
