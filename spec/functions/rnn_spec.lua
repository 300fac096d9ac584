local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("slstm", {
  f = F.slstm,
  inputs = function(r)
    local c = r(-2, 2)
    local shape = c.shape
    shape[2] = 4 * shape[2]
    return { c, r(-2, 2, c.shape), r(-2, 2, shape), r(-2, 2, shape) }
  end,
  shapes = { { 1, 1 }, { 0, 3 }, { 2, 3, 2 }, { 3, 2 } },
  usual = { 3, 2 },
  bad_shapes = {
    { { 2, 3 }, { 2, 3 }, { 2, 3 }, { 2, 2 } }, { { 2, 3 }, { 1, 3 }, { 2, 3 }, { 2, 3 } },
  },
  nan = "some",
  error_name = "",
})

op_case("tree_lstm", {
  f = F.tree_lstm,
  inputs = function(r)
    local c = r(-2, 2)
    local shape = c.shape
    shape[2] = 5 * shape[2]
    return { c, r(-2, 2, c.shape), r(-2, 2, shape) }
  end,
  shapes = { { 1, 1 }, { 0, 3 }, { 2, 3, 2 }, { 3, 2 } },
  usual = { 3, 2 },
  bad_shapes = { { { 2, 3 }, { 2, 3 }, { 2, 12 } }, { { 2, 3 }, { 3, 3 }, { 2, 15 } } },
  nan = "some",
  error_name = "",
})

