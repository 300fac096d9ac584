--- LSTM and GRU. Single steps become elementary operators; an LSTM over a whole sequence becomes
--- ONNX's, https://onnx.ai/onnx/operators/onnx__LSTM.html.
local sizes = require "dgraph.onnx.export.sizes"

--- `count` parts of x along an axis.
local function parts_of(call, x, axis, count)
  local attributes = { axis = axis }
  if call.opset >= 18 then attributes.num_outputs = count end
  return call:node("Split", { x }, attributes, count)
end

local function mul(call, a, b) return call:node("Mul", { a, b }) end
local function add(call, a, b) return call:node("Add", { a, b }) end

--- c = sigmoid(f) c_prev + sigmoid(i) tanh(a), h = sigmoid(o) tanh(c): x has a, i, f, o of one unit
--- after the other.
local function lstm(call)
  local shape, state = call:shape "x", call:shape "c_prev"
  local x, c_prev = call:input "x", call:input "c_prev"
  local units, to, part = state[2], { shape[1], state[2], 4 }, { unpack(state) }
  for i = 3, #shape do to[i + 1] = shape[i] end
  local apart = { shape[1], units, 1, unpack(shape, 3) }
  local a, i, f, o = parts_of(call, call:reshape(x, shape, to), 2, 4)
  local gates = {}
  for k, gate in ipairs { a, i, f, o } do
    gates[k] = call:node(k == 1 and "Tanh" or "Sigmoid", { call:reshape(gate, apart, part) })
  end
  local c = add(call, mul(call, gates[3], c_prev), mul(call, gates[2], gates[1]))
  return c, mul(call, gates[4], call:node("Tanh", { c }))
end

--- h = (1 - z) n + z h_prev with r = sigmoid(xr + ur), z = sigmoid(xz + uz), n = tanh(xn + r un).
local function gru(call)
  local xr, xz, xn = parts_of(call, call:input "x", 1, 3)
  local ur, uz, un = parts_of(call, call:input "u", 1, 3)
  local r = call:node("Sigmoid", { add(call, xr, ur) })
  local z = call:node("Sigmoid", { add(call, xz, uz) })
  local n = call:node("Tanh", { add(call, xn, mul(call, r, un)) })
  local rest = call:node("Sub", { call:scalar(1), z })
  return add(call, mul(call, rest, n), mul(call, z, call:input "h_prev"))
end

-- LSTM over sequences -------------------------------------------------------------------------

--- Which function made the first input, if that is `linear` of a matrix: ONNX's LSTM multiplies by
--- the weights itself.
local function product_before(record, trace)
  local value = trace.values[record.inputs.x]
  local made = value.kind == "result" and trace.records[value.record]
  if made and made.name == "linear" and not made.inner
      and #trace.values[made.inputs.x].shape == 2 then
    return made
  end
end

--- The gates come as a, i, f, o; ONNX has i, o, f, a.
local function reorder(call, x)
  local a, i, f, o = parts_of(call, x, 0, 4)
  return call:node("Concat", { i, o, f, a }, { axis = 0 })
end

--- W, the biases and the input of ONNX's operator. Where x comes from elsewhere W is the identity.
local function weights_of(call, units)
  local graph, dtype = call.graph, call:dtype "x"
  local product, zeros = product_before(call.record, graph.trace), {}
  for k = 1, 4 * units do zeros[k] = 0 end
  if product then
    local b = product.inputs.b and graph:name_of(product.inputs.b)
    local no_bias = call:constant(zeros, dtype, { 4 * units })
    b = call:node("Concat", { b and reorder(call, b) or no_bias, no_bias }, { axis = 0 })
    local shape = graph.trace.values[product.inputs.x].shape
    return reorder(call, graph:name_of(product.inputs.W)), call:unsqueeze(b, { 0 }),
      graph:name_of(product.inputs.x), shape
  end
  local ones = {}
  for i = 1, 4 * units do
    for j = 1, 4 * units do ones[#ones + 1] = i == j and 1 or 0 end
  end
  local W = call:constant(ones, dtype, { 4 * units, 4 * units })
  return reorder(call, W), false, call:input "x", call:shape "x"
end

local function lstm_sequence(call)
  local steps, batches = call:number "steps", call:sizes "sizes"
  for t = 2, steps do
    if not sizes.same(batches[t], batches[1]) then call:refuse "sequences of several lengths" end
  end
  local state = call:shape "h"
  if not sizes.same(state[1], batches[1]) then
    call:refuse "a state for more sequences than there are in the input"
  end
  local units = call:size("W", 2)
  local W, b, x, shape = weights_of(call, units)
  local R = call:unsqueeze(reorder(call, call:input "W"), { 0 })
  local y, h, c = call:node("LSTM", {
    call:reshape(x, shape, { steps, batches[1], shape[2] }), call:unsqueeze(W, { 0 }), R, b, false,
    call:unsqueeze(call:input "h", { 0 }), call:unsqueeze(call:input "c", { 0 }),
  }, { hidden_size = units, direction = call:number "reverse" == 1 and "reverse" or "forward" }, 3)
  local whole = { steps, 1, batches[1], units }
  return call:reshape(y, whole, call:output_shape()), call:squeeze(h, { 0 }), call:squeeze(c, { 0 })
end

--- What a function is computed from in the file, where that is not its inputs.
---@type table<string, fun(record: dgraph.onnx.Record, trace: dgraph.onnx.Trace): integer[]?>
local needs = {
  lstm_sequence = function(record, trace)
    local product = product_before(record, trace)
    if not product then return nil end
    local list = { unpack(product.inputs) }
    for _, name in ipairs { "h", "c", "W" } do list[#list + 1] = record.inputs[name] end
    return list
  end,
}

return function(rules)
  rules.lstm, rules.gru, rules.lstm_sequence = lstm, gru, lstm_sequence
  return needs
end
