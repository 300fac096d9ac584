local F = require("dgraph").F
local op_case = require "spec.support.op_case"

local INF, NAN = 1 / 0, 0 / 0

local function near_zero(r) return { r(-2, 2) } end

op_case("sinh", {
  f = F.sinh,
  inputs = near_zero,
  overwritten = { 1 },
  known = { { { 0, 1, -INF, 1000 }, { 0, math.sinh(1), -INF, INF } } },
})

op_case("cosh", {
  f = F.cosh,
  inputs = near_zero,
  overwritten = { 1 },
  known = { { { 0, 1, -INF, 1000 }, { 1, math.cosh(1), INF, INF } } },
})

op_case("arcsinh", {
  f = F.arcsinh,
  inputs = near_zero,
  overwritten = { 1 },
  known = { { { 0, 1, -1e300, INF }, { 0, 0.881373587019543, -691.4686750787736, INF } } },
})

op_case("arccosh", {
  f = F.arccosh,
  inputs = function(r) return { r(1.5, 3) } end,
  overwritten = { 1 },
  known = { { { 1, 2, 0.5, INF }, { 0, 1.3169578969248166, NAN, INF } } },
})

op_case("arctanh", {
  f = F.arctanh,
  inputs = function(r) return { r(-0.8, 0.8) } end,
  overwritten = { 1 },
  known = { { { 0, 0.5, 1, -1, 2 }, { 0, 0.5493061443340548, INF, -INF, NAN } } },
})
