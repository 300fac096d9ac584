--- Recurrent layers over sequences of different lengths: what the functions n_step_... share.
--
-- The steps lie one after the other in one matrix, `sizes` says how many rows each has. So the
-- products of all steps' inputs are one product.
local ffi = require "ffi"
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C, wrap = native.C, native.wrap

local n_step = {}

--- Weights or biases of several gates as one: all rows of a gate, then those of the next.
local function join(F, list, order)
  local chosen = {}
  for i, at in ipairs(order) do chosen[i] = list[at] end
  return F.concat(chosen, 1)
end

--- Runs a step after the other; h has rows for all sequences, a step for `sizes[t]` of them.
local function loop(F, x, h, sizes, reverse, step)
  local parts, ys = F.split(x, sizes, 1), {}
  local from, to, by = 1, #sizes, 1
  if reverse then from, to, by = #sizes, 1, -1 end
  for t = from, to, by do
    local rows, batch = C.dg_dim(h, 0), sizes[t]
    local now, rest = h, nil
    if batch < rows then now, rest = unpack(F.split(h, { batch, rows - batch }, 1)) end
    ys[t] = step(parts[t], now)
    h = rest and F.concat({ ys[t], rest }, 1) or ys[t]
  end
  return F.concat(ys, 1), h
end

local triple, room, numbers = ffi.new "dg_tensor *[3]", 64, ffi.new("int64_t[?]", 64)

--- One layer in one direction: x (all steps), state, weights, biases -> h of all steps, final h, c.
local run_layer = {}

--- Chainer has the gates of weights as i, f, a, o, those of the cell as a, i, f, o.
local INPUT, STATE = { 3, 1, 2, 4 }, { 7, 5, 6, 8 }

