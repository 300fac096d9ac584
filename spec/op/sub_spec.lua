local F = require("dgraph").F
local op_case = require "spec.support.op_case"

op_case("sub", {
  f = F.sub,
  inputs = function(r) return { r(5, 9), r(1, 4) } end,
  broadcast = true,
  dtypes = { "int32", "int64", "uint8" },
  known = {
    { { 1, 2 }, { 10, 30 }, { -9, -28 } },
    { { -2147483648 }, { 1 }, { 2147483647 }, dtype = "int32" },
  },
})

op_case("sub with numbers", {
  f = function(x) return (1 - x) - 0.25 end,
  error_name = "sub",
  inputs = function(r) return { r(-2, 2) } end,
  known = { { { 1, -2 }, { -0.25, 2.75 } } },
})
