local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local close = dg.gradient_check.assert_allclose

local function double(t) return dg.tensor(t, "float64") end

--- x's shape without the first axis and those behind the second.
local function channels(x) return { x.shape[2] or 1 } end

--- r and d are constants in gradients, so differences of values agree with these only where both
--- are at their limits, whatever x is: these averages are far off.
local function far(x)
  local options = { dtype = x.dtype, device = x.device }
  return dg.full(channels(x), 100, options), dg.full(channels(x), 1e-3, options)
end

op_case("batch_renormalization", {
  f = function(x, gamma, beta)
    local mean, var = far(x)
    return F.batch_renormalization(x, gamma, beta, 1.5, 0.5, 1e-3, mean, var)
  end,
  inputs = function(r)
    local x = r(-2, 2)
    return { x, r(0.5, 2, channels(x)), r(-1, 1, channels(x)) }
  end,
  shapes = { { 1, 1 }, { 0, 3 }, { 4, 3 }, { 3, 3, 2 } },
  bad_shapes = { { { 4, 3 }, { 2 }, { 3 } }, { { 4, 3 }, { 3 }, { 1 } }, { { 3 }, { 1 }, { 1 } } },
  known = { {
    { { 1, 2 }, { 3, 6 } }, { 1, 2 }, { 0, 10 },
    { { -1.5 / math.sqrt(1.001) - 0.5, 9 - 6 / math.sqrt(4.001) },
      { 1.5 / math.sqrt(1.001) - 0.5, 9 + 6 / math.sqrt(4.001) } },
  } },
  overwritten = { 1 },
  nan = "some",
})

op_case("fixed_batch_renormalization", {
  f = F.fixed_batch_renormalization,
  inputs = function(r)
    local x = r(-1, 1)
    local own = channels(x)
    return { x, r(0.5, 2, own), r(-1, 1, own), r(-1, 1, own), r(0.5, 2, own) }
  end,
  shapes = { { 1, 1 }, { 0, 3 }, { 4, 3 }, { 3, 3, 2 } },
  bad_shapes = { { { 4, 3 }, { 2 }, { 3 }, { 3 }, { 3 } } },
  known = { {
    { { 1, 2 }, { 3, 6 } }, { 1, 2 }, { 0, 10 }, { 1, 2 }, { 4 - 2e-5, 1 - 2e-5 },
    { { 0, 10 }, { 1, 18 } },
  } },
  overwritten = { 1, 2, 4, 5 },
  nan = "some",
  error_name = "fixed_batch_normalization",
})

op_case("decorrelated_batch_normalization", {
  f = function(x) return F.decorrelated_batch_normalization(x, 2, 0.1) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 1, 2 }, { 0, 4 }, { 6, 4 }, { 4, 4, 2 } },
  bad_shapes = { { { 3, 3 } }, { { 4 } } },
  known = { { -- each group is one channel
    { { 1, 2 }, { 3, 6 } },
    { { -1 / math.sqrt(1.1), -2 / math.sqrt(4.1) }, { 1 / math.sqrt(1.1), 2 / math.sqrt(4.1) } },
  } },
  half = 3,
  nan = "refused",
  in_lua = true,
  error_name = "decorrelated_batch_normalization",
})

op_case("decorrelated_batch_normalization of one group", {
  f = function(x) return F.decorrelated_batch_normalization(x, 1, 0.1) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 1, 1 }, { 5, 3 } },
  usual = { 5, 3 },
  half = 3,
  nan = "refused",
  in_lua = true,
})

op_case("fixed_decorrelated_batch_normalization", {
  f = function(x, mean, projection)
    return F.fixed_decorrelated_batch_normalization(x, mean, projection, 2)
  end,
  inputs = function(r)
    local x = r(-2, 2)
    local size = math.ceil((x.shape[2] or 2) / 2)
    return { x, r(-1, 1, { 2, size }), r(-1, 1, { 2, size, size }) }
  end,
  shapes = { { 1, 2 }, { 0, 4 }, { 6, 4 }, { 4, 4, 2 } },
  bad_shapes = { { { 3, 3 }, { 2, 2 }, { 2, 2, 2 } }, { { 4, 4 }, { 4 }, { 2, 2, 2 } },
    { { 4, 4 }, { 2, 2 }, { 4, 4 } } },
  known = { { { { 1, 2 }, { 3, 6 } }, { { 1 }, { 2 } }, { { { 2 } }, { { 3 } } },
    { { 0, 0 }, { 4, 12 } } } },
  nan = "some",
})

