local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("reshape", {
  f = function(x) return F.reshape(x, { 2, -1, 1 }) end,
  inputs = function(r) return { r(-2, 2) } end,
  known = { { { 1, 2, 3, 4 }, { { { 1 }, { 2 } }, { { 3 }, { 4 } } } } },
  bad_shapes = { { { 3 } }, { {} } },
  shapes = { { 2 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  elementwise = false,
  dtypes = { "int32", "int64", "uint8", "bool" },
  nan = "some",
})

op_case("reshape of one element", {
  f = function(x) return F.reshape(x, 1, 1) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { {}, { 1 }, { 1, 1 } },
  elementwise = false,
  dtypes = { "int32", "int64", "uint8", "bool" },
})

describe("reshape", function()
  it("shares the elements of views that some strides can show", function()
    local x = dg.zeros(2, 3, 4)
    x:transpose({ 2, 3, 1 }):reshape({ 12, 2 })[{ 1, 2 }] = 7
    assert.equal(7, x[{ 2, 1, 1 }]:item())
    x[{ {}, { 3, 1, -1 } }]:reshape({ 2, 3, 2, 2 })[{ 1, 1, 1, 1 }] = 5
    assert.equal(5, x[{ 1, 3, 1 }]:item())
  end)

  it("copies what no strides can show", function()
    local x = dg.arange(6):reshape({ 2, 3 })
    local y = x:transpose():reshape({ 6 })
    assert.same({ 0, 3, 1, 4, 2, 5 }, y:totable())
    y[1] = 9
    assert.equal(0, x[{ 1, 1 }]:item())
  end)

  it("keeps the order of elements, whatever the strides", function()
    local orders = { { 1, 2, 3 }, { 1, 3, 2 }, { 2, 1, 3 }, { 2, 3, 1 }, { 3, 1, 2 }, { 3, 2, 1 } }
    local shapes = { { 24 }, { 2, 12 }, { 12, 2 }, { 4, 6 }, { 3, 8 }, { 2, 2, 3, 2 }, { 6, 1, 4 } }
    local x = dg.arange(48):reshape({ 2, 3, 8 })[{ {}, {}, { 8, 1, -2 } }]
    for _, order in ipairs(orders) do
      local view = x:transpose(order)
      for _, shape in ipairs(shapes) do
        assert.same(view:copy():reshape(shape):totable(), view:reshape(shape):totable())
      end
    end
  end)

  it("refuses other numbers of elements", function()
    assert.error_matches(function() dg.zeros(2, 3):reshape({ 4 }) end,
      "reshape: shape 2x3 has 6 elements, 4 has 4")
    assert.error_matches(function() dg.zeros(2, 3):reshape({ 4, -1 }) end, "reshape: ")
  end)
end)
