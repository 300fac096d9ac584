local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

for name, options in pairs {
  ["all axes"] = {}, ["the first axis"] = { axis = 1 },
  ["the last axis, kept"] = { axis = -1, keepdims = true },
  ["two axes"] = { axis = { -1, 1 } },
} do
  op_case("sum over " .. name, {
    f = function(x) return F.sum(x, options) end,
    inputs = function(r) return { r(-2, 2) } end,
    shapes = { { 1, 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
    elementwise = false,
    dtypes = { "int32", "int64", "uint8", "bool" },
    result_dtype = true,
    bad_shapes = options.axis and { { {} } } or {},
    nan = "some",
    error_name = "sum",
  })
end

describe("sum", function()
  it("adds up", function()
    local x = dg.tensor { { 1, 2, 3 }, { 4, 5, 6 } }
    assert.equal(21, x:sum():item())
    assert.same({ 5, 7, 9 }, x:sum(1):totable())
    assert.same({ { 6 }, { 15 } }, x:sum(2, true):totable())
    assert.same({ 0, 0 }, dg.zeros(0, 2):sum(1):totable())
  end)

  it("adds up long rows and columns of any step", function()
    local x = dg.arange(0, 70 * 4099, 1, "float64"):reshape(70, 4099) % 97
    local turned = F.transpose(x):copy()
    for _, dtype in ipairs { "float64", "float32", "int64" } do
      local a, b = x:cast(dtype), F.transpose(turned:cast(dtype))
      local columns, rows = a:sum(1):totable(), a:sum(2):totable()
      assert.same(columns, b:sum(1):totable())
      assert.same(rows, b:sum(2):totable())
      assert.same(columns, F.flip(a, { 1, 2 }):sum(1):flip():totable())
      local total, last = 0, 0
      for _, v in ipairs(rows) do total = total + v end
      for i = 1, 70 do last = last + x[{ i, 4099 }]:item() end
      assert.equal(total, a:sum():item())
      assert.equal(last, columns[4099])
    end
  end)

  it("counts small integers and bools as int64", function()
    for _, dtype in ipairs { "int32", "uint8", "bool" } do
      local y = dg.ones({ 300 }, dtype):sum()
      assert.equal("int64", y.dtype)
      assert.equal(300, y:item())
    end
  end)

  it("keeps its precision over many elements", function()
    local y = dg.full({ 1000000 }, 0.1):sum():item()
    assert.near(100000, y, 0.1)
  end)

  it("refuses axes that are not there, or twice", function()
    assert.error_matches(function() dg.zeros(2, 3):sum(3) end,
      "sum: axis 3 is out of range for 2 axes")
    assert.error_matches(function() dg.zeros(2, 3):sum { axis = { 1, -2 } } end,
      "sum: axis 1 is given twice")
  end)
end)
