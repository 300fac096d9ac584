local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

--- x has four gates for each unit.
local function inputs(shape)
  local gates = {}
  for i, size in ipairs(shape) do gates[i] = i == 2 and 4 * size or size end
  return gates
end

local s, t = function(x) return 1 / (1 + math.exp(-x)) end, function(x) return math.tanh(x) end
local c = s(3) * 0.5 + s(2) * t(1)

op_case("lstm", {
  f = F.lstm,
  inputs = function(r)
    local state = r(-2, 2)
    return { state, r(-2, 2, inputs(state.shape)) }
  end,
  shapes = { { 1, 1 }, { 0, 3 }, { 3, 0 }, { 2, 3, 2 }, { 3, 2 }, { 2, 70 } },
  usual = { 3, 2 },
  bad_shapes = {
    { { 2, 3 }, { 3, 3 } }, { { 2, 3 }, { 2, 2 } }, { { 2, 3 }, { 2, 3, 1 } }, { { 3 }, { 3 } },
  },
  known = { { { { 0.5 } }, { { 1, 2, 3, 4 } }, { { c } } } },
  nan = "some",
  overwritten = { 1, 2 },
})

describe("lstm", function()
  it("gives NaN for NaN", function()
    for i = 1, 2 do
      local x, y = dg.zeros(1, 2), dg.zeros(1, 8)
      if i == 1 then x[{ 1, 2 }] = 0 / 0 else y[{ 1, 7 }] = 0 / 0 end
      for _, result in ipairs { F.lstm(x, y) } do
        local numbers = result[1]:totable()
        assert.equal(0, numbers[1])
        assert.is_true(numbers[2] ~= numbers[2])
      end
    end
  end)

  it("saturates", function()
    local state, h = F.lstm(dg.tensor { { 2 } }, dg.tensor { { 1e30, -1e30, 1e30, 1e30 } })
    assert.same({ { 2 } }, state:totable())
    assert.near(math.tanh(2), h:item(), 1e-6)
  end)

  it("leaves the rows alone that x does not have", function()
    local state = dg.tensor({ { 1 }, { 2 }, { 3 } }, { requires_grad = true })
    local x = dg.tensor({ { 1, 2, 3, 4 } }, { requires_grad = true })
    local c_next, h = F.lstm(state, x)
    assert.same({ 1, 1 }, h.shape)
    assert.same({ { 2 }, { 3 } }, c_next[{ { 2, 3 } }]:totable())
    c_next:sum():backward()
    assert.same({ 1, 1 }, state.grad[{ { 2, 3 }, 1 }]:totable())
    assert.has_error(function() F.lstm(x[{ {}, { 1, 1 } }], dg.zeros(2, 4)) end)
  end)

  it("walks back from one of its results", function()
    for k = 1, 2 do
      local state = dg.tensor({ { 0.5 } }, { requires_grad = true })
      local results = { F.lstm(state, dg.tensor { { 1, 2, 3, 4 } }) }
      results[k]:backward()
      local slope = k == 1 and 1 or s(4) * (1 - t(c) ^ 2)
      assert.near(s(3) * slope, state.grad:item(), 1e-6)
    end
  end)

  it("gives the same on every number of threads", function()
    local state, x = dg.randn(50, 64), dg.randn(50, 256)
    local one = { F.lstm(state, x) }
    local before = dg.get_num_threads()
    dg.set_num_threads(3)
    local three = { F.lstm(state, x) }
    dg.set_num_threads(before)
    for k = 1, 2 do assert.same(one[k]:totable(), three[k]:totable()) end
  end)
end)
