local dg = require "dgraph"
local random = dg.random

describe("dg.random", function()
  before_each(function() random.seed(1) end)

  it("repeats itself by seed and by state", function()
    local a = random.normal(0, 1, { 100 }):totable()
    local state = random.get_state()
    local b = random.uniform(0, 1, 100):totable()
    random.seed(1)
    assert.same(a, random.normal(0, 1, { 100 }):totable())
    random.set_state(state)
    assert.same(b, random.uniform(0, 1, 100):totable())
    dg.seed(1)
    assert.same(a, dg.randn(100):totable())
  end)

  it("draws what is asked for", function()
    local x = random.uniform(2, 3, { 1000 }, "float64")
    assert.is_true(x:min():item() >= 2 and x:max():item() < 3)
    assert.equal("float64", x.dtype)
    assert.is_true(math.abs(random.normal(5, 2, 10000):mean():item() - 5) < 0.1)
    local n = random.randint(3, 6, 1000)
    assert.same({ "int64", 3, 5 }, { n.dtype, n:min():item(), n:max():item() })
    assert.is_true(math.abs(random.bernoulli(0.3, 10000):mean():item() - 0.3) < 0.02)
    assert.is_number(random.uniform())
    assert.is_number(random.normal())
    assert.is_true(random.randint(5) < 5)
    assert.same({ 2, 3 }, dg.rand(2, 3).shape)
    assert.equal("float64", dg.randn(2, { dtype = "float64", requires_grad = true }).dtype)
  end)

  it("brings things in random order", function()
    local order = random.permutation(100):totable()
    table.sort(order)
    for i = 1, 100 do assert.equal(i, order[i]) end
    local x = dg.arange(50)
    assert.equal(1225, random.permutation(x):sum():item())
    random.shuffle(x)
    assert.equal(1225, x:sum():item())
    local list = { 1, 2, 3, 4, 5 }
    random.shuffle(list)
    table.sort(list)
    assert.same({ 1, 2, 3, 4, 5 }, list)
  end)

  it("chooses", function()
    local x = random.choice(3, 300)
    assert.same({ 1, 3 }, { x:min():item(), x:max():item() })
    local all = random.choice(5, 5, false):totable()
    table.sort(all)
    assert.same({ 1, 2, 3, 4, 5 }, all)
    assert.same({ 2, 3 }, random.choice(5, { 2, 3 }).shape)
    assert.same({ 3, 3 }, random.choice(3, 2, true, { 0, 0, 1 }):totable())
    assert.is_number(random.choice(3))
    assert.same({ 2 }, random.choice(dg.ones(4, 2)).shape)
    assert.same({ 3, 2 }, random.choice(dg.ones(4, 2), 3).shape)
    for _, bad in ipairs {
      { 0 }, { 3, 4, false }, { 3, 1, true, { 1 } }, { 3, 1, true, { -1, 1, 1 } },
      { 3, 1, true, { 0, 0, 0 } }, { 3, 1, false, { 1, 1, 1 } },
    } do
      assert.is_false((pcall(random.choice, unpack(bad))))
    end
    assert.has_error(function() random.seed(1.5) end)
    assert.has_error(function() random.seed() end)
    assert.has_error(function() random.uniform("a") end)
  end)
end)
