local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local function away_from_zero(r) return { r.pick { -1.5, -0.5, 0.6, 1.7 } } end

op_case("crelu", {
  f = F.crelu,
  error_name = "relu",
  inputs = away_from_zero,
  elementwise = false,
  shapes = { { 1, 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  bad_shapes = { { { 3 }, error_name = "" } },
  nan = "some",
  known = { { { { -1, 2 } }, { { 0, 2, 1, 0 } } } },
})

op_case("maxout", {
  f = function(x) return F.maxout(x, 2) end,
  inputs = function(r) return { r(-2, 2) } end,
  elementwise = false,
  shapes = { { 0, 4 }, { 3, 4 }, { 2, 4, 2 } },
  usual = { 3, 4 },
  bad_shapes = { { { 3, 3 } }, { { 4 } } },
  error_name = "F.maxout",
  dtypes = { "int32", "int64", "uint8", "bool" },
  nan = "some",
  known = { { { { -1, 2, 3, -4 } }, { { 2, 3 } } } },
})

op_case("maxout of one element", {
  f = function(x) return F.maxout(x, 1) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 2, 3 }, { 1, 1 } },
  usual = { 2, 3 },
  elementwise = false,
  bad_dtypes = {},
})

describe("crelu", function()
  it("takes another axis", function()
    assert.same({ { 0, 2 }, { 1, 0 } }, F.crelu(dg.tensor { { -1, 2 } }, 1):totable())
    assert.same({ { 0, 2 }, { 1, 0 } }, F.crelu(dg.tensor { { -1, 2 } }, -2):totable())
  end)
end)

describe("maxout", function()
  it("takes another axis", function()
    local x = dg.tensor { { 1, 5 }, { 3, 4 } }
    assert.same({ { 3, 5 } }, F.maxout(x, 2, 1):totable())
    assert.same({ { 5 }, { 4 } }, F.maxout(x, 2, -1):totable())
  end)

  it("refuses what does not divide", function()
    assert.has_error(function() F.maxout(dg.ones(2, 3), 2) end,
      "F.maxout: axis 2 has size 3, no multiple of the pool's size 2")
    assert.has_error(function() F.maxout(dg.ones(2, 3), 0) end)
    assert.has_error(function() F.maxout(dg.ones(2, 3), 3, 3) end)
  end)
end)
