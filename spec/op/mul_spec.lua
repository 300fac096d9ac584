local F = require("dgraph").F
local op_case = require "spec.support.op_case"

op_case("mul", {
  f = F.mul,
  inputs = function(r) return { r(1, 9), r(1, 9) } end,
  broadcast = true,
  dtypes = { "int32", "int64", "uint8" },
  overwritten = { 1, 2 },
  known = {
    { { 1, 2 }, { 10, -30 }, { 10, -60 } },
    { { 65536 }, { 65537 }, { 65536 }, dtype = "int32" },
    { { 1 / 0, 0 }, { 0, 5 }, { 0 / 0, 0 } },
  },
})

op_case("mul of one tensor with itself", {
  f = function(x) return x * x end,
  error_name = "mul",
  inputs = function(r) return { r(-2, 2) } end,
  dtypes = { "int32", "int64", "uint8" },
})
