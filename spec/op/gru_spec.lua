local dg = require "dgraph"
local native = require "dgraph.native"
local op_case = require "spec.support.op_case"

local function gru(h, x, u) return native.wrap(native.C.dg_gru(h, x, u)) end

local function inputs(shape)
  local gates = {}
  for i, size in ipairs(shape) do gates[i] = i == 2 and 3 * size or size end
  return gates
end

local s = function(x) return 1 / (1 + math.exp(-x)) end
local z = s(1 - 3)

op_case("gru", {
  f = gru,
  inputs = function(r)
    local h = r(-2, 2)
    return { h, r(-2, 2, inputs(h.shape)), r(-2, 2, inputs(h.shape)) }
  end,
  shapes = { { 1, 1 }, { 0, 3 }, { 3, 0 }, { 2, 3, 2 }, { 3, 2 }, { 2, 70 } },
  usual = { 3, 2 },
  bad_shapes = {
    { { 2, 3 }, { 2, 3 }, { 2, 2 } }, { { 2, 3 }, { 3, 3 }, { 2, 3 } }, { { 3 }, { 3 }, { 3 } },
  },
  known = { {
    { { 0.5 } }, { { 2, 1, -1 } }, { { 1, -3, 0.5 } },
    { { (1 - z) * math.tanh(-1 + s(3) * 0.5) + z * 0.5 } },
  } },
  nan = "some",
  overwritten = { 1, 2, 3 },
})

describe("gru", function()
  it("gives NaN for NaN", function()
    for i = 1, 3 do
      local xs = { dg.zeros(1, 2), dg.zeros(1, 6), dg.zeros(1, 6) }
      xs[i][{ 1, i == 1 and 2 or 4 }] = 0 / 0
      local numbers = gru(unpack(xs))[1]:totable()
      assert.equal(0, numbers[1])
      assert.is_true(numbers[2] ~= numbers[2])
    end
  end)
end)
