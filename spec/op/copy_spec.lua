local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local DTYPES = { "int32", "int64", "uint8", "bool" }
local function draw(r) return { r(-2, 2) } end

op_case("copy", {
  f = F.copy,
  inputs = draw,
  dtypes = DTYPES,
  known = { { { 1, -2 }, { 1, -2 } } },
})

for _, name in ipairs { "cast", "astype" } do
  op_case(name, {
    f = function(x) return F[name](x, "float64") end,
    inputs = draw,
    dtypes = DTYPES,
    result_dtype = true,
    known = { { { 1, -2.5 }, { 1, -2.5 }, dtype = "float32", out = "float64" } },
  })
end

describe("cast", function()
  it("truncates, and takes the nearest integer that fits", function()
    local x = dg.tensor({ 1.9, -1.9, 1e20, -1e20, 0 / 0 }, "float64")
    assert.same({ 1, -1, 2147483647, -2147483648, 0 }, F.cast(x, "int32"):totable())
    assert.same({ 1, 0, 255, 0, 0 }, F.cast(x, "uint8"):totable())
    assert.same({ true, true, true, true, true }, F.cast(x, "bool"):totable())
  end)

  it("lets gradients flow between float dtypes", function()
    local x = dg.tensor({ 1, 2 }, { dtype = "float64", requires_grad = true })
    F.sum(F.cast(x, "float32") * 3):backward()
    assert.same({ "float64", { 3, 3 } }, { x.grad.dtype, x.grad:totable() })
  end)
end)

describe("copy", function()
  it("shares nothing", function()
    local x = dg.tensor { 1, 2 }
    local y = F.copy(x)
    y[1] = 5
    assert.same({ 1, 2 }, x:totable())
  end)
end)
