local F = require("dgraph").F
local op_case = require "spec.support.op_case"

op_case("erf", {
  f = F.erf,
  inputs = function(r) return { r(-2, 2) } end,
  overwritten = { 1 },
  known = { { { 0, 1, -1 / 0 }, { 0, 0.8427007929497149, -1 } } },
})
