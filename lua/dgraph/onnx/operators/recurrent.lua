--- LSTM, GRU and RNN over sequences, in one direction or both. Formulas:
--- https://onnx.ai/onnx/operators (LSTM, GRU, RNN); the sequences are steps x batch x in.
local F = require "dgraph.functions"
local create = require "dgraph.create"


--- For each kind of layer, in which order ours has the gates, by the file's.
local GATES = { LSTM = { 1, 3, 4, 2 }, GRU = { 2, 1, 3 }, RNN = { 1 } }
local ACTIVATIONS = {
  LSTM = { "Sigmoid", "Tanh", "Tanh" }, GRU = { "Sigmoid", "Tanh" }, RNN = { "Tanh" },
}

--- What of an attribute other than its default would be something else than what we do.
local function check(node, x, lengths)
  node:only("input_forget", 0)
  if node:get "clip" then node:refuse("clip is not supported") end
  for _, steps in ipairs(lengths and node:numbers(5, lengths) or {}) do
    if steps ~= x.shape[1] then node:refuse("sequences of several lengths") end
  end
  local wanted = ACTIVATIONS[node.kind]
  for i, name in ipairs(node:get("activations", {})) do
    local expected = wanted[(i - 1) % #wanted + 1]
    if name ~= expected and not (node.kind == "RNN" and name == "Relu") then
      node:refuse("the activation %s is not supported", name)
    end
  end
end

--- The matrices of one direction: those of the input for each gate, then those of h.
local function split(W, R, order)
  local count, list = #order, {}
  local parts, more = F.split(W, count, 1), F.split(R, count, 1)
  for i, from in ipairs(order) do list[i], list[count + i] = parts[from], more[from] end
  return list
end

local function zero_biases(W, order)
  local list, units = {}, W.shape[1] / #order
  local zeros = create.zeros({ units }, { dtype = W.dtype, device = W.device })
  for i = 1, 2 * #order do list[i] = zeros end
  return list
end

--- A GRU that resets h before it is multiplied, the default; PyTorch, and so n_step_gru, do it
--- afterwards.
local function reset_first(ws, bs, h, x)
  local ys = {}
  h = h[1]
  for step = 1, x.shape[1] do
    local function gate(i, state) return F.linear(x[step], ws[i], bs[i])
      + F.linear(state, ws[i + 3], bs[i + 3]) end
    local r, z = F.sigmoid(gate(1, h)), F.sigmoid(gate(2, h))
    h = (1 - z) * F.tanh(gate(3, r * h)) + z * h
    ys[step] = h
  end
  return F.expand_dims(h, 1), F.stack(ys, 1)
end

local function run(node, x, ws, bs, h, c, activation)
  if node.kind == "LSTM" then return F.n_step_lstm(1, 0, h, c, { ws }, { bs }, x) end
  if node.kind == "GRU" then
    local hy, ys
    if node:get("linear_before_reset", 0) == 0 then hy, ys = reset_first(ws, bs, h, x)
    else hy, ys = F.n_step_gru(1, 0, h, { ws }, { bs }, x)
    end
    return hy, nil, ys
  end
  local hy, ys = F.n_step_rnn(1, 0, h, { ws }, { bs }, x, activation)
  return hy, nil, ys
end

--- One direction d of the layer; the second one starts at the end.
local function direction(node, d, backward, x, W, R, B, h0, c0)
  local order = GATES[node.kind]
  local w, r = W[d], R[d]
  local units = r.shape[2]
  local function start(state)
    if state then return F.expand_dims(state[d], 1) end
    return create.zeros({ 1, x.shape[2], units }, { dtype = x.dtype, device = x.device })
  end
  local bs
  if B then
    local of_x, of_h = unpack(F.split(B[d], 2, 1))
    bs = split(of_x, of_h, order)
  else
    bs = zero_biases(w, order)
  end
  local names = node:get("activations", {})
  local activation = (names[d] or names[1]) == "Relu" and "relu" or "tanh"
  local hy, cy, ys = run(node, backward and F.flip(x, 1) or x, split(w, r, order), bs, start(h0),
    start(c0), activation)
  return hy, cy, backward and F.flip(ys, 1) or ys
end

local BACKWARD = { forward = { false }, reverse = { true }, bidirectional = { false, true } }

local function recurrent(node, x, W, R, B, lengths, h0, c0, peepholes)
  if peepholes then node:refuse("peepholes are not supported") end
  local batch_first = node:get("layout", 0) == 1
  if batch_first then
    x = F.swapaxes(x, 1, 2)
    h0, c0 = h0 and F.swapaxes(h0, 1, 2), c0 and F.swapaxes(c0, 1, 2)
  end
  check(node, x, lengths)
  local hs, cs, all = {}, {}, {}
  for d, backward in ipairs(BACKWARD[node:get("direction", "forward")]) do
    local hy, cy, ys = direction(node, d, backward, x, W, R, B, h0, c0)
    hs[d], cs[d], all[d] = hy, cy, F.expand_dims(ys, 2)
  end
  local function join(list, axis) return list[2] and F.concat(list, axis) or list[1] end
  local y, h, c = join(all, 2), join(hs, 1), join(cs, 1)
  if not batch_first then return y, h, c end
  return F.transpose(y, { 3, 1, 2, 4 }), F.swapaxes(h, 1, 2), c and F.swapaxes(c, 1, 2)
end

return function(operators)
  operators.LSTM, operators.GRU, operators.RNN = recurrent, recurrent, recurrent
end
