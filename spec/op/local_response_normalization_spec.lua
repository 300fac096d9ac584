local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("local_response_normalization", {
  f = F.local_response_normalization,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 1, 1 }, { 0, 3 }, { 3, 0 }, { 4, 3 }, { 2, 7, 2 } },
  known = { {
    { { 1, 2, 3, 4 } },
    { { (2 + 14e-4) ^ -0.75, 2 * (2 + 30e-4) ^ -0.75, 3 * (2 + 30e-4) ^ -0.75,
      4 * (2 + 29e-4) ^ -0.75 } },
  } },
  overwritten = { 1 },
  nan = "some",
})

op_case("local_response_normalization of some channels", {
  f = function(x) return F.local_response_normalization(x, 3, 1, 0.5, 2) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 2, 5, 2 }, { 2, 3, 1, 2 } },
  known = { {
    { { { 1 }, { 2 }, { 3 } } }, { { { 1 / 3.5 ^ 2 }, { 2 / 8 ^ 2 }, { 3 / 7.5 ^ 2 } } },
  } },
  nan = "some",
  error_name = "local_response_normalization",
})

describe("local_response_normalization", function()
  it("refuses what has no channels", function()
    assert.error_matches(function() F.local_response_normalization(dg.zeros(3)) end,
      "local_response_normalization: 5 channels of a tensor of 1 axes")
    assert.error_matches(function() F.local_response_normalization(dg.zeros(3, 3), 0) end,
      "local_response_normalization: 0 channels of a tensor of 2 axes")
  end)

  it("gives NaN for NaN to the neighbours alone", function()
    local y = F.local_response_normalization(dg.tensor { { 0 / 0, 1, 1, 1 } }, 3, 1, 0):totable()[1]
    assert.is_true(y[1] ~= y[1] and y[2] ~= y[2])
    assert.same({ 1, 1 }, { y[3], y[4] })
  end)
end)
