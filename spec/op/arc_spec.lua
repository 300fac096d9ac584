local F = require("dgraph").F
local op_case = require "spec.support.op_case"

local INF, NAN, PI = 1 / 0, 0 / 0, math.pi

op_case("arcsin", {
  f = F.arcsin,
  inputs = function(r) return { r(-0.9, 0.9) } end,
  overwritten = { 1 },
  known = { { { -1, 0, 0.5, 1, 1.5 }, { -PI / 2, 0, PI / 6, PI / 2, NAN } } },
})

op_case("arccos", {
  f = F.arccos,
  inputs = function(r) return { r(-0.9, 0.9) } end,
  overwritten = { 1 },
  known = { { { -1, 0, 0.5, 1, -1.5 }, { PI, PI / 2, PI / 3, 0, NAN } } },
})

op_case("arctan", {
  f = F.arctan,
  inputs = function(r) return { r(-3, 3) } end,
  overwritten = { 1 },
  known = { { { -INF, 0, 1, INF }, { -PI / 2, 0, PI / 4, PI / 2 } } },
})

op_case("arctan2", {
  f = F.arctan2,
  inputs = function(r) return { r(0.5, 2), r(-2, -0.5) } end,
  broadcast = true,
  overwritten = { 1, 2 },
  known = { { { 0, 1, 1, 0, -1, -INF }, { 1, 0, 1, -1, -1, INF },
    { 0, PI / 2, PI / 4, PI, -3 * PI / 4, -PI / 4 } } },
})
