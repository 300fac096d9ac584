local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

for name, options in pairs {
  ["all axes"] = {}, ["the first axis"] = { axis = 1 },
  ["the last axis, kept"] = { axis = -1, keepdims = true },
} do
  op_case("mean over " .. name, {
    f = function(x) return F.mean(x, options) end,
    inputs = function(r) return { r(-2, 2) } end,
    shapes = { { 1, 1 }, { 4, 3 }, { 2, 3, 2 } },
    elementwise = false,
    bad_shapes = options.axis and { { {} } } or {},
    layouts = { { { 0, 3 } } },
    nan = "some",
    error_name = "mean",
  })
end

describe("mean", function()
  it("is the sum over the count", function()
    local x = dg.tensor { { 1, 2, 3 }, { 4, 5, 9 } }
    assert.equal(4, x:mean():item())
    assert.same({ 2.5, 3.5, 6 }, x:mean(1):totable())
    assert.same({ { 2 }, { 6 } }, x:mean(2, true):totable())
  end)

  it("is NaN where there is nothing", function()
    local y = dg.zeros(0, 2):mean(1):totable()
    assert.is_true(y[1] ~= y[1] and y[2] ~= y[2])
    assert.same({}, dg.zeros(2, 0):mean(1):totable())
  end)
end)

describe("average", function()
  it("is the mean, by Chainer's name", function()
    local x = dg.tensor { { 1, 2, 3 }, { 4, 5, 9 } }
    assert.equal(4, F.average(x):item())
    assert.same({ { 2 }, { 6 } }, F.average(x, { axis = 2, keepdims = true }):totable())
  end)
end)
