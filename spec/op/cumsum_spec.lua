local dg = require "dgraph"
local native = require "dgraph.native"
local op_case = require "spec.support.op_case"

local C, wrap = native.C, native.wrap

for axis = -1, 0 do
  for reverse = 0, 1 do
    op_case(("cumsum along axis %d, reverse %d"):format(axis, reverse), {
      f = function(x) return wrap(C.dg_cumsum(x, axis, reverse)) end,
      inputs = function(r) return { r(-2, 2) } end,
      known = { { { 1, 2, 3 }, reverse == 0 and { 1, 3, 6 } or { 6, 5, 3 } } },
      shapes = { { 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
      dtypes = { "int32", "int64" },
      error_name = "cumsum",
      nan = "some",
    })
  end
end

describe("cumsum", function()
  it("sums along the axis asked for", function()
    local x = dg.tensor { { 1, 2, 3 }, { 4, 5, 6 } }
    assert.same({ { 1, 2, 3 }, { 5, 7, 9 } }, wrap(C.dg_cumsum(x, 0, 0)):totable())
    assert.same({ { 1, 3, 6 }, { 4, 9, 15 } }, wrap(C.dg_cumsum(x, 1, 0)):totable())
    assert.same({ { 5, 4 }, { 7, 5 }, { 9, 6 } }, wrap(C.dg_cumsum(x:transpose(), 1, 1)):totable())
  end)
end)
