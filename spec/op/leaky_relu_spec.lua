local F = require("dgraph").F
local op_case = require "spec.support.op_case"

op_case("leaky_relu", {
  f = F.leaky_relu,
  inputs = function(r) return { r.pick { -1.5, -0.5, 0.5, 1.5 } } end,
  overwritten = { 1 },
  known = { { { -2, -0.5, 0, 3, -1 / 0 }, { -0.4, -0.1, 0, 3, -1 / 0 } } },
})

op_case("leaky_relu with a slope", {
  f = function(x) return F.leaky_relu(x, { slope = -3 }) end,
  error_name = "leaky_relu",
  inputs = function(r) return { r.pick { -1.5, -0.5, 0.5, 1.5 } } end,
  known = { { { -2, 3 }, { 6, 3 } } },
})
