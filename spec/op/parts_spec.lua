--- Names of Chainer for views and parts that have other names in C.
local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local DTYPES = { "int32", "int64", "uint8", "bool" }
local function draw(r) return { r(-2, 2) } end

op_case("flatten", {
  f = F.flatten,
  any_shape = true,
  inputs = draw,
  elementwise = false,
  dtypes = DTYPES,
  known = { { { { 1, 2 }, { 3, 4 } }, { 1, 2, 3, 4 } } },
})

op_case("get_item", {
  f = function(x) return F.get_item(x, { { 2, 3 }, -1 }) end,
  inputs = draw,
  shapes = { { 3, 1, 0 }, { 3, 1 }, { 4, 3 }, { 4, 2, 2 } },
  bad_shapes = { { { 4 } }, { { 4, 0 } } },
  usual = { 4, 3 },
  elementwise = false,
  nan = "some",
  dtypes = DTYPES,
  error_name = "index",
  known = { { { { 1, 2 }, { 3, 4 }, { 5, 6 } }, { 4, 6 } } },
})

op_case("get_item of one element", {
  f = function(x) return F.get_item(x, 1) end,
  inputs = draw,
  shapes = { { 1 }, { 1, 1 } },
  elementwise = false,
  dtypes = DTYPES,
})

op_case("separate", {
  f = function(x) return F.separate(x, 2) end,
  bad_shapes = { { { 3 } } },
  error_name = "",
  inputs = draw,
  shapes = { { 0, 3 }, { 1, 1 }, { 4, 3 }, { 2, 3, 2 } },
  elementwise = false,
  nan = "some",
  dtypes = DTYPES,
  known = { { { { 1, 2 }, { 3, 4 } }, { 1, 3 } } },
})

op_case("split_axis", {
  f = function(x) return F.split_axis(x, { 2 }, 2) end,
  bad_shapes = { { { 3 } } },
  error_name = "",
  inputs = draw,
  shapes = { { 0, 3 }, { 1, 1 }, { 4, 3 }, { 2, 3, 2 } },
  elementwise = false,
  nan = "some",
  dtypes = DTYPES,
  known = { { { { 1, 2, 3 }, { 4, 5, 6 } }, { { 1 }, { 4 } } } },
})
