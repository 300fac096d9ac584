local dg = require "dgraph"
local initializers = require "dgraph.initializers"

--- Mean, standard deviation, smallest and largest of many numbers.
local function statistics(initializer, shape)
  local x = initializers.generate_array(initializer, shape, "float64")
  local numbers = x:reshape { -1 }:totable()
  local sum, square, low, high = 0, 0, math.huge, -math.huge
  for _, v in ipairs(numbers) do
    sum, square = sum + v, square + v * v
    low, high = math.min(low, v), math.max(high, v)
  end
  local mean = sum / #numbers
  return mean, math.sqrt(square / #numbers - mean * mean), low, high
end

local function filled(initializer, shape)
  return initializers.generate_array(initializer, shape):totable()
end

describe("initializers", function()
  before_each(function() dg.seed(7) end)

  it("fill with constants and arrays", function()
    assert.same({ 0, 0 }, filled(initializers.Zero(), { 2 }))
    assert.same({ 1, 1 }, filled(initializers.One(), { 2 }))
    assert.same({ 3, 3 }, filled(initializers.Constant(3), { 2 }))
    assert.same({ 3, 4 }, filled(initializers.Constant { 3, 4 }, { 2 }))
    assert.same({ 3, 4 }, filled(dg.tensor { 3, 4 }, { 2 }))
    assert.same({ { 2, 0 }, { 0, 2 } }, filled(initializers.Identity(2), { 2, 2 }))
    local nan = filled(initializers.NaN(), { 1 })[1]
    assert.is_true(nan ~= nan)
    assert.has_error(function() filled(initializers.Identity(), { 2, 3 }) end)
  end)

  it("have Chainer's names", function()
    for name in ([[Constant Zero One NaN Identity Orthogonal Normal Uniform LeCunNormal LeCunUniform
        GlorotNormal GlorotUniform HeNormal HeUniform]]):gmatch "%S+" do
      local made = dg.initializers[name](name == "Constant" and 1 or nil)
      assert.is_true(initializers.Initializer.is(made, initializers.Initializer), name)
    end
    assert.is_function(dg.initializers.generate_array)
  end)

  it("take numbers, arrays, functions and nothing for initializers", function()
    assert.same({ 5, 5 }, filled(5, { 2 }))
    assert.same({ 5, 6 }, filled({ 5, 6 }, { 2 }))
    assert.same({ 7, 7 }, filled(function(x) x:fill(7) end, { 2 }))
    assert.same({ 2, 3 }, initializers.generate_array(nil, { 2, 3 }).shape)
    assert.error_matches(function() filled("LeCun", { 2 }) end, "a string is no initializer")
  end)

  it("know the fans of weights and filters", function()
    local get_fans = initializers.Initializer.get_fans
    assert.same({ 3, 5 }, { get_fans { 5, 3 } })
    assert.same({ 3 * 4, 5 * 4 }, { get_fans { 5, 3, 2, 2 } })
    assert.error_matches(function() get_fans { 5 } end, "at least two axes, not 1")
  end)

  local DEVIATIONS = { -- of a weight with 200 inputs and 100 outputs
    Normal = 0.05,
    LeCunNormal = math.sqrt(1 / 200),
    GlorotNormal = math.sqrt(2 / 300),
    HeNormal = math.sqrt(2 / 200),
    Uniform = 0.05 / math.sqrt(3),
    LeCunUniform = math.sqrt(1 / 200),
    GlorotUniform = math.sqrt(2 / 300),
    HeUniform = math.sqrt(2 / 200),
  }

  for name, deviation in pairs(DEVIATIONS) do
    it(name .. " has the right mean, deviation and range", function()
      for scale = 1, 2 do
        local initializer = initializers[name](DEVIATIONS[name] == 0.05 / math.sqrt(3)
          and 0.05 * scale or name == "Normal" and 0.05 * scale or scale)
        local mean, std, low, high = statistics(initializer, { 100, 200 })
        assert.near(0, mean, 4 * scale * deviation / math.sqrt(20000))
        assert.near(1, std / (scale * deviation), 0.03)
        if name:find "Uniform" then
          local bound = scale * deviation * math.sqrt(3)
          assert.is_true(low >= -bound and high <= bound and high > 0.99 * bound)
        else
          assert.is_true(high > 3 * scale * deviation)
        end
      end
    end)
  end

  it("count the outputs where He is told so", function()
    local _, std = statistics(initializers.HeNormal(1, "fan_out"), { 100, 200 })
    assert.near(1, std / math.sqrt(2 / 100), 0.03)
    assert.has_error(function() initializers.HeNormal(1, "fan") end)
  end)

  it("make orthogonal rows, or columns where there are fewer of them", function()
    for _, shape in ipairs { { 4, 7 }, { 7, 4 }, { 4, 2, 2 } } do
      local rows = shape[1]
      local W = initializers.generate_array(initializers.Orthogonal(2), shape, "float64")
      local M = W:reshape({ rows, -1 }):totable()
      local columns = #M[1]
      for a = 1, math.min(rows, columns) do
        for b = 1, math.min(rows, columns) do
          local dot = 0
          for k = 1, math.max(rows, columns) do
            dot = dot + (rows <= columns and M[a][k] * M[b][k] or M[k][a] * M[k][b])
          end
          assert.near(a == b and 4 or 0, dot, 1e-12)
        end
      end
    end
  end)

  it("make filters that enlarge images, and such that shrink them", function()
    local up = initializers.UpsamplingDeconvFilter()
    local function generate(initializer, shape)
      return initializers.generate_array(initializer, shape, "float64"):totable()
    end
    assert.same({ { { 0.25, 0.75, 0.75, 0.25 }, { 0, 0, 0, 0 } },
      { { 0, 0, 0, 0 }, { 0.25, 0.75, 0.75, 0.25 } } }, generate(up, { 2, 2, 4 }))
    assert.same({ { { { 0.25, 0.5, 0.25 }, { 0.5, 1, 0.5 }, { 0.25, 0.5, 0.25 } } } },
      generate(up, { 1, 1, 3, 3 }))
    local down = initializers.DownsamplingConvFilter()
    assert.same({ { { 0.25, 0.5, 0.25 } }, { { 0.25, 0.5, 0.25 } } }, generate(down, { 2, 1, 3 }))
    assert.same({ { { { 1 / 16, 1 / 8, 1 / 16 }, { 1 / 8, 1 / 4, 1 / 8 },
      { 1 / 16, 1 / 8, 1 / 16 } } } }, generate(down, { 1, 1, 3, 3 }))
    assert.has_error(function() generate(up, { 2, 3, 3 }) end)
    assert.has_error(function() generate(up, { 1, 1, 3, 2 }) end)
    assert.has_error(function() generate(up, { 1, 1 }) end)
    assert.has_error(function() initializers.UpsamplingDeconvFilter("cubic") end)
  end)

  it("draw the same numbers from the same seed", function()
    local first = filled(initializers.Normal(), { 10 })
    assert.not_same(first, filled(initializers.Normal(), { 10 }))
    dg.seed(7)
    assert.same(first, filled(initializers.Normal(), { 10 }))
  end)

  it("fill parameters that get their shape later", function()
    local p = dg.Parameter(initializers.Constant(3))
    p:initialize { 2 }
    assert.same({ 3, 3 }, p:totable())
  end)
end)
