local F = require("dgraph").F
local op_case = require "spec.support.op_case"

local function away_from_zero(r) return { r.pick { -1.5, -0.7, -0.2, 0.5, 1.5 } } end

op_case("elu", {
  f = F.elu,
  inputs = away_from_zero,
  overwritten = { 1 },
  known = { { { -1, 0, 3, -1 / 0, 1 / 0 }, { math.exp(-1) - 1, 0, 3, -1, 1 / 0 } } },
})

op_case("elu with alpha", {
  f = function(x) return F.elu(x, 0.5) end,
  error_name = "elu",
  inputs = away_from_zero,
  known = { { { -1, 3 }, { (math.exp(-1) - 1) / 2, 3 } } },
})

local ALPHA, SCALE = 1.6732632423543773, 1.0507009873554805

op_case("selu", {
  f = F.selu,
  inputs = away_from_zero,
  overwritten = { 1 },
  known = { { { -1, 0, 3 }, { SCALE * ALPHA * (math.exp(-1) - 1), 0, 3 * SCALE } } },
})

op_case("selu with numbers", {
  f = function(x) return F.selu(x, { alpha = 2, scale = 3 }) end,
  error_name = "selu",
  inputs = away_from_zero,
  known = { { { -1, 3 }, { 6 * (math.exp(-1) - 1), 9 } } },
})
