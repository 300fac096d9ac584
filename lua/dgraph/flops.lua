--- How many floating point operations a function takes, forward: formulas by its name and the
--- shapes of its tensors.
---
--- A multiplication and an addition are two. N(x) is the number of elements of x.
---
--- - linear: N(y) (2 in + 1); without a bias N(y) 2 in.
--- - matmul: N(y) 2 k, k being the axis that is summed over.
--- - convolution: N(y) (2 N(W) / out + 1), with W out x in/groups x kernel; 2 N(W) / out without a
---   bias.
--- - deconvolution: 2 N(x) N(W) / in + N(y), with W in x out/groups x kernel; without N(y) where
---   there is no bias.
--- - lstm: 9 N(c): five activations, three products, a sum. gru: 9 N(h): three activations, three
---   products, three sums.
--- - lstm_sequence: 8 units^2 + 13 units for each row: the product by W, its sum with x, the cell.
--- - attention: 2 N(q) Tk + 2 N(y) Tk + 5 Tq Tk for each of the batch: two products and a softmax.
--- - softmax, log_softmax, logsumexp, softmax_cross_entropy: 5 N(x): maximum, difference,
---   exponential, sum, quotient. local_response_normalization, sigmoid_cross_entropy: 5 N(x).
--- - batch, layer, group and instance normalization: 8 N(x): one for the mean, three for the
---   variance, two to normalize, two to scale and shift. fixed_batch_normalization and rms_norm:
---   4 N(x).
--- - mean_squared_error, var, std, normalize: 3 N(x).
--- - sums, means, extrema, running sums: N(x); poolings too, as if no windows overlapped.
--- - cholesky: n^3 / 3; inv: 2 n^3; det: 2 n^3 / 3; solve with m right sides: 2 n^3 / 3 + 2 n^2 m.
--- - views, copies, choices by index: 0. eigh, qr, svd, pinv and ctc are not counted.
--- - everything else, elementwise: N(y); an elementary function counts like a sum.
---
--- A walk back takes about twice as much: the gradients by the input and by the weights cost what
--- the product forward does.

local flops = {}

local function size_of(x) return x.size end

--- A factor for each element of the first input, or of the result.
local function per_input(factor)
  return function(fn) return factor * size_of(fn.inputs[1]) end
end

local function nothing() return 0 end

local RULES = {}

function RULES.linear(fn)
  local y, W = fn.outputs[1], fn.inputs[2]
  return y.size * (2 * W.shape[2] + (fn.inputs[3] and 1 or 0))
end

function RULES.matmul(fn)
  local shape = fn.inputs[1].shape
  return 2 * fn.outputs[1].size * (shape[#shape] or 1)
end

function RULES.convolution(fn)
  local y, W = fn.outputs[1], fn.inputs[2]
  if W.size == 0 then return 0 end
  return y.size * (2 * W.size / W.shape[1] + (fn.inputs[3] and 1 or 0))
end

function RULES.deconvolution(fn)
  local x, W = fn.inputs[1], fn.inputs[2]
  if W.size == 0 then return 0 end
  return 2 * x.size * W.size / W.shape[1] + (fn.inputs[3] and fn.outputs[1].size or 0)
end

function RULES.lstm_sequence(fn)
  local rows, units = fn.inputs[1].shape[1], fn.inputs[4].shape[2]
  return rows * (8 * units * units + 4 * units + 9 * units)
end

function RULES.attention(fn)
  local q, k, y = fn.inputs[1], fn.inputs[2].shape, fn.outputs[1]
  local keys, width = k[#k - 1], q.shape[q.ndim]
  local rows = width > 0 and q.size / width or 0
  return 2 * q.size * keys + 2 * y.size * keys + 5 * rows * keys
end

RULES.lstm, RULES.gru = per_input(9), per_input(9)

for _, name in ipairs { "softmax", "log_softmax", "logsumexp", "softmax_cross_entropy",
  "local_response_normalization", "sigmoid_cross_entropy" } do
  RULES[name] = per_input(5)
end
for _, name in ipairs { "batch_normalization", "layer_normalization", "group_normalization",
  "instance_norm" } do
  RULES[name] = per_input(8)
end
for _, name in ipairs { "fixed_batch_normalization", "rms_norm" } do RULES[name] = per_input(4) end
for _, name in ipairs { "mean_squared_error", "var", "std", "normalize" } do
  RULES[name] = per_input(3)
end
for _, name in ipairs { "sum", "mean", "max", "min", "argmax", "argmin", "prod", "any", "all",
  "cumsum", "cumprod", "argcummax", "max_pooling", "adaptive_max_pooling", "average_pooling",
  "adaptive_average_pooling", "sum_to", "accuracy", "recurrence" } do
  RULES[name] = per_input(1)
end

--- The formulas of linear algebra, for each n x n matrix.
local function per_matrix(f)
  return function(fn)
    local x = fn.inputs[1]
    local n = x.shape[x.ndim]
    return n > 0 and x.size / (n * n) * f(n, fn) or 0
  end
end

RULES.cholesky = per_matrix(function(n) return n ^ 3 / 3 end)
RULES.inv = per_matrix(function(n) return 2 * n ^ 3 end)
RULES.det = per_matrix(function(n) return 2 * n ^ 3 / 3 end)
RULES.solve = per_matrix(function(n, fn)
  local x, y = fn.inputs[1], fn.outputs[1]
  local columns = y.size / math.max(1, x.size / n)
  return 2 * n ^ 3 / 3 + 2 * n * n * columns
end)

--- Results that look at the elements of an input.
local VIEWS = {}
for _, name in ipairs { "reshape", "transpose", "swap_axes", "broadcast_to", "expand_dims",
  "squeeze", "index", "narrow", "select", "flip", "split", "unstack", "diagonal", "as_strided",
  "to" } do
  VIEWS[name], RULES[name] = true, nothing
end
for _, name in ipairs { "copy", "cast", "concat", "stack", "take", "gather", "scatter",
  "embed_id", "where", "pad", "repeat", "tile", "mask_select", "nonzero", "argsort", "select_item",
  "diag_embed", "im2col", "unpooling", "upsampling", "enumerate", "tril", "triu", "eigh", "qr",
  "svd", "pinv", "ctc", "rrelu_slopes" } do
  RULES[name] = nothing
end

--- The operations of one application forward, which has been computed; 0 for a walk's and an
--- optimizer's.
---@param fn dgraph.Application
---@return number
function flops.of(fn)
  local rule = RULES[fn.name]
  if fn.is_backward or fn.is_update or not fn.outputs[1] then return 0 end
  return rule and rule(fn) or not rule and fn.outputs[1].size or 0
end

--- The bytes that its results take: none where they look at the elements of an input.
---@param fn dgraph.Application
---@return number
function flops.bytes(fn)
  local bytes = 0
  if VIEWS[fn.name] then return bytes end
  for _, y in ipairs(fn.outputs) do bytes = bytes + (y and y.nbytes or 0) end
  return bytes
end

return flops
