local F = require("dgraph").F
local op_case = require "spec.support.op_case"

op_case("tanh", {
  f = F.tanh,
  inputs = function(r) return { r(-2, 2) } end,
  overwritten = { "y" },
  known = { { { 0, 1, 1000, -1 / 0 }, { 0, 0.7615941559557649, 1, -1 } } },
})
