local F = require("dgraph").F
local op_case = require "spec.support.op_case"

local function positive(r) return { r(0.3, 4) } end

op_case("log", {
  f = F.log,
  inputs = positive,
  overwritten = { 1 },
  known = { { { 1, 2.718281828459045, 0, -1 }, { 0, 1, -1 / 0, 0 / 0 } } },
})

op_case("log1p", {
  f = F.log1p,
  inputs = positive,
  overwritten = { 1 },
  known = { { { 0, 1.718281828459045, 1e-20 }, { 0, 1, 1e-20 }, atol = 1e-30 } },
})

op_case("log2", {
  f = F.log2,
  inputs = positive,
  overwritten = { 1 },
  known = { { { 1, 8, 0.25 }, { 0, 3, -2 } } },
})

op_case("log10", {
  f = F.log10,
  inputs = positive,
  overwritten = { 1 },
  known = { { { 1, 1000, 0.01 }, { 0, 3, -2 } } },
})
