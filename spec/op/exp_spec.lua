local F = require("dgraph").F
local op_case = require "spec.support.op_case"

op_case("exp", {
  f = F.exp,
  inputs = function(r) return { r(-2, 2) } end,
  overwritten = { "y" },
  known = { { { 0, 1, -1 / 0, 1 / 0 }, { 1, 2.718281828459045, 0, 1 / 0 } } },
})

op_case("expm1", {
  f = F.expm1,
  inputs = function(r) return { r(-2, 2) } end,
  overwritten = { "y" },
  known = { { { 0, 1, 1e-20 }, { 0, 1.718281828459045, 1e-20 }, atol = 0 } },
})
