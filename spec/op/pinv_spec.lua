local dg = require "dgraph"
local matrices = require "spec.support.matrices"
local op_case = require "spec.support.op_case"

local F = dg.F

for _, shape in ipairs { { 3, 3 }, { 4, 2 }, { 2, 4 }, { 0, 2 }, { 2, 3, 2 } } do
  op_case("pinv of " .. table.concat(shape, "x"), {
    f = F.pinv,
    inputs = matrices.inputs(shape),
    shapes = { {} },
    layouts = { { { 1, 1 } } },
    bad_shapes = { { { 3 }, error_name = "" } },
    elementwise = false,
    nan = "refused",
    overwritten = { 1, "y" },
    error_name = "pinv",
  })
end

op_case("lstsq", {
  f = F.lstsq,
  inputs = function(r) return { matrices.regular(r, { 4, 2 }), r(-2, 2, { 4, 3 }) } end,
  shapes = { {} },
  layouts = { { { 0, 0 }, { 0, 3 } }, { { 1, 1 }, { 1, 1 } } },
  bad_shapes = { { { 4, 2 }, { 3, 3 }, error_name = "" } },
  elementwise = false,
  nan = { "refused", "some" },
  overwritten = { 1, 2 },
  error_name = "pinv",
})

describe("pinv", function()
  it("inverts what can be inverted of a matrix", function()
    local y = F.pinv(dg.tensor({ { 2, 0 }, { 0, 0 }, { 0, 0 } }, "float64"))
    assert.same({ { 0.5, 0, 0 }, { 0, 0, 0 } }, y:totable())
  end)

  it("takes small singular values for 0", function()
    local x = dg.tensor({ { 1, 0 }, { 0, 0.1 } }, "float64")
    assert.near(10, F.pinv(x)[{ 2, 2 }]:item(), 1e-12)
    assert.equal(0, F.pinv(x, 0.2)[{ 2, 2 }]:item())
    assert.equal(0, F.pinv(dg.tensor { { 1, 0 }, { 0, 1e-7 } })[{ 2, 2 }]:item())
  end)

  it("refuses vectors", function()
    assert.error_matches(function() F.pinv(dg.zeros(2)) end,
      "pinv: wanted float matrices, got float32 2")
  end)
end)
