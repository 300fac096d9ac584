local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local close = dg.gradient_check.assert_allclose

--- What gamma and beta are like: x's shape behind the batch's axis, and without `axes`.
local function kept(shape, axes)
  local result = {}
  for i, size in ipairs(shape) do
    local goes = false
    for _, axis in ipairs(axes) do goes = goes or axis == i end
    if not goes then result[#result + 1] = size end
  end
  return result
end

for name, case in pairs {
  ["over all but channels"] = {
    axes = { 1, 3 }, shapes = { { 1, 1 }, { 0, 3 }, { 4, 3 }, { 3, 3, 2 } },
  },
  ["over the batch"] = { axes = { 1 }, axis = 1, shapes = { { 4, 3 }, { 3, 3, 2 } } },
  ["over the last axes"] = {
    axes = { 2, 3 }, axis = { 2, 3 }, shapes = { { 2, 4, 2 }, { 2, 3, 2 } },
  },
} do
  op_case("batch_normalization " .. name, {
    f = function(x, gamma, beta)
      return F.batch_normalization(x, gamma, beta, { eps = 0.1, axis = case.axis })
    end,
    inputs = function(r)
      local x = r(-2, 2)
      local own = kept(x.shape, case.axes)
      return { x, r(0.5, 2, own), r(-1, 1, own) }
    end,
    shapes = case.shapes,
    bad_shapes = case.axis and {} or { { { 4, 3 }, { 2 }, { 2 } } },
    overwritten = { 1, 2 },
    nan = "some",
    error_name = "batch_normalization",
  })
end

op_case("batch_normalization", {
  f = F.batch_normalization,
  inputs = function(r) return { r(-2, 2), r(0.5, 2, { 3 }), r(-1, 1, { 3 }) } end,
  shapes = { { 4, 3 }, { 5, 3 } },
  known = { {
    { { 1, 2 }, { 3, 6 } }, { 1, 2 }, { 0, 10 },
    { { -1 / math.sqrt(1 + 2e-5), 10 - 4 / math.sqrt(4 + 2e-5) },
      { 1 / math.sqrt(1 + 2e-5), 10 + 4 / math.sqrt(4 + 2e-5) } },
  } },
  nan = "some",
})

op_case("fixed_batch_normalization", {
  f = F.fixed_batch_normalization,
  inputs = function(r)
    local own = kept(r(-2, 2).shape, { 1, 3 })
    return { r(-2, 2), r(0.5, 2, own), r(-1, 1, own), r(-1, 1, own), r(0.5, 2, own) }
  end,
  shapes = { { 1, 1 }, { 0, 3 }, { 4, 3 }, { 3, 3, 2 } },
  bad_shapes = { { { 4, 3 }, { 4, 3 }, { 2 }, { 3 }, { 3 }, { 3 } } },
  known = { {
    { { 1, 2 }, { 3, 6 } }, { 1, 2 }, { 0, 10 }, { 1, 2 }, { 4 - 2e-5, 1 - 2e-5 },
    { { 0, 10 }, { 1, 18 } },
  } },
  overwritten = { 1, 2, 4, 5 },
  nan = "some",
})

--- The definition, in other operators.
local function by_formula(x, gamma, beta, axes, eps)
  local d = x - F.mean(x, axes, true)
  return d / F.sqrt(F.mean(d * d, axes, true) + eps) * gamma + beta
end

describe("batch_normalization", function()
  it("agrees with its formula for all sizes, axes and strides", function()
    local cases = {
      { { 70, 300 }, { 1 } }, { { 3, 300 }, { 2 } }, { { 2, 9, 600 }, { 1, 3 } },
      { { 2, 600, 9 }, { 1, 2 } }, { { 5, 11, 3, 4 }, { 1, 3, 4 } }, { { 7, 2, 12 }, { 2 } },
      { { 7, 2, 12 }, { 1, 2, 3 } }, { { 70, 12, 3 }, { 1, 3 }, true }, { { 3, 700 }, { 2 }, true },
      { { 12, 5, 9, 2 }, { 1, 3, 4 }, true },
    }
    for _, dtype in ipairs { "float64", "float32" } do
      local tolerance = dtype == "float64" and 1e-11 or 1e-4
      for n, case in ipairs(cases) do
        dg.seed(n)
        local shape, axes = case[1], case[2]
        local own = kept(shape, axes)
        local wide = {}
        for i, size in ipairs(shape) do wide[i] = size end
        for _, axis in ipairs(axes) do wide[axis] = 1 end
        local x = dg.Variable(dg.randn(shape, dtype) * 2 + 3)
        local g = dg.randn(shape, dtype)
        local gamma = dg.Variable(dg.rand(own, dtype) + 1)
        local beta = dg.Variable(dg.randn(own, dtype))
        local seen = case[3] and F.copy(x:transpose()):transpose() or x
        local y = F.batch_normalization(seen, gamma, beta, { axis = axes })
        local wanted = by_formula(x, gamma:reshape(wide), beta:reshape(wide), axes, 2e-5)
        close(y, wanted, tolerance, tolerance)
        local got = dg.grad({ y }, { x, gamma, beta }, { g })
        for i, gx in ipairs(dg.grad({ wanted }, { x, gamma, beta }, { g })) do
          close(got[i], gx, tolerance * 20, tolerance * 20, ("case %d, gradient %d"):format(n, i))
        end
      end
    end
  end)

  it("is exact for numbers far from 0", function()
    local x = dg.tensor { 10000, 10001, 10002, 10003 }
    local y = F.batch_normalization(x:reshape { 4, 1 }, nil, nil, 0)
    local s = math.sqrt(1.25)
    close(y:reshape { 4 }, dg.tensor { -1.5 / s, -0.5 / s, 0.5 / s, 1.5 / s }, 1e-6, 0)
  end)

  it("keeps running averages, with the unbiased variance", function()
    local mean, var = dg.tensor { 1, 1 }, dg.tensor { 2, 2 }
    local x = dg.tensor { { 1, 2 }, { 3, 6 }, { 5, 10 } }
    F.batch_normalization(x, dg.ones(2), dg.zeros(2), 2e-5, mean, var)
    close(mean, dg.tensor { 0.9 + 0.1 * 3, 0.9 + 0.1 * 6 }, 1e-6, 0)
    close(var, dg.tensor { 1.8 + 0.1 * 4, 1.8 + 0.1 * 16 }, 1e-6, 0)
    F.batch_normalization(x, nil, nil, { running_mean = mean, running_var = var, decay = 0 })
    close(mean, dg.tensor { 3, 6 }, 1e-6, 0)
    F.batch_normalization(dg.zeros(0, 2), nil, nil, { running_mean = mean, running_var = var })
    close(mean, dg.tensor { 3, 6 }, 1e-6, 0)
    F.batch_normalization(x[{ { 1, 1 } }], nil, nil,
      { running_mean = mean, running_var = var, decay = 0 })
    assert.same({ { 1, 2 }, { 0, 0 } }, { mean:totable(), var:totable() })
  end)

  it("can run twice before it is differentiated, averages or not", function()
    local mean, var, gamma = dg.zeros(2), dg.ones(2), dg.Variable { 1, 1 }
    local function call(g)
      local x = dg.tensor { { 1, 2 }, { 3, 6 } }
      return F.batch_normalization(x, g, dg.Variable { 0, 0 },
        { running_mean = mean, running_var = var })
    end
    local y = call(gamma) + call(gamma) + call(nil) + call(nil)
    y:sum():backward()
    assert.near(0, gamma.grad:totable()[1], 1e-6)
  end)

  it("takes gamma and beta for 1 and 0 where they are missing", function()
    local x = dg.randn(4, 3, 2)
    local y = F.batch_normalization(x)
    close(y, F.batch_normalization(x, dg.ones(3), dg.zeros(3)), 0, 0)
    local beta = dg.Variable { 1, 2, 3 }
    local shifted = F.batch_normalization(x, nil, beta)
    close(shifted, y + beta:reshape { 3, 1 }, 1e-6, 0)
    shifted:sum():backward()
    assert.same({ 8, 8, 8 }, beta.grad:totable())
    close(F.fixed_batch_normalization(x, nil, nil, dg.zeros(3), dg.ones(3), 0), x, 0, 0)
  end)

  it("spoils no channel but the one with NaN", function()
    local y = F.batch_normalization(dg.tensor { { 0 / 0, 1 }, { 1, 3 } }, nil, nil, 0):totable()
    assert.is_true(y[1][1] ~= y[1][1] and y[2][1] ~= y[2][1])
    assert.same({ -1, 1 }, { y[1][2], y[2][2] })
  end)

  it("says what does not fit", function()
    local x, one = dg.zeros(4, 3), dg.ones(3)
    for text, arguments in pairs {
      ["batch_normalization: gamma is float32 2, wanted float32 3"] = { x, dg.ones(2), one },
      ["beta is float64 3, wanted float32 3"] = { x, one, dg.zeros({ 3 }, "float64") },
      ["running_mean and running_var come together"] = { x, one, one, 0, one },
      ["running_var is float32 4, wanted float32 3"] = { x, one, one, 0, dg.ones(3), dg.ones(4) },
      ["running_mean is not contiguous"] = { x, one, one, 0, dg.ones(3, 2):transpose()[1], one },
      ["x has 1 axes, wanted at least 2"] = { one, one, one },
      ["axis 3 is out of range for 2 axes"] = { x, one, one, { axis = 3 } },
    } do
      local good, got = pcall(F.batch_normalization, unpack(arguments))
      assert.is_false(good, text)
      assert.matches(text, got, 1, true)
    end
  end)
end)
