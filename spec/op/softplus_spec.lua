local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("softplus", {
  f = F.softplus,
  inputs = function(r) return { r(-2, 2) } end,
  overwritten = { 1 },
  known = { { { 0, 1000, -1000 }, { 0.6931471805599453, 1000, 0 } } },
})

op_case("softplus with beta", {
  f = function(x) return F.softplus(x, { beta = 3 }) end,
  error_name = "softplus",
  inputs = function(r) return { r(-2, 2) } end,
  known = { { { 0, 1 }, { 0.23104906018664842, math.log(1 + math.exp(3)) / 3 } } },
})

describe("softplus", function()
  it("refuses beta 0", function()
    assert.has_error(function() F.softplus(dg.tensor { 1 }, 0) end, "softplus: beta is 0")
  end)
end)