--- The shapes of layers as one list: x of all steps, states, then weights and biases of each.
local function layer_shapes(gates, directions, steps, batch, IN, OUT)
  local total = 2 * directions
  local list = { { steps, IN }, { total, batch, OUT }, { total, batch, OUT } }
  for i = 1, total do
    for k = 1, 2 * gates do
      local columns = k > gates and OUT or i <= directions and IN or OUT * directions
      list[#list + 1] = { OUT, columns }
    end
    for _ = 1, 2 * gates do list[#list + 1] = { OUT } end
  end
  return list
end

--- Two layers over sequences of 3 and 2 steps; what has no rows is one step of them.
local function layers(name, gates, directions, states, activation)
  local SIZES = { 2, 2, 1 }
  local total, each = 2 * directions, 2 * gates
  local shapes = layer_shapes(gates, directions, 5, 2, 2, 2)
  local wrong = layer_shapes(gates, directions, 5, 2, 2, 2)
  wrong[4] = { 2, 3 }
  op_case(name .. (activation and " with " .. activation or ""), {
    f = function(x, hx, cx, ...)
      local given, ws, bs, at = { ... }, {}, {}, 0
      for i = 1, total do
        ws[i], bs[i] = {}, {}
        for k = 1, each do ws[i][k], bs[i][k] = given[at + k], given[at + each + k] end
        at = at + 2 * each
      end
      local xs = F.split(x, x:dim(1) == 5 and SIZES or { x:dim(1) }, 1)
      local results = states == 2 and { F[name](2, 0, hx, cx, ws, bs, xs) }
        or { F[name](2, 0, hx + 0 * cx, ws, bs, xs, activation) }
      results[#results] = F.concat(results[#results], 1)
      return results
    end,
    inputs = function(r)
      local xs = {}
      for i, shape in ipairs(shapes) do xs[i] = r(-1, 1, shape) end
      return xs
    end,
    shapes = { {} },
    layouts = {
      layer_shapes(gates, directions, 0, 0, 1, 1), layer_shapes(gates, directions, 1, 1, 1, 1),
    },
    bad_shapes = { wrong },
    elementwise = false,
    bad_dtypes = not activation and { "int32" } or {},
    nan = "some",
    error_name = "",
  })
end

layers("n_step_lstm", 4, 1, 2)
layers("n_step_bilstm", 4, 2, 2)
layers("n_step_gru", 3, 1, 1)
layers("n_step_bigru", 3, 2, 1)
layers("n_step_rnn", 1, 1, 1)
layers("n_step_birnn", 1, 2, 1)
layers("n_step_birnn", 1, 2, 1, "relu")

describe("slstm", function()
  it("refuses what has no four gates", function()
    assert.error_matches(function()
      F.slstm(dg.zeros(2, 3), dg.zeros(2, 3), dg.zeros(2, 11), dg.zeros(2, 12))
    end, "F.slstm: the states are 2x3 and 2x3, the inputs 2x11 and 2x12", nil, true)
  end)
end)

describe("tree_lstm", function()
  it("takes any number of children", function()
    for count = 1, 4 do
      local inputs = {}
      for i = 1, count do inputs[i] = dg.ones(2, 3) end
      inputs[count + 1] = dg.full({ 2, (3 + count) * 3 }, 100)
      local c, h = F.tree_lstm(unpack(inputs))
      assert.near(1 + count, c[{ 1, 1 }]:item(), 1e-6)
      assert.near(math.tanh(1 + count), h[{ 1, 1 }]:item(), 1e-6)
    end
  end)

  it("refuses what does not fit", function()
    local function refuses(text, ...)
      local inputs, n = { ... }, select("#", ...)
      assert.error_matches(function() F.tree_lstm(unpack(inputs, 1, n)) end, text, nil, true)
    end
    refuses("F.tree_lstm: wanted states and x, got 1 tensors", dg.zeros(2, 3))
    refuses("F.tree_lstm: state 2 has shape 3x3, wanted 2x3 as x has 2x15", dg.zeros(2, 3),
      dg.zeros(3, 3), dg.zeros(2, 15))
    refuses("F.tree_lstm: inputs[2] must be a tensor", dg.zeros(2, 3), 5)
  end)
end)

describe("n_step functions", function()
  local function weights(gates, inputs, units)
    local ws, bs = {}, {}
    for k = 1, 2 * gates do
      ws[k], bs[k] = dg.randn(units, k <= gates and inputs or units), dg.randn(units)
    end
    return { ws }, { bs }
  end
  local ws, bs = weights(1, 2, 3)
  local h = dg.zeros(1, 2, 3)

  it("have tanh for activation by default", function()
    local x = { dg.randn(2, 2) }
    local _, plain = F.n_step_rnn(1, 0, h, ws, bs, x)
    local _, tanh = F.n_step_rnn(1, 0, h, ws, bs, x, "tanh")
    local _, relu = F.n_step_rnn(1, 0, h, ws, bs, x, { activation = "relu" })
    assert.same(plain[1]:totable(), tanh[1]:totable())
    assert.not_same(plain[1]:totable(), relu[1]:totable())
  end)

  it("take all steps as one tensor", function()
    local x = dg.randn(3, 2, 2)
    local hy, ys = F.n_step_rnn(1, 0, h, ws, bs, x)
    local hy2, ys2 = F.n_step_rnn(1, 0, h, ws, bs, F.separate(x, 1))
    assert.same({ 3, 2, 3 }, ys.shape)
    assert.same(ys[3]:totable(), ys2[3]:totable())
    assert.same(hy:totable(), hy2:totable())
  end)

  it("drop out between layers while training", function()
    local w, b = weights(4, 8, 8)
    w[2], b[2] = weights(4, 8, 8)
    w[2], b[2] = w[2][1], b[2][1]
    local state, x = dg.zeros(2, 2, 8), { dg.randn(2, 8) }
    local function last()
      local _, _, ys = F.n_step_lstm(2, 0.5, state, state, w, b, x)
      return ys[1]:totable()
    end
    assert.not_same(last(), last())
    assert.same(dg.test_mode(last), dg.test_mode(last))
  end)

  it("refuse what does not fit", function()
    local function refuses(text, f, ...)
      local arguments, n = { ... }, select("#", ...)
      assert.error_matches(function() F[f](unpack(arguments, 1, n)) end, text, nil, true)
    end
    local x = { dg.ones(2, 2) }
    refuses("F.n_step_rnn: 0 layers", "n_step_rnn", 0, 0, h, ws, bs, x)
    refuses("F.n_step_rnn: ws must be a list of 2 lists, got 1", "n_step_rnn", 2, 0, h, ws, bs, x)
    refuses("F.n_step_gru: ws[1] has 2 tensors, wanted 6", "n_step_gru", 1, 0, h, ws, bs, x)
    refuses("F.n_step_rnn: xs has no steps", "n_step_rnn", 1, 0, h, ws, bs, {})
    refuses("F.n_step_rnn: step 2 is for 2 sequences, the one before for 1", "n_step_rnn", 1, 0, h,
      ws, bs, { dg.ones(1, 2), dg.ones(2, 2) })
    refuses("F.n_step_rnn: hx has shape 1x2x3, wanted 1 x 3 x units", "n_step_rnn", 1, 0, h, ws, bs,
      { dg.ones(3, 2) })
    refuses("F.n_step_rnn: xs has shape 3x2, wanted steps x batch x in", "n_step_rnn", 1, 0, h, ws,
      bs, dg.ones(3, 2))
    refuses("F.n_step_rnn: activation must be \"tanh\" or \"relu\", got \"elu\"", "n_step_rnn", 1,
      0, h, ws, bs, x, "elu")
    refuses("F.n_step_rnn: xs[1] has shape 2, wanted batch x in", "n_step_rnn", 1, 0, h, ws, bs,
      { dg.ones(2) })
  end)
end)
