local ffi = require "ffi"
local dg = require "dgraph"
local native = require "dgraph.native"

local C, wrap = native.C, native.wrap

local function shape(...) return ffi.new("int64_t[?]", select("#", ...), ...) end

local ID = { float32 = 0, float64 = 1, int32 = 2, int64 = 3, uint8 = 4, bool = 5 }

--- One of each kind.
local function draw_all(n)
  local s = shape(n)
  local result = {}
  for _, dtype in ipairs { "float32", "float64" } do
    table.insert(result, wrap(C.dg_uniform(ID[dtype], 1, s, -1, 3)):totable())
    table.insert(result, wrap(C.dg_normal(ID[dtype], 1, s, 0, 1)):totable())
  end
  for _, dtype in ipairs { "int32", "int64", "uint8", "float64" } do
    table.insert(result, wrap(C.dg_randint(ID[dtype], 1, s, 3, 9)):totable())
  end
  for _, dtype in ipairs { "bool", "uint8", "float32", "int64" } do
    table.insert(result, wrap(C.dg_bernoulli(ID[dtype], 1, s, 0.5)):totable())
  end
  table.insert(result, wrap(C.dg_permutation(n, 1)):totable())
  return result
end

local function moments(x)
  local mean = x:mean():item()
  return mean, ((x - mean) ^ 2):mean():item()
end

describe("random numbers", function()
  it("are the same for the same seed", function()
    C.dg_seed(42)
    local first = draw_all(33)
    C.dg_seed(42)
    assert.same(first, draw_all(33))
    assert.are_not.same(first, draw_all(33))
    C.dg_seed(43)
    assert.are_not.same(first, draw_all(33))
  end)

  it("are the same whatever the number of threads", function()
    local function draw()
      C.dg_seed(8)
      local x = wrap(C.dg_normal(0, 1, shape(200001), 0, 1))
      return x, wrap(C.dg_bernoulli(0, 1, shape(200001), 0.3))
    end
    local x, y = draw()
    local before = dg.get_num_threads()
    dg.set_num_threads(3)
    local u, v = draw()
    dg.set_num_threads(before)
    assert.equal(0, x:ne(u):sum():item())
    assert.equal(0, y:ne(v):sum():item())
  end)

  it("go on exactly where they were", function()
    C.dg_seed(9007199254740992)
    draw_all(5)
    local seed, offset = C.dg_random_seed(), C.dg_random_offset()
    local wanted = draw_all(20)
    draw_all(3)
    C.dg_random_set(seed, offset)
    assert.same(wanted, draw_all(20))
  end)

  it("have the mean and the variance they should", function()
    C.dg_seed(3)
    local n = shape(100000)
    for id = 0, 1 do
      local mean, variance = moments(wrap(C.dg_uniform(id, 1, n, -1, 3)))
      assert.near(1, mean, 0.02)
      assert.near(16 / 12, variance, 0.03)
      mean, variance = moments(wrap(C.dg_normal(id, 1, n, 2, 0.5)))
      assert.near(2, mean, 0.01)
      assert.near(0.25, variance, 0.01)
      mean = moments(wrap(C.dg_randint(id, 1, n, -3, 4)))
      assert.near(0, mean, 0.03)
      mean = moments(wrap(C.dg_bernoulli(id, 1, n, 0.3)))
      assert.near(0.3, mean, 0.01)
    end
  end)

  it("stay in their interval", function()
    local x = wrap(C.dg_uniform(0, 1, shape(100000), 0, 1))
    assert.is_true(dg.F.max(x):item() < 1 and dg.F.min(x):item() >= 0)
    local y = wrap(C.dg_randint(2, 1, shape(10000), -2, 3))
    assert.equal(2, dg.F.max(y):item())
    assert.equal(-2, dg.F.min(y):item())
    assert.same({ 5, 5 }, wrap(C.dg_uniform(1, 1, shape(2), 5, 5)):totable())
  end)

  it("permute every position once", function()
    for _, n in ipairs { 0, 1, 2, 300 } do
      local p = wrap(C.dg_permutation(n, 1)):totable()
      table.sort(p)
      for i = 1, n do assert.equal(i, p[i]) end
    end
  end)

  it("refuse what makes no sense", function()
    local function refuses(text, x)
      assert.is_true(x == nil or x == -1)
      assert.equal(text, ffi.string(C.dg_error_message()))
    end
    local s = shape(1)
    refuses("seed: wanted whole numbers from 0 to 2^53, got -1 and 0", C.dg_seed(-1))
    refuses("seed: wanted whole numbers from 0 to 2^53, got 0.5 and 0", C.dg_seed(0.5))
    refuses("uniform: wanted a float dtype, got int32", C.dg_uniform(2, 1, s, 0, 1))
    refuses("uniform: low is 1, high is 0", C.dg_uniform(0, 1, s, 1, 0))
    refuses("normal: the standard deviation is -1", C.dg_normal(0, 1, s, 0, -1))
    refuses("normal: the shape is missing (NULL)", C.dg_normal(0, 1, nil, 0, 1))
    refuses("randint: wanted whole numbers, low below high, got 3 and 3",
      C.dg_randint(2, 1, s, 3, 3))
    refuses("randint: there are no random bools (use bernoulli)", C.dg_randint(5, 1, s, 0, 2))
    refuses("bernoulli: 1.5 is no probability", C.dg_bernoulli(0, 1, s, 1.5))
    refuses("permutation: -1 elements cannot be made", C.dg_permutation(-1, 0))
  end)
end)
