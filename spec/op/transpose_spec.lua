local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local OTHERS = { "int32", "int64", "uint8", "bool" }

op_case("transpose", {
  f = F.transpose,
  inputs = function(r) return { r(-2, 2) } end,
  known = { { { { 1, 2, 3 }, { 4, 5, 6 } }, { { 1, 4 }, { 2, 5 }, { 3, 6 } } } },
  elementwise = false,
  dtypes = OTHERS,
})

op_case("transpose with an order", {
  f = function(x) return F.transpose(x, { 3, 1, -2 }) end,
  bad_shapes = { { { 2, 3 } } },
  error_name = "transpose",
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 1, 1, 1 }, { 2, 0, 3 }, { 2, 3, 4 }, { 3, 2, 1 } },
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

op_case("swapaxes", {
  f = function(x) return F.swapaxes(x, 1, -1) end,
  bad_shapes = { { {} } },
  error_name = "transpose",
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 1 }, { 2, 0 }, { 4, 3 }, { 2, 3, 2 } },
  elementwise = false,
  dtypes = OTHERS,
})

describe("transpose", function()
  it("puts the axes in the order asked for", function()
    local x = dg.arange(24):reshape({ 2, 3, 4 })
    local y = x:transpose { 2, 3, 1 }
    assert.same({ 3, 4, 2 }, y.shape)
    for i = 1, 3 do
      for j = 1, 4 do
        for k = 1, 2 do assert.equal(x[{ k, i, j }]:item(), y[{ i, j, k }]:item()) end
      end
    end
  end)

  it("shares the elements of its input", function()
    local x = dg.zeros(2, 3)
    x:transpose()[{ 3, 1 }] = 7
    assert.same({ { 0, 0, 7 }, { 0, 0, 0 } }, x:totable())
    assert.equal(x.version, x:transpose().version)
  end)

  it("refuses orders that are none", function()
    local x = dg.zeros(2, 3)
    assert.error_matches(function() x:transpose { 1, 1 } end, "transpose: axis 1 is given twice")
    assert.error_matches(function() x:transpose { 1 } end,
      "transpose: 1 axes given for a tensor of 2")
    assert.error_matches(function() x:swapaxes(1, 3) end, "axis 3 is out of range for 2 axes")
  end)
end)
