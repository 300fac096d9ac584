local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("square", {
  f = F.square,
  inputs = function(r) return { r(-2, 2) } end,
  dtypes = { "int32", "int64", "uint8" },
  overwritten = { 1 },
  known = { { { 3, -0.5 }, { 9, 0.25 } }, { { 65536, -3 }, { 0, 9 }, dtype = "int32" } },
})

for _, p in ipairs { 0, 1, 2, 3, 0.5, -1, -2, 2.5, 4 } do
  op_case("pow by " .. p, {
    f = function(x) return x ^ p end,
    error_name = p == 0.5 and "sqrt" or p == -1 and "div" or p == 2 and "square" or "pow",
    inputs = function(r) return { r(0.4, 2) } end,
    bad_dtypes = p == 2 and { "bool" } or nil,
    nan = p ~= 0,
    known = { { { 4, 1 }, { 4 ^ p, 1 } } },
  })
end

describe("pow by a number", function()
  it("squares exactly", function()
    for _, v in ipairs { 0.1, 1 / 3, 1e160, -7.7 } do
      assert.equal(v * v, (dg.tensor(v, "float64") ^ 2):item())
    end
  end)

  it("has derivatives of every order at zero", function()
    local orders = {
      [0] = { 1, 0, 0, 0 }, [1] = { 0, 1, 0, 0 }, [2] = { 0, 0, 2, 0 }, [3] = { 0, 0, 0, 6 },
    }
    for p = 0, 3 do
      local x = dg.Variable({ 0 }, "float64")
      local y = x ^ p
      for order, wanted in ipairs(orders[p]) do
        assert.equal(wanted, y:item(), ("derivative %d of x^%d"):format(order - 1, p))
        y = dg.grad(y, x, nil, { enable_double_backprop = true })[1]
      end
    end
  end)

  it("gives the numbers of the first example", function()
    local x = dg.Variable(dg.tensor { 5 })
    local y = x ^ 2 + x
    local g = dg.grad(y, x, nil, { enable_double_backprop = true })[1]
    local gg = dg.grad(g, x, nil, { enable_double_backprop = true })[1]
    local ggg = dg.grad(gg, x)[1]
    assert.same({ 30, 11, 2, 0 }, { y:item(), g:item(), gg:item(), ggg:item() })
  end)
end)
