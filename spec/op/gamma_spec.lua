local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local INF, NAN, PI = 1 / 0, 0 / 0, math.pi

op_case("lgamma", {
  f = F.lgamma,
  inputs = function(r) return { r(0.5, 5) } end,
  overwritten = { 1 },
  known = { { { 1, 2, 5, 0.5, 0, -3, INF, 1e306 },
    { 0, 0, math.log(24), math.log(PI) / 2, INF, INF, INF, 7.035865059317833e+308 - 1e292 } } },
})

op_case("digamma", {
  f = F.digamma,
  inputs = function(r) return { r(0.5, 5) } end,
  overwritten = { 1 },
  known = { { { 1, 0.5, 0, -0.0, -2, -0.5, 1e300, INF, -INF },
    { -0.5772156649015329, -1.9635100260214235, -INF, INF, NAN, 0.03648997397857652,
      690.7755278982137, INF, NAN } } },
})

op_case("polygamma", {
  f = function(x) return F.polygamma(2, x) end,
  inputs = function(r) return { r(0.8, 4) } end,
  overwritten = { 1 },
  known = { { { 1, 0.5, 0, -2, INF },
    { -2.4041138063191885, -16.8287966442343199, -INF, -INF, 0 } } },
})

op_case("zeta", {
  f = function(q) return F.zeta(dg.full({}, 3, q.dtype), q) end,
  inputs = function(r) return { r(0.8, 4) } end,
  overwritten = { 1 },
  known = { { { 1, 0.5, 0, -4, INF }, { 1.2020569031595943, 8.41439832211716, INF, INF, 0 } } },
})

describe("polygamma", function()
  it("takes a tensor of orders, of another dtype and shape", function()
    local x = dg.tensor({ { 1 }, { 2.5 } }, "float64")
    local y = F.polygamma(dg.tensor({ 0, 1, 2 }, "int32"), x)
    assert.same({ 2, 3 }, y.shape)
    for n = 0, 2 do
      assert.equal(F.polygamma(n, x)[{ 2, 1 }]:item(), y[{ 2, n + 1 }]:item())
    end
    assert.equal(F.digamma(x)[{ 1, 1 }]:item(), y[{ 1, 1 }]:item())
  end)

  it("has a gradient for x alone", function()
    local n, x = dg.Variable { 1 }, dg.Variable { 2 }
    F.polygamma(n.data, x):backward()
    assert.near(F.polygamma(2, x):item(), x.grad:item(), 1e-6)
    local ok, message = pcall(F.polygamma, n, x)
    assert.is_false(ok)
    assert.truthy(message:find("polygamma: there is no gradient for n", 1, true), message)
  end)

  it("is NaN for orders that are none", function()
    for _, n in ipairs { -1, 0.5 } do
      local y = F.polygamma(n, dg.ones()):item()
      assert.is_true(y ~= y)
    end
  end)
end)

describe("zeta", function()
  it("is infinite at 1, and NaN where there is no such sum", function()
    local function zeta(x, q) return F.zeta(dg.full({}, x), dg.full({}, q)):item() end
    assert.equal(INF, zeta(1, 2))
    for _, y in ipairs { zeta(0.5, 2), zeta(2.5, -0.5), zeta(NAN, 1), zeta(2, NAN) } do
      assert.is_true(y ~= y)
    end
    assert.equal(1, zeta(INF, 1))
    assert.equal(0, zeta(INF, 2))
  end)

  it("broadcasts", function()
    local x, q = dg.tensor({ 2, 3 }, "float64"), dg.tensor({ { 1 }, { 4 } }, "float64")
    local y = F.zeta(x, q)
    assert.same({ 2, 2 }, y.shape)
    assert.near(PI * PI / 6, y[{ 1, 1 }]:item(), 1e-14)
    assert.near(PI * PI / 6 - 49 / 36, y[{ 2, 1 }]:item(), 1e-14)
  end)

  it("says that x has no gradient", function()
    local x, q = dg.Variable { 2 }, dg.Variable { 1 }
    local ok, message = pcall(F.zeta, x, q)
    assert.is_false(ok)
    assert.truthy(message:find("zeta: there is no gradient for x, which requires one", 1, true))
    assert.is_number(dg.no_backprop_mode(F.zeta, x, q):item())
    local y = F.zeta(x.data, q)
    y:backward()
    assert.near(-2 * F.zeta(dg.full({}, 3), q.data):item(), q.grad:item(), 1e-6)
  end)
end)