function run_layer.lstm(F, x, h, c, w, b, sizes, reverse)
  local bias = join(F, b, INPUT) + join(F, b, STATE)
  local gates = F.linear(x, join(F, w, INPUT), bias)
  local lateral = join(F, w, STATE)
  if #sizes > room then
    room = 2 * #sizes
    numbers = ffi.new("int64_t[?]", room)
  end
  for t = 1, #sizes do numbers[t - 1] = sizes[t] end
  native.check(C.dg_lstm_sequence(gates, h, c, lateral, #sizes, numbers, reverse, triple))
  return wrap(triple[0]), wrap(triple[1]), wrap(triple[2])
end

local FIRST, SECOND = { 1, 2, 3 }, { 4, 5, 6 }

function run_layer.gru(F, x, h, _, w, b, sizes, reverse)
  local gates = F.linear(x, join(F, w, FIRST), join(F, b, FIRST))
  local U, bias = join(F, w, SECOND), join(F, b, SECOND)
  return loop(F, gates, h, sizes, reverse, function(part, now)
    return wrap(C.dg_gru(now, part, F.linear(now, U, bias)))
  end)
end

local function plain(activation)
  return function(F, x, h, _, w, b, sizes, reverse)
    local f, U = F[activation], w[2]
    local input = F.linear(x, w[1], b[1] + b[2])
    return loop(F, input, h, sizes, reverse, function(part, now)
      return f(part + F.linear(now, U))
    end)
  end
end

run_layer.tanh, run_layer.relu = plain "tanh", plain "relu"

local WEIGHTS = { lstm = 8, gru = 6, tanh = 2, relu = 2 }

--- The name of an activation that there is.
function n_step.activation(who, name)
  if name ~= "tanh" and name ~= "relu" then
    errors.raisef("F.%s: activation must be \"tanh\" or \"relu\", got %s", who, check.spell(name))
  end
  return name
end

-- -- Arguments --------------------------------------------------------------------------------

local function check_lists(who, what, lists, layers, each)
  if type(lists) ~= "table" or #lists ~= layers then
    errors.raisef("F.%s: %s must be a list of %d lists, got %s", who, what, layers,
      type(lists) == "table" and #lists or check.spell(lists))
  end
  for i = 1, layers do
    local _, count = check.tensors(lists[i], "F." .. who, ("%s[%d]"):format(what, i))
    if count ~= each then
      errors.raisef("F.%s: %s[%d] has %d tensors, wanted %d", who, what, i, count, each)
    end
  end
end

local function check_state(who, what, x, layers, most)
  local shape = x.shape
  if #shape ~= 3 or shape[1] ~= layers or shape[2] < most then
    errors.raisef("F.%s: %s has shape %s, wanted %d x %d x units", who, what,
      table.concat(shape, "x"), layers, most)
  end
end

--- All steps in one matrix, and the sizes of the batches.
local function pack(F, who, xs)
  if native.is_tensor(xs) then
    local shape, sizes = xs.shape, {}
    if #shape ~= 3 or shape[1] == 0 then
      errors.raisef("F.%s: xs has shape %s, wanted steps x batch x in", who,
        table.concat(shape, "x"))
    end
    for t = 1, shape[1] do sizes[t] = shape[2] end
    return F.reshape(xs, { shape[1] * shape[2], shape[3] }), sizes
  end
  local _, count = check.tensors(xs, "F." .. who, "xs")
  if count == 0 then errors.raisef("F.%s: xs has no steps", who) end
  local sizes = {}
  for t = 1, count do
    if C.dg_ndim(xs[t]) ~= 2 then
      errors.raisef("F.%s: xs[%d] has shape %s, wanted batch x in", who, t,
        table.concat(xs[t].shape, "x"))
    end
    sizes[t] = C.dg_dim(xs[t], 0)
    if t > 1 and sizes[t] > sizes[t - 1] then
      errors.raisef("F.%s: step %d is for %d sequences, the one before for %d (sort them, the "
        .. "longest first)", who, t, sizes[t], sizes[t - 1])
    end
  end
  return F.concat(xs, 1), sizes
end

local function unpack_steps(F, ys, sizes, xs)
  if not native.is_tensor(xs) then return F.split(ys, sizes, 1) end
  return F.reshape(ys, { #sizes, sizes[1], C.dg_dim(ys, 1) })
end

-- -- All layers ---------------------------------------------------------------------------------

--- The layers over steps that are packed. Returns the final h and c of each layer and direction, as
--- lists, and h of all steps.
---@param mode "lstm"|"gru"|"tanh"|"relu"
---@param directions 1|2
---@param hs dgraph.Tensor[]
---@param cs dgraph.Tensor[]?
function n_step.layers(F, mode, directions, n_layers, dropout, hs, cs, ws, bs, x, sizes)
  local run, hy, cy = run_layer[mode], {}, {}
  for layer = 1, n_layers do
    local outputs = {}
    for direction = 1, directions do
      local at = directions * (layer - 1) + direction
      local input = layer == 1 and x or F.dropout(x, dropout)
      outputs[direction], hy[at], cy[at] = run(F, input, hs[at], cs and cs[at], ws[at], bs[at],
        sizes, direction == 2)
    end
    x = directions == 1 and outputs[1] or F.concat(outputs, 2)
  end
  return hy, cy, x
end

--- What each function is.
---@param who string  its name
function n_step.run(F, who, mode, directions, n_layers, dropout, hx, cx, ws, bs, xs)
  if n_layers < 1 then errors.raisef("F.%s: %d layers", who, n_layers) end
  local total = n_layers * directions
  check_lists(who, "ws", ws, total, WEIGHTS[mode])
  check_lists(who, "bs", bs, total, WEIGHTS[mode])
  local x, sizes = pack(F, who, xs)
  check_state(who, "hx", hx, total, sizes[1])
  if cx then check_state(who, "cx", cx, total, sizes[1]) end
  local hy, cy, ys = n_step.layers(F, mode, directions, n_layers, dropout, F.separate(hx, 1),
    cx and F.separate(cx, 1), ws, bs, x, sizes)
  ys = unpack_steps(F, ys, sizes, xs)
  if not cx then return F.stack(hy, 1), ys end
  return F.stack(hy, 1), F.stack(cy, 1), ys
end

return n_step