op_case("fixed_decorrelated_batch_normalization of one group", {
  f = function(x, mean, projection)
    return F.fixed_decorrelated_batch_normalization(x, mean, projection, 1)
  end,
  inputs = function(r)
    local x = r(-2, 2)
    local size = x.shape[2] or 1
    return { x, r(-1, 1, { 1, size }), r(-1, 1, { 1, size, size }) }
  end,
  shapes = { { 1, 1 }, { 4, 2 } },
  nan = "some",
})

describe("batch_renormalization", function()
  local x = double { { 1, 2 }, { 3, 6 }, { 5, 10 } }

  --- Averages as they are between two batches.
  local function averages() return double { 2, 5 }, double { 2, 30 } end

  local function call(options, rmax, dmax)
    local mean, var = averages()
    options.running_mean, options.running_var = mean, var
    return F.batch_renormalization(x, nil, nil, rmax, dmax, options), mean, var
  end

  it("is batch_normalization where nothing may be corrected", function()
    close(call({}, 1, 0), F.batch_normalization(x), 1e-12, 1e-12)
  end)

  it("is fixed_batch_normalization where everything may be", function()
    local y, mean, var = call({}, math.huge, math.huge)
    close(y, F.fixed_batch_normalization(x, nil, nil, mean, var), 1e-12, 1e-12)
  end)

  it("adds 2e-5, and leaves the averages alone unless it is told", function()
    local y, mean, var = call({}, 2, 0.2)
    local xn = (x - double { 3, 6 }) / F.sqrt(double { 8 / 3, 32 / 3 } + 2e-5)
    local r = F.sqrt((double { 8 / 3, 32 / 3 } + 2e-5) / (var + 2e-5))
    r = F.maximum(r, dg.full_like(r, 0.5))
    local d = F.minimum((double { 3, 6 } - mean) / F.sqrt(var + 2e-5), dg.full_like(r, 0.2))
    close(y, xn * r + d, 1e-12, 1e-12)
    assert.same({ { 2, 5 }, { 2, 30 } }, { mean:totable(), var:totable() })
    local again, followed, followed_var = call({ update_statistics = true }, 2, 0.2)
    close(again, y, 0, 0)
    close(followed, double { 0.9 * 2 + 0.3, 0.9 * 5 + 0.6 }, 1e-12, 0)
    close(followed_var, double { 1.8 + 0.4, 27 + 1.6 }, 1e-12, 0)
    followed, followed_var = select(2, call({ update_statistics = true, decay = 0.5 }, 2, 0.2))
    close(followed, double { 2.5, 5.5 }, 1e-12, 0)
    close(followed_var, double { 3, 23 }, 1e-12, 0)
  end)

  it("leaves the averages where it fails, and where there is nothing", function()
    local mean, var = averages()
    local function follow(xs, gamma)
      return F.batch_renormalization(xs, gamma, nil, 1, 0,
        { running_mean = mean, running_var = var, update_statistics = true })
    end
    assert.has_error(function() follow(x, dg.ones(2)) end) -- of float32
    assert.same({ 0, 2 }, follow(dg.zeros({ 0, 2 }, "float64")).shape)
    assert.same({ { 2, 5 }, { 2, 30 } }, { mean:totable(), var:totable() })
  end)

  it("can run twice before it is differentiated, while the averages move", function()
    local mean, var = averages()
    local leaf, gamma = dg.Variable(x), dg.Variable(double { 1, 2 })
    local function run()
      return F.batch_renormalization(leaf, gamma, nil, 1.2, 9,
        { running_mean = mean, running_var = var, update_statistics = true })
    end
    local function gradient_of(y) return dg.grad({ y }, { gamma }, { x })[1] end
    local first, second = run(), run()
    local later, got = gradient_of(second), gradient_of(first)
    mean, var = averages()
    assert.same(gradient_of(run()):totable(), got:totable())
    assert.same(gradient_of(run()):totable(), later:totable())
    assert.not_same(later:totable(), got:totable())
  end)

  it("keeps averages of 16 bits or of 32 for floats of 16 bits", function()
    local half = F.cast(x, "float16")
    for _, dtype in ipairs { "float16", "float32" } do
      local mean, var = averages()
      mean, var = F.cast(mean, dtype), F.cast(var, dtype)
      local y = F.batch_renormalization(half, nil, nil, 2, 1,
        { running_mean = mean, running_var = var, update_statistics = true })
      close(F.cast(y, "float64"), call({}, 2, 1), 2e-3, 2e-3)
      assert.equal(dtype, mean.dtype)
      close(F.cast(mean, "float64"), double { 2.1, 5.1 }, 2e-3, 0)
    end
  end)

  it("says what is missing or out of range", function()
    local mean, var = averages()
    for text, arguments in pairs {
      ["running_mean and running_var are needed"] = { x, nil, nil, 1, 0, 1e-5, mean },
      ["wanted rmax >= 1 and dmax >= 0, got 0.5 and 0"] = { x, nil, nil, 0.5, 0, 1e-5, mean, var },
      ["wanted rmax >= 1 and dmax >= 0, got 1 and -1"] = { x, nil, nil, 1, -1, 1e-5, mean, var },
      ["rmax must be a number, got nil"] = { x, nil, nil },
      ["running_var is 3, wanted 2 for x of 3x2"] = { x, nil, nil, 1, 0, 1e-5, mean, dg.ones(3) },
    } do
      local good, got = pcall(F.batch_renormalization, unpack(arguments, 1, 8))
      assert.is_false(good, text)
      assert.matches(text, got, 1, true)
    end
  end)
end)

