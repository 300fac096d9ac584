local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local close = dg.gradient_check.assert_allclose

local function last_of(shape, count)
  local result = {}
  for i = #shape - count + 1, #shape do result[#result + 1] = shape[i] end
  return result
end

for count = 1, 2 do
  op_case("layer_normalization over the last axes, " .. count, {
    f = function(x, gamma, beta) return F.layer_normalization(x, gamma, beta, 0.1) end,
    inputs = function(r)
      local x = r(-2, 2)
      local own = last_of(x.shape, count)
      return { x, r(0.5, 2, own), r(-1, 1, own) }
    end,
    shapes = count == 1 and { { 1 }, { 0, 3 }, { 3, 0 }, { 4, 3 }, { 2, 3, 2 } }
      or { { 3, 4 }, { 2, 3, 2 } },
    bad_shapes = { { { 2, 3 }, { 2, 4 }, { 2, 3 } } },
    overwritten = { 1, 2 },
    nan = "some",
    error_name = "layer_normalization",
  })
  op_case("rms_norm over the last axes, " .. count, {
    f = function(x, weight) return F.rms_norm(x, last_of(x.shape, count), weight, 0.1) end,
    inputs = function(r)
      local x = r(-2, 2)
      return { x, r(0.5, 2, last_of(x.shape, count)) }
    end,
    bad_shapes = { { { 2, 3 }, { 2, 4 } } },
    shapes = count == 1 and { { 1 }, { 0, 3 }, { 3, 0 }, { 4, 3 }, { 2, 3, 2 } }
      or { { 3, 4 }, { 2, 3, 2 } },
    overwritten = { 1, 2 },
    nan = "some",
    error_name = "rms_norm",
  })
end

op_case("layer_normalization", {
  f = F.layer_normalization,
  inputs = function(r) return { r(-2, 2, { 5, 4 }), r(0.5, 2, { 4 }), r(-1, 1, { 4 }) } end,
  shapes = { { 5, 4 }, { 5, 4 } },
  known = { {
    { { 1, 3 }, { 2, 6 } }, { 1, 2 }, { 0, 10 },
    { { -1 / math.sqrt(1 + 1e-5), 10 + 2 / math.sqrt(1 + 1e-5) },
      { -2 / math.sqrt(4 + 1e-5), 10 + 4 / math.sqrt(4 + 1e-5) } },
  } },
  nan = "some",
})

op_case("rms_norm", {
  f = function(x) return F.rms_norm(x, x.shape[2]) end,
  inputs = function(r) return { r(-2, 2, { 5, 4 }) } end,
  shapes = { { 5, 4 }, { 5, 4 } },
  known = { {
    { { 3, 4 }, { 0, 0 } },
    { { 3 / math.sqrt(12.5 + 2 ^ -52), 4 / math.sqrt(12.5 + 2 ^ -52) }, { 0, 0 } },
  } },
  nan = "some",
})

