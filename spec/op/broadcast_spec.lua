local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local DTYPES = { "int32", "int64", "uint8", "bool" }

op_case("broadcast_to", {
  f = function(x) return F.broadcast_to(x, { 2, 4, 3 }) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { {}, { 1 }, { 3 }, { 4, 3 }, { 2, 1, 3 } },
  usual = { 4, 3 },
  elementwise = false,
  nan = "some",
  dtypes = DTYPES,
  bad_shapes = { { { 2 } }, { { 3, 3 } }, { { 1, 2, 4, 3 } } },
  known = { { { 1, 2, 3 }, { { { 1, 2, 3 }, { 1, 2, 3 }, { 1, 2, 3 }, { 1, 2, 3 } },
    { { 1, 2, 3 }, { 1, 2, 3 }, { 1, 2, 3 }, { 1, 2, 3 } } } } },
})

op_case("broadcast_to nothing", {
  f = function(x) return F.broadcast_to(x, { 2, 0 }) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { {}, { 1 }, { 0 }, { 1, 0 } },
  elementwise = false,
  dtypes = DTYPES,
})

op_case("broadcast", {
  f = F.broadcast,
  inputs = function(r) return { r(-2, 2), r(-2, 2, { 3 }) } end,
  shapes = { { 1 }, { 0, 3 }, { 4, 1 }, { 4, 3 } },
  elementwise = false,
  nan = "some",
  dtypes = DTYPES,
  bad_dtypes = {},
  error_name = "broadcast_to",
  bad_shapes = { { { 2, 4 }, { 3 } } },
})

op_case("sum_to one element", {
  f = function(x) return F.sum_to(x, { 1 }) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 1 }, { 3 }, { 4, 3 } },
  elementwise = false,
  nan = "some",
  bad_dtypes = {},
})

op_case("sum_to", {
  f = function(x) return F.sum_to(x, { 1, 3 }) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 1, 3 }, { 4, 3 }, { 2, 2, 3 }, { 0, 3 } },
  usual = { 4, 3 },
  elementwise = false,
  nan = "some",
  bad_shapes = { { { 4, 2 } }, { { 2 } } },
  dtypes = DTYPES,
  result_dtype = true,
  known = { { { { 1, 2, 3 }, { 4, 5, 6 } }, { { 5, 7, 9 } } } },
})

describe("broadcast", function()
  it("gives a list of tensors of one shape", function()
    local a, b = unpack(F.broadcast(dg.ones(2, 1), dg.ones(3)))
    assert.same({ { 2, 3 }, { 2, 3 } }, { a.shape, b.shape })
  end)
end)