describe("decorrelated_batch_normalization", function()
  local function whitened(x) return F.decorrelated_batch_normalization(x, 1, 0.1) end

  it("gives channels of a group no covariances, others as they are", function()
    dg.seed(1)
    local x = dg.randn({ 5, 4, 3 }, "float64")
    x = x + F.flip(x, 2) * 0.5
    local y = F.decorrelated_batch_normalization(x, 2, 0)
    local rows = F.reshape(F.swapaxes(y, 1, 2), { 4, 15 })
    close(F.mean(rows, 2), dg.zeros({ 4 }, "float64"), 1e-12, 0)
    local covariance = F.matmul(rows, rows, false, true) / 15
    for group = 0, 1 do
      local part = { 2 * group + 1, 2 * group + 2 }
      close(covariance[{ part, part }], dg.eye(2, 2, "float64"), 1e-12, 0)
    end
    assert.is_true(F.absolute(covariance[{ 1, 4 }]):item() > 0.1)
  end)

  it("turns nothing: what is uncorrelated already is only scaled", function()
    local x = double { { 1, 3 }, { -1, 3 }, { 1, -3 }, { -1, -3 } }
    close(F.decorrelated_batch_normalization(x, 1, 0), x / double { 1, 3 }, 1e-14, 0)
  end)

  it("has 16 groups, 2e-5 and 0.9 by default, and Chainer's order of arguments", function()
    dg.seed(2)
    local x = dg.randn({ 6, 32 }, "float64")
    local function averages()
      return dg.ones({ 16, 2 }, "float64"), dg.ones({ 16, 2, 2 }, "float64")
    end
    local mean, projection = averages()
    local other_mean, other_projection = averages()
    local y = F.decorrelated_batch_normalization(x,
      { running_mean = mean, running_projection = projection })
    local other = F.decorrelated_batch_normalization(x, 16, 2e-5, other_mean, other_projection, 0.9)
    assert.same(y:totable(), other:totable())
    assert.same(projection:totable(), other_projection:totable())
    close(mean:reshape { 32 }, F.mean(x, 1) * 0.1 + 0.9, 1e-14, 0)
    -- P of the batch, which the averages have a tenth of, 6 / 5 times
    local p = (projection - 0.9) * (10 * 5 / 6)
    local m = F.mean(x, 1):reshape { 16, 2 }
    close(F.fixed_decorrelated_batch_normalization(x, m, p), y, 1e-10, 0)
  end)

  it("moves one average without the other, those of 16 bits too", function()
    local x = double { { 1, 2 }, { 3, 6 } }
    for _, dtype in ipairs { "float16", "float32" } do
      local mean = dg.ones({ 1, 2 }, dtype)
      F.decorrelated_batch_normalization(F.cast(x, "float16"), 1,
        { running_mean = mean, decay = 0.5 })
      close(F.cast(mean, "float64"), double { { 1.5, 2.5 } }, 1e-6, 0)
      assert.equal(dtype, mean.dtype)
    end
    local projection = dg.ones({ 2, 1, 1 }, "float64")
    F.decorrelated_batch_normalization(x, 2, 0, nil, projection, 0)
    close(projection:reshape { 2 }, double { 2, 1 }, 1e-14, 0)
  end)

  it("leaves the averages where it fails, and where there is nothing", function()
    local mean, projection = dg.zeros({ 1, 2 }, "float64"), dg.zeros({ 1, 2, 2 }, "float64")
    local function follow(x, p)
      F.decorrelated_batch_normalization(x, 1, 0, mean, p or projection)
    end
    assert.error_matches(function() follow(double { { 1, 2 }, { 0 / 0, 1 } }) end, "NaN")
    assert.error_matches(function() follow(double { { 1, 2 }, { 3, 6 } }, dg.zeros(1, 2, 2)) end,
      "running_projection is float32 1x2x2, wanted float64 1x2x2")
    follow(dg.zeros({ 0, 2 }, "float64"))
    assert.equal(0, mean:sum():item() + projection:sum():item())
  end)

  it("has gradients where eigenvalues are equal: of symmetric data, and of few places", function()
    for _, x in ipairs {
      double { { 1, 1 }, { -1, 1 }, { 1, -1 }, { -1, -1 } }, -- covariances: the identity
      double { { 1, 2, 3, 5 }, { 3, 2, 0, 1 } }, -- rank 1 of 4
      double { { 1, 2 } },
    } do
      dg.gradient_check.check_backward(whitened, { x }, { dg.randn(x.shape, "float64") }, nil,
        { eps = 1e-5, atol = 1e-6, rtol = 1e-5 })
    end
  end)

  it("gives the gradient of a loss that averages do not touch", function()
    local x = dg.Variable(double { { 1, 2 }, { 3, 7 }, { -1, 0 } })
    local mean = dg.zeros({ 1, 2 }, "float64")
    local function run()
      return F.decorrelated_batch_normalization(x, 1, 0.1, { running_mean = mean })
    end
    local first, second = run(), run()
    local g = double { { 1, -1 }, { 0, 2 }, { 3, 1 } }
    local other = dg.grad({ second }, { x }, { g })[1]
    assert.same(other:totable(), dg.grad({ first }, { x }, { g })[1]:totable())
  end)

  it("computes in float32 under autocast, in its gradient too", function()
    dg.seed(3)
    local half, g = F.cast(dg.randn(8, 4), "float16"), dg.randn(8, 4)
    local mean, projection = dg.ones(2, 2), dg.ones(2, 2, 2)
    local function run(x)
      local leaf = dg.Variable(x)
      local y = F.decorrelated_batch_normalization(leaf, 2)
      local fixed = F.fixed_decorrelated_batch_normalization(leaf, mean, projection, 2)
      return y, fixed, dg.grad({ y }, { leaf }, { g })[1]
    end
    local y, fixed, gx = dg.autocast("float16", run, half)
    local wanted, wanted_fixed, wanted_gx = run(F.cast(half, "float32"))
    close(y, wanted, 0, 0)
    close(fixed, wanted_fixed, 0, 0)
    close(F.cast(gx, "float32"), wanted_gx, 1e-3, 1e-3)
    close(dg.autocast("float16", function()
      return select(3, run(F.cast(half, "float32")))
    end), wanted_gx, 0, 0)
  end)

  it("says what does not fit", function()
    local x = dg.zeros(4, 4)
    local wide = dg.ones(4, 2):transpose()
    for text, arguments in pairs {
      ["x of 4x4 has no channels that fall into 3 groups"] = { x, 3 },
      ["x of 4x4 has no channels that fall into 0 groups"] = { x, 0 },
      ["x of 4 has no channels"] = { dg.zeros(4), 1 },
      ["running_mean is float32 4, wanted float32 2x2"] = { x, 2, 0, dg.zeros(4) },
      ["running_mean is not contiguous"] = { x, 2, 0, wide[{ {}, { 1, 2 } }] },
      ["running_projection is float32 2x2, wanted float32 2x2x2"] = {
        x, 2, 0, nil, dg.zeros(2, 2),
      },
    } do
      local good, got = pcall(F.decorrelated_batch_normalization, unpack(arguments, 1, 5))
      assert.is_false(good, text)
      assert.matches("F.decorrelated_batch_normalization: " .. text, got, 1, true)
    end
  end)
end)
