local F = require("dgraph").F
local op_case = require "spec.support.op_case"

op_case("linear_interpolate", {
  f = F.linear_interpolate,
  inputs = function(r) return { r(0, 1), r(-2, 2), r(-2, 2) } end,
  overwritten = { 1, 2, 3 },
  bad_shapes = { { { 2, 3 }, { 2, 3 }, { 3 } }, { { 3 }, { 2, 3 }, { 2, 3 } } },
  known = { { { 0, 1, 0.25 }, { 2, 2, 2 }, { 6, 6, 6 }, { 6, 2, 5 } } },
})
