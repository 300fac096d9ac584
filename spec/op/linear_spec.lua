local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

for _, batch in ipairs { 0, 1, 5 } do
  op_case("linear on a batch of " .. batch, {
    f = F.linear,
    inputs = function(r) return { r(-2, 2, { batch, 3 }), r(-2, 2, { 4, 3 }), r(-2, 2, { 4 }) } end,
    shapes = { {} },
    layouts = batch == 1 and { { { 1, 1 }, { 1, 1 }, { 1 } } } or {},
    bad_shapes = { { { batch, 3 }, { 4, 2 }, { 4 } }, { { 3 }, { 4, 3 }, { 4 } } },
    elementwise = false,
    nan = "some",
    overwritten = batch > 0 and { 1, 2 } or {},
    error_name = "linear",
  })
  op_case("linear without b on a batch of " .. batch, {
    f = F.linear,
    inputs = function(r) return { r(-2, 2, { batch, 3 }), r(-2, 2, { 4, 3 }) } end,
    shapes = { {} },
    elementwise = false,
    nan = "some",
    overwritten = batch > 0 and { 1, 2 } or {},
    error_name = "linear",
  })
end

describe("linear", function()
  it("is x W' + b", function()
    local x, W = dg.tensor { { 1, 2 }, { 3, 4 } }, dg.tensor { { 1, 0 }, { 1, 1 }, { 0, 2 } }
    local y = F.linear(x, W, dg.tensor { 10, 20, 30 })
    assert.same({ { 11, 23, 34 }, { 13, 27, 38 } }, y:totable())
  end)

  it("differentiates what is asked for alone", function()
    local x = dg.tensor { { 1, 2 } }
    local W, b = dg.Variable { { 3, 4 } }, dg.tensor { 5 }
    F.linear(x, W, b):sum():backward()
    assert.same({ { 1, 2 } }, W.grad:totable())
    assert.is_nil(b.grad)
  end)

  it("names the sizes that differ", function()
    assert.error_matches(function() F.linear(dg.zeros(1, 2), dg.zeros(4, 3)) end,
      "linear: inner sizes 2 and 3 differ %(x is 1x2, W is 4x3%)")
    assert.error_matches(function() F.linear(dg.zeros(1, 3), dg.zeros(4, 3), dg.zeros(3)) end,
      "linear: b is 3, wanted 4 as W is 4x3")
    assert.error_matches(function()
      F.linear(dg.zeros(1, 3), dg.zeros({ 4, 3 }, "float64"))
    end, "linear: dtypes float32, float64 differ")
  end)
end)
