local dg = require "dgraph"
local iterators = require "dgraph.iterators"
local serializers = require "dgraph.serializers"
local OrderSampler, ShuffleOrderSampler = iterators.OrderSampler, iterators.ShuffleOrderSampler
local SerialIterator = iterators.SerialIterator

local letters = { "a", "b", "c", "d" }

local function refused(f, pattern)
  local done, message = pcall(f)
  assert.is_false(done)
  assert.matches("^spec/iterators/order_samplers_spec.lua:%d+: ", message)
  assert.matches(pattern, message)
end

describe("OrderSampler", function()
  it("draws the order of each epoch out of the one before", function()
    local Turn = OrderSampler:extend "Turn"
    local calls = {}
    function Turn.sample(_, order, position)
      calls[#calls + 1] = { order:totable(), position }
      return dg.tensor({ order[2]:item(), order[3]:item(), order[4]:item(), order[1]:item() },
        "int64")
    end
    local iterator = SerialIterator(letters, 4, { order_sampler = Turn() })
    assert.equal("bcda", table.concat(iterator:next()))
    assert.equal("cdab", table.concat(iterator:next()))
    assert.same({ { 1, 2, 3, 4 }, 0 }, calls[1])
    assert.same({ 2, 3, 4, 1 }, calls[2][1])
  end)

  it("may be a function, and leave examples out or repeat them", function()
    local iterator = SerialIterator(letters, 2, { order_sampler = function() return { 4, 4, 1 } end,
      repeat_ = false })
    assert.same({ "d", "d" }, iterator:next())
    assert.equal(2 / 3, iterator.epoch_detail)
    assert.same({ "a" }, iterator:next())
    assert.is_nil(iterator:next())
  end)

  it("is refused when it returns no order", function()
    for _, bad in ipairs { { 0 }, { 5 }, {}, dg.tensor { 1 }, dg.zeros({ 1, 1 }, "int64"), "a" } do
      assert.has_error(function()
        SerialIterator(letters, 2, { order_sampler = function() return bad end })
      end)
    end
    refused(function() OrderSampler():sample() end, "needs a method sample")
    refused(function() SerialIterator(letters, 2, { order_sampler = print, shuffle = true }) end,
      "exclude each other")
    local size = 2
    local iterator = SerialIterator(letters, 2, { order_sampler = function()
      size = size + 1
      return dg.random.permutation(size)
    end })
    iterator:next()
    refused(function() iterator:next() end, "returned 4 positions, the epoch before had 3")
  end)
end)

describe("ShuffleOrderSampler", function()
  it("draws from a sequence of its own when it has a seed", function()
    local order = dg.arange(1, 31, "int64")
    local one, two, other = ShuffleOrderSampler(5), ShuffleOrderSampler(5), ShuffleOrderSampler(6)
    dg.seed(1)
    local wanted = dg.random.uniform()
    dg.seed(1)
    local first, second = one(order, 0):totable(), one(order, 0):totable()
    assert.equal(wanted, dg.random.uniform())
    assert.same({ first, second }, { two(order, 0):totable(), two(order, 0):totable() })
    assert.not_same(first, second)
    assert.not_same(first, other(order, 0):totable())
    table.sort(first)
    assert.same(order:totable(), first)
  end)

  it("draws from dg.random without one", function()
    local order = dg.arange(1, 31, "int64")
    dg.seed(2)
    local first = ShuffleOrderSampler()(order, 0):totable()
    dg.seed(2)
    assert.same(first, dg.random.permutation(30):totable())
  end)

  it("goes on after a restart with the same epochs to come", function()
    local numbers, path = {}, os.tmpname()
    for i = 1, 20 do numbers[i] = i end
    local function new() return SerialIterator(numbers, 3, { order_sampler =
      ShuffleOrderSampler(9) }) end
    local iterator, other = new(), new()
    for _ = 1, 8 do iterator:next() end
    assert(serializers.save_npz(path, iterator))
    assert(serializers.load_npz(path, other))
    os.remove(path)
    for _ = 1, 30 do assert.same(iterator:next(), other:next()) end
    assert.equal(5, other.epoch)
  end)
end)
