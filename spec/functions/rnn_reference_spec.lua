local dg = require "dgraph"
local reference = require "spec.support.reference"

local F = dg.F
local IN, OUT, LAYERS, SIZES = 2, 2, 2, { 3, 2, 1 }

--- Lists of matrices and biases, one for each gate, out of all of PyTorch's in one vector.
local function by_gates(gates, directions, flat)
  local ws, bs, from = {}, {}, 1
  local function take(i, list, at, columns)
    local rows = gates * OUT
    local part = flat[{ { from, from + rows * (columns or 1) - 1 } }]
    from = from + rows * (columns or 1)
    if columns then part = part:reshape(rows, columns) end
    list[i] = list[i] or {}
    for g, one in ipairs(F.split(part, gates, 1)) do list[i][at * gates + g] = one end
  end
  for i = 1, LAYERS * directions do
    take(i, ws, 0, i <= directions and IN or OUT * directions)
    take(i, ws, 1, OUT)
    take(i, bs, 0)
    take(i, bs, 1)
  end
  return ws, bs
end

local function lstm(name, directions)
  return function(x, flat, hx, cx)
    local ws, bs = by_gates(4, directions, flat)
    local hy, cy, ys = F[name](LAYERS, 0, hx, cx, ws, bs, F.split(x, SIZES, 1))
    return hy, cy, F.concat(ys, 1)
  end
end

local function other(name, gates, directions, activation)
  return function(x, flat, hx)
    local ws, bs = by_gates(gates, directions, flat)
    local hy, ys = F[name](LAYERS, 0, hx, ws, bs, F.split(x, SIZES, 1), activation)
    return hy, F.concat(ys, 1)
  end
end

local attention = F.scaled_dot_product_attention

reference("rnn", {
  lstm = F.lstm,
  ["lstm, fewer rows"] = F.lstm,
  slstm = F.slstm,
  tree_lstm = F.tree_lstm,
  n_step_lstm = lstm("n_step_lstm", 1),
  n_step_bilstm = lstm("n_step_bilstm", 2),
  n_step_gru = other("n_step_gru", 3, 1),
  n_step_bigru = other("n_step_bigru", 3, 2),
  ["n_step_rnn tanh"] = other("n_step_rnn", 1, 1),
  ["n_step_birnn tanh"] = other("n_step_birnn", 1, 2),
  ["n_step_rnn relu"] = other("n_step_rnn", 1, 1, "relu"),
  ["n_step_birnn relu"] = other("n_step_birnn", 1, 2, "relu"),
  scaled_dot_product_attention = attention,
  ["scaled_dot_product_attention, causal"] = function(q, k, v)
    return attention(q, k, v, { is_causal = true })
  end,
  ["scaled_dot_product_attention, scale"] = function(q, k, v)
    return attention(q, k, v, { scale = 0.3 })
  end,
  ["scaled_dot_product_attention, mask of bools"] = attention,
  ["scaled_dot_product_attention, mask of numbers"] = attention,
  ["scaled_dot_product_attention, leading axes"] = attention,
})
