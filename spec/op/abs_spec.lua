local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

for _, name in ipairs { "abs", "absolute" } do
  op_case(name, {
    f = F[name],
    inputs = function(r) return { r.pick { -3.5, -1.2, 2.1, 4.4 } } end,
    dtypes = { "int32", "int64", "uint8" },
    overwritten = { 1 },
    known = {
      { { -2, 0, 3, -1 / 0 }, { 2, 0, 3, 1 / 0 } },
      { { -2147483648, -7 }, { -2147483648, 7 }, dtype = "int32" },
    },
    error_name = "abs",
  })
end

op_case("sign", {
  f = F.sign,
  inputs = function(r) return { r.pick { -3.5, -1.2, 2.1, 4.4 } } end,
  dtypes = { "int32", "int64", "uint8" },
  known = { { { -2, 0, 3, -1 / 0 }, { -1, 0, 1, -1 } } },
})

describe("abs", function()
  it("has the gradient 0 at zero", function()
    local x = dg.Variable { -1, 0, 1 }
    F.absolute(x):sum():backward()
    assert.same({ -1, 0, 1 }, x.grad:totable())
  end)
end)

describe("absolute", function()
  it("is abs, by Chainer's name", function()
    assert.same({ 2, 0, 1.5 }, F.absolute(dg.tensor { -2, 0, 1.5 }):totable())
  end)
end)
