local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("select_item", {
  f = function(x) return F.select_item(x, dg.tensor({ 1, 3, 2 }, "int32")) end,
  inputs = function(r) return { r(-2, 2, { 3, 4 }) } end,
  known = { { { { 1, 2, 3 }, { 4, 5, 6 }, { 7, 8, 9 } }, { 1, 6, 8 } } },
  shapes = { {} },
  bad_shapes = { { { 3 } }, { { 2, 4 } }, { { 3, 2 } } },
  elementwise = false,
  dtypes = { "int32", "int64", "uint8", "bool" },
  nan = "some",
})

for _, n in ipairs { 0, 1 } do
  op_case("select_item of rows, " .. n, {
    f = function(x) return F.select_item(x, dg.ones({ n }, "int32")) end,
    inputs = function(r) return { r(-2, 2, { n, 1 }) } end,
    shapes = { {} },
    elementwise = false,
    dtypes = { "int32", "int64", "uint8", "bool" },
  })
end

op_case("select_item of maps", {
  f = function(x) return F.select_item(x, dg.tensor({ { 1, 3 }, { 2, 1 } }, "uint8")) end,
  inputs = function(r) return { r(-2, 2, { 2, 3, 2 }) } end,
  known = { { { { { 1, 2 }, { 3, 4 }, { 5, 6 } }, { { 7, 8 }, { 9, 10 }, { 11, 12 } } },
    { { 1, 6 }, { 9, 8 } } } },
  shapes = { {} },
  elementwise = false,
  dtypes = { "int32", "int64", "uint8", "bool" },
  nan = "some",
  error_name = "select_item",
})

describe("select_item", function()
  it("refuses labels that are no class", function()
    assert.error_matches(function() F.select_item(dg.zeros(1, 2), dg.tensor({ 0 }, "int32")) end,
      "select_item: label 0 %(element 1%) is not one of 1 to 2: classes count from 1")
  end)
end)
