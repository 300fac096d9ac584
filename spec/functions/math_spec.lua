local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("batch_l2_norm_squared", {
  f = F.batch_l2_norm_squared,
  error_name = "square",
  inputs = function(r) return { r(-2, 2) } end,
  elementwise = false,
  shapes = { { 1, 1 }, { 3 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  bad_shapes = { { {}, error_name = "F.batch_l2_norm_squared" } },
  usual = { 4, 3 },
  bad_dtypes = { "bool" },
  nan = "some",
  overwritten = { 1 },
  known = { { { { 3, 4 }, { 0, -2 } }, { 25, 4 } }, { { { { 1 }, { 2 } } }, { 5 } } },
})

op_case("average", {
  f = function(x, w) return F.average(x, -1, w) end,
  error_name = "mul",
  inputs = function(r) return { r(-2, 2), r(0.5, 2, { 3 }) } end,
  elementwise = false,
  shapes = { { 0, 3 }, { 2, 3 }, { 4, 3 } },
  layouts = { { { 1 }, { 1 } } },
  bad_shapes = { { { 4, 3 }, { 2 }, error_name = "broadcast_to" } },
  bad_dtypes = { "bool" },
  nan = "some",
  known = { { { { 1, 3, 5 }, { 0, 4, 1 } }, { 1, 1, 2 }, { 3.5, 1.5 } } },
})

describe("average", function()
  local x = dg.tensor { { 1, 3 }, { 5, 7 } }

  it("is the mean where there are no weights", function()
    assert.equal(4, F.average(x):item())
    assert.same({ { 3, 5 } }, F.average(x, 1, nil, true):totable())
  end)

  it("takes weights of x's shape without an axis", function()
    assert.equal(5, F.average(x, nil, dg.tensor { { 0, 1 }, { 2, 1 } }):item())
  end)
end)

op_case("identity", {
  f = F.identity,
  inputs = function(r) return { r(-2, 2) } end,
  dtypes = { "int32", "int64", "uint8", "bool" },
  known = { { { 1, 2 }, { 1, 2 } } },
})

describe("identity", function()
  it("gives its arguments", function()
    local x, y = dg.ones(2), dg.zeros(3)
    assert.is_true(F.identity(x) == x)
    local a, b = F.identity(x, y)
    assert.is_true(a == x and b == y)
  end)
end)

describe("add", function()
  it("takes more than two, tensors or numbers, broadcast", function()
    local x = dg.tensor { { 1, 2 } }
    assert.same({ { 16, 17 }, { 26, 27 } }, F.add(x, dg.tensor { { 10 }, { 20 } }, 5):totable())
    assert.same({ { 4, 8 } }, x:add(x, x, x):totable())
    assert.has_error(function() F.add(x, x, {}) end)
    local leaf = dg.Variable { 1 }
    F.add(leaf, leaf, leaf):backward()
    assert.equal(3, leaf.grad:item())
  end)
end)
