local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local T = dg.tensor({ { 1, 0, -1 }, { 1, 1, 0 } }, "int32")

for name, options in pairs {
  ["the mean"] = {},
  ["the mean of the batch"] = { normalize = false }, ["each"] = { reduce = "no" },
} do
  op_case("sigmoid_cross_entropy, " .. name, {
    f = function(x) return F.sigmoid_cross_entropy(x, T, options) end,
    inputs = function(r) return { r(-2, 2, { 2, 3 }) } end,
    shapes = { {}, {} },
    elementwise = false,
    nan = "some",
    error_name = "sigmoid_cross_entropy",
  })
end

op_case("sigmoid_cross_entropy of probabilities", {
  f = function(x, t) return F.sigmoid_cross_entropy(x, t, { reduce = "no" }) end,
  inputs = function(r) return { r(-2, 2), r(0, 1) } end,
  shapes = { {}, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  bad_shapes = { { { 2, 3 }, { 3 } } },
  bad_dtypes = {},
  overwritten = { 1, 2 },
  error_name = "sigmoid_cross_entropy",
})

describe("sigmoid_cross_entropy", function()
  local x = dg.tensor({ { 1, -2, 3 }, { 0, 4, 5 } }, "float64")

  it("follows the definition", function()
    local sum = 0
    local logits, targets = x:totable(), T:totable()
    for i = 1, 2 do
      for j = 1, 3 do
        local s, t = 1 / (1 + math.exp(-logits[i][j])), targets[i][j]
        if t >= 0 then sum = sum - t * math.log(s) - (1 - t) * math.log(1 - s) end
      end
    end
    assert.near(sum / 5, F.sigmoid_cross_entropy(x, T):item(), 1e-14)
    assert.near(sum / 2, F.sigmoid_cross_entropy(x, T, { normalize = false }):item(), 1e-14)
    assert.equal(0, F.sigmoid_cross_entropy(x, T, { reduce = "no" })[1][3]:item())
  end)

  it("keeps the small losses of sure answers, and does not overflow", function()
    local y = F.sigmoid_cross_entropy(dg.tensor({ 40, -1000, 1000 }, "float64"),
      dg.tensor({ 1, 0, 0 }, "uint8"), { reduce = "no" }):totable()
    assert.near(math.exp(-40), y[1], 1e-30)
    assert.equal(0, y[2])
    assert.equal(1000, y[3])
  end)
end)
