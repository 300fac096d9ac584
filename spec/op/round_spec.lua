local F = require("dgraph").F
local op_case = require "spec.support.op_case"

local function between(r) return { r.pick { -2.7, -1.3, -0.2, 0.4, 1.6, 3.2 } } end

op_case("floor", {
  f = F.floor,
  inputs = between,
  known = { { { -1.5, -1, 0.5, 2.9, 1 / 0 }, { -2, -1, 0, 2, 1 / 0 } } },
})

op_case("ceil", {
  f = F.ceil,
  inputs = between,
  known = { { { -1.5, -1, 0.5, 2.9, 1 / 0 }, { -1, -1, 1, 3, 1 / 0 } } },
})

op_case("round", {
  f = F.round,
  inputs = between,
  known = { { { -1.5, -1, 0.5, 1.5, 2.5, 2.9, 1e300 }, { -2, -1, 0, 2, 2, 3, 1e300 } } },
})

op_case("fix", {
  f = F.fix,
  inputs = between,
  known = { { { -1.5, -1, -0.5, 0.5, 2.9, -1 / 0 }, { -1, -1, 0, 0, 2, -1 / 0 } } },
})
