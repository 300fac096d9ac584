local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local function apart(r) return { r.pick { -2, -1, 1, 5 }, r.pick { -3, 0, 2, 4 } } end

op_case("maximum", {
  f = F.maximum,
  inputs = apart,
  broadcast = true,
  dtypes = { "int32", "int64", "uint8" },
  overwritten = { 1, 2 },
  known = { { { 1, 5, -1 / 0 }, { 2, -3, 0 }, { 2, 5, 0 } } },
})

op_case("minimum", {
  f = F.minimum,
  inputs = apart,
  broadcast = true,
  dtypes = { "int32", "int64", "uint8" },
  overwritten = { 1, 2 },
  known = { { { 1, 5, -1 / 0 }, { 2, -3, 0 }, { 1, -3, -1 / 0 } } },
})

describe("maximum", function()
  it("gives the gradient of ties to the first, as in Chainer", function()
    for _, name in ipairs { "maximum", "minimum" } do
      local a, b = dg.Variable { 2, 2 }, dg.Variable { 2, 2 }
      F[name](a, b):sum():backward()
      assert.same({ 1, 1 }, a.grad:totable())
      assert.same({ 0, 0 }, b.grad:totable())
    end
  end)

  it("takes numbers", function()
    assert.same({ 2, 5 }, F.maximum(dg.tensor { 1, 5 }, 2):totable())
    assert.same({ 1, 2 }, F.minimum(2, dg.tensor { 1, 5 }):totable())
  end)
end)