describe("layer_normalization", function()
  it("agrees with its formula for all sizes and strides", function()
    for n, shape in ipairs { { 3, 1030 }, { 70, 300 }, { 90, 5 }, { 2, 3, 600 } } do
      for _, turned in ipairs { false, true } do
        dg.seed(n)
        local x = dg.Variable(dg.randn(shape, "float64"))
        local own = { shape[#shape] }
        local gamma = dg.Variable(dg.randn(own, "float64"))
        local beta = dg.Variable(dg.randn(own, "float64"))
        local seen = turned and F.copy(x:transpose()):transpose() or x
        local d = x - F.mean(x, -1, true)
        local wanted = d / F.sqrt(F.mean(d * d, -1, true) + 1e-5) * gamma + beta
        local y = F.layer_normalization(seen, gamma, beta)
        close(y, wanted, 1e-11, 1e-11)
        local g = dg.randn(shape, "float64")
        local got = dg.grad({ y }, { x, gamma, beta }, { g })
        for i, gx in ipairs(dg.grad({ wanted }, { x, gamma, beta }, { g })) do
          close(got[i], gx, 1e-10, 1e-10, ("case %d, gradient %d"):format(n, i))
        end
      end
    end
  end)

  it("can be differentiated three times", function()
    for _, f in ipairs { F.layer_normalization, function(x, gamma)
      return F.rms_norm(x, 3, gamma, 0.3)
    end } do
      local function first(x, gamma, beta, gy)
        local y = f(x, gamma, beta, 0.3)
        return dg.grad({ y }, { x, gamma }, { gy }, { enable_double_backprop = true })
      end
      local function draw(...)
        local list = {}
        for i, shape in ipairs { ... } do list[i] = dg.randn(shape, "float64") end
        return list
      end
      dg.seed(1)
      dg.gradient_check.check_double_backward(first, draw({ 4, 3 }, { 3 }, { 3 }, { 4, 3 }),
        draw({ 4, 3 }, { 3 }), draw({ 4, 3 }, { 3 }, { 3 }, { 4, 3 }), nil, nil,
        { eps = 1e-5, atol = 1e-5, rtol = 1e-4 })
    end
  end)

  it("takes 1e-5 for eps, and 0 for beta", function()
    local x, gamma = dg.randn(3, 4) * 1e-3, dg.ones(4)
    local y = F.layer_normalization(x, gamma)
    assert.same(F.layer_normalization(x, gamma, dg.zeros(4), 1e-5):totable(), y:totable())
    assert.not_same(F.layer_normalization(x, gamma, dg.zeros(4), 1e-6):totable(), y:totable())
  end)

  it("spoils no row but the one with NaN", function()
    local y = F.layer_normalization(dg.tensor { { 0 / 0, 1 }, { 1, 3 } }, dg.ones(2), nil, 0)
    local rows = y:totable()
    assert.is_true(rows[1][1] ~= rows[1][1] and rows[1][2] ~= rows[1][2])
    assert.same({ -1, 1 }, rows[2])
  end)

  it("does not depend on the number of threads", function()
    local x, gamma = dg.randn(300, 400), dg.Variable(dg.rand(400))
    local function both()
      local y = F.layer_normalization(x, gamma, dg.zeros(400))
      local g = dg.grad({ y }, { gamma }, { x })[1]
      return { y:totable(), g:totable() }
    end
    local before = dg.get_num_threads()
    local alone = both()
    dg.set_num_threads(3)
    local together = both()
    dg.set_num_threads(before)
    assert.same(alone, together)
  end)

  it("says what does not fit", function()
    for text, arguments in pairs {
      ["gamma has 0 axes, wanted 1 to 2"] = { dg.zeros(2, 3), dg.ones {} },
      ["gamma is float32 2, wanted float32 3"] = { dg.zeros(2, 3), dg.ones(2) },
    } do
      local ok, message = pcall(F.layer_normalization, unpack(arguments))
      assert.is_false(ok, text)
      assert.matches("layer_normalization: " .. text, message)
    end
  end)
end)

describe("rms_norm", function()
  it("takes the dtype's epsilon", function()
    local x = dg.tensor({ { 1e-4, -1e-4 } }, "float32")
    local wanted = 1e-4 / math.sqrt(1e-8 + 2 ^ -23)
    assert.near(wanted, F.rms_norm(x, 2):totable()[1][1], 1e-7)
    assert.near(wanted, F.rms_norm(x, { 2 }, nil, 2 ^ -23):totable()[1][1], 1e-7)
  end)

  it("refuses another shape than x ends with", function()
    for _, shape in ipairs { { 2 }, { 3, 3 } } do
      assert.error_matches(function() F.rms_norm(dg.zeros(2, 3), shape) end,
        "rms_norm: the last axes of x %(2x3%) have not the shape")
    end
    for _, shape in ipairs { {}, { 1, 2, 3 } } do
      assert.error_matches(function() F.rms_norm(dg.zeros(2, 3), shape) end,
        "rms_norm: the shape has %d axes, wanted 1 to 2")
    end
  end)
end)
