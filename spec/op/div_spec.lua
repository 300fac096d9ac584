local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local function positive(r) return { r(-2, 2), r(0.5, 3) } end

op_case("div", {
  f = F.div,
  inputs = positive,
  broadcast = true,
  overwritten = { 2, "y" },
  known = {
    { { 1, 2 }, { 10, -8 }, { 0.1, -0.25 } },
    { { 1, -1, 0 }, { 0, 0, 0 }, { 1 / 0, -1 / 0, 0 / 0 } },
  },
})

op_case("div by a number", {
  f = function(x) return x / 3 end,
  error_name = "div",
  inputs = function(r) return { r(-2, 2) } end,
  known = { { { 1, -2 }, { 1 / 3, -2 / 3 } } },
})

op_case("div of a number", {
  f = function(x) return 3 / x end,
  error_name = "div",
  inputs = function(r) return { r(0.5, 3) } end,
  overwritten = { 1, "y" },
  known = { { { 1, -2, 0 }, { 3, -1.5, 1 / 0 } } },
})

describe("div by a number", function()
  it("is the exact quotient, not a product", function()
    for _, n in ipairs { 3, 10, 49, 0.1 } do
      assert.equal(n / n, (dg.tensor(n, "float64") / n):item())
      assert.equal(7 / n, (dg.tensor(7, "float64") / n):item())
    end
  end)
end)
