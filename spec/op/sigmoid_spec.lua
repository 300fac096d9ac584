local F = require("dgraph").F
local op_case = require "spec.support.op_case"

op_case("sigmoid", {
  f = F.sigmoid,
  inputs = function(r) return { r(-2, 2) } end,
  overwritten = { "y" },
  known = { { { 0, 1, 1000, -1000 }, { 0.5, 0.7310585786300049, 1, 0 } } },
})
