local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local SHAPES = { { 1 }, { 0, 3 }, { 3, 0 }, { 4, 3 }, { 2, 3, 2 } }

for axis = -1, 1, 2 do
  op_case("softmax along axis " .. axis, {
    f = function(x) return F.softmax(x, axis) end,
    inputs = function(r) return { r(-2, 2) } end,
    shapes = SHAPES,
    overwritten = { "y" },
    error_name = "softmax",
  })
  op_case("log_softmax along axis " .. axis, {
    f = function(x) return F.log_softmax(x, axis) end,
    inputs = function(r) return { r(-2, 2) } end,
    shapes = SHAPES,
    overwritten = { "y" },
    error_name = "log_softmax",
  })
end

for name, options in pairs {
  ["all axes"] = {}, ["one axis"] = { axis = 1 },
  ["two axes, kept"] = { axis = { 1, -1 }, keepdims = true },
} do
  op_case("logsumexp over " .. name, {
    f = function(x) return F.logsumexp(x, options) end,
    inputs = function(r) return { r(-2, 2) } end,
    shapes = { { 1, 1 }, { 3, 0 }, { 4, 3 }, { 2, 3, 2 } },
    bad_shapes = options.axis and { { {} } } or {},
    elementwise = false,
    nan = "some",
    overwritten = { 1 },
    error_name = "logsumexp",
  })
end

local inf = math.huge

describe("softmax", function()
  it("sums to one and does not overflow", function()
    local y = F.softmax(dg.tensor { { 1000, 1000 }, { -1000, 0 } })
    assert.same({ { 0.5, 0.5 }, { 0, 1 } }, y:totable())
  end)

  it("follows the definition for rows of any length", function()
    for _, dtype in ipairs { "float32", "float64" } do
      for _, n in ipairs { 1, 5, 16, 40, 1023, 1024, 1025, 3000 } do
        local x, sum = dg.zeros({ 2, n }, dtype), { 0, 0 }
        local p = x:pointer()
        for i = 0, 2 * n - 1 do
          p[i] = i * 37 % 101 / 10 - 5
          sum[i < n and 1 or 2] = sum[i < n and 1 or 2] + math.exp(p[i])
        end
        local tolerance = dtype == "float32" and 2e-6 or 1e-13
        local y, l = F.softmax(x, 2), F.log_softmax(x, 2)
        local z = F.logsumexp(x, 2)
        for r = 1, 2 do
          assert.near(math.log(sum[r]), z[r]:item(), 12 * tolerance)
          for j = 1, n, 7 do
            local k = (r - 1) * n + j - 1
            assert.near(math.exp(p[k]) / sum[r], y:pointer()[k], tolerance)
            assert.near(p[k] - math.log(sum[r]), l:pointer()[k], 12 * tolerance)
          end
        end
      end
    end
  end)

  it("knows infinities", function()
    assert.same({ 0, 1 }, F.softmax(dg.tensor { -inf, 3 }, 1):totable())
    local none = F.softmax(dg.tensor { { -inf, -inf }, { 1, 1 } }, 2):totable()
    assert.is_true(none[1][1] ~= none[1][1])
    assert.same({ 0.5, 0.5 }, none[2])
    assert.same({ -inf, inf, -inf },
      F.logsumexp(dg.tensor { { -inf, -inf }, { inf, 0 }, { -inf, -inf } }, 2):totable())
    assert.same({ -inf, -inf }, F.logsumexp(dg.zeros(2, 0), 2):totable())
  end)

  it("refuses an axis that is not there", function()
    assert.error_matches(function() F.softmax(dg.zeros(2, 3), 3) end,
      "softmax: axis 3 is out of range for 2 axes")
  end)
end)
