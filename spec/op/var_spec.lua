local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("var", {
  f = function(x) return F.var(x, -1) end,
  inputs = function(r) return { r(-2, 2) } end,
  elementwise = false,
  shapes = { { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  usual = { 4, 3 },
  nan = "some",
  bad_shapes = { { {} } },
  error_name = "",
  known = { { { { 1, 2, 3 }, { 1, 1, 4 } }, { 1, 3 } } },
})

op_case("std", {
  f = function(x) return F.std(x, -1, { correction = 0 }) end,
  inputs = function(r) return { r(-2, 2) } end,
  elementwise = false,
  shapes = { { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  usual = { 4, 3 },
  nan = "some",
  bad_shapes = { { {} } },
  error_name = "",
  known = { { { { 1, 2, 3 }, { 2, 2, 8 } }, { math.sqrt(2 / 3), math.sqrt(8) } } },
})

for _, name in ipairs { "var", "std" } do
  op_case(name .. " of one element", {
    f = function(x) return F[name](x, nil, 0.5) end,
    inputs = function(r) return { r(-2, 2) } end,
    shapes = { { 2 }, { 1 } },
    usual = { 2 },
    differentiable = name == "var", -- a root has no slope at 0
    elementwise = false,
    error_name = "",
  })
end

describe("var", function()
  local x = dg.tensor({ { 1, 2 }, { 3, 6 } }, "float64")

  it("divides by n - 1, or by n less another correction", function()
    assert.near(14 / 3, F.var(x):item(), 1e-14)
    assert.near(14 / 4, F.var(x, nil, 0):item(), 1e-14)
    assert.near(14 / 2.5, F.var(x, { correction = 1.5 }):item(), 1e-14)
    assert.near(math.sqrt(14 / 3), F.std(x):item(), 1e-14)
  end)

  it("goes over some axes, and keeps them", function()
    assert.same({ 2, 8 }, F.var(x, 1):totable())
    assert.same({ { 0.5 }, { 4.5 } }, F.var(x, 2, { keepdims = true }):totable())
  end)

  it("is NaN where too little is there", function()
    local one, none = F.var(dg.ones(1)):item(), F.std(dg.ones(0)):item()
    assert.is_true(one ~= one and none ~= none)
    assert.equal(0, F.var(dg.ones(1), nil, 0):item())
  end)
end)
