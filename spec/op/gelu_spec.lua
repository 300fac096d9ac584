local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("gelu", {
  f = F.gelu,
  inputs = function(r) return { r(-3, 3) } end,
  overwritten = { 1 },
  known = { { { -1, 0, 1, 40 }, { -0.15865525393145707, 0, 0.8413447460685429, 40 } } },
})

op_case("gelu by tanh", {
  f = function(x) return F.gelu(x, "tanh") end,
  error_name = "gelu",
  inputs = function(r) return { r(-3, 3) } end,
  overwritten = { 1 },
  known = { { { -1, 0, 1, 40 }, { -0.15880800939172324, 0, 0.8411919906082768, 40 } } },
})

describe("gelu", function()
  it("refuses another approximation", function()
    local ok, message = pcall(F.gelu, dg.ones(2), { approximate = "erf" })
    assert.is_false(ok)
    assert.truthy(message:find('F.gelu: approximate must be "none" or "tanh", got "erf"', 1, true))
  end)
end)
