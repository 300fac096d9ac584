local dg = require "dgraph"
local serializers = require "dgraph.serializers"
local SerialIterator = require "dgraph.iterators".SerialIterator
local TupleDataset = require "dgraph.datasets".TupleDataset

local function sorted(array)
  table.sort(array)
  return array
end

describe("SerialIterator", function()
  local letters = { "a", "b", "c", "d", "e" }

  it("goes through the examples in order, epoch after epoch", function()
    local iterator = SerialIterator(letters, 2, { shuffle = false })
    assert.is_nil(iterator.previous_epoch_detail)
    assert.same({ "a", "b" }, iterator:next())
    assert.same({ 0, 2, 0.4, 0, false }, { iterator.epoch, iterator.current_position,
      iterator.epoch_detail, iterator.previous_epoch_detail, iterator.is_new_epoch })
    assert.same({ "c", "d" }, iterator:next())
    assert.same({ "e", "a" }, iterator:next())
    assert.same({ 1, 1, 1.2, true }, { iterator.epoch, iterator.current_position,
      iterator.epoch_detail, iterator.is_new_epoch })
    assert.same({ "b", "c" }, iterator:next())
    assert.is_false(iterator.is_new_epoch)
    iterator:reset()
    assert.same({ "a", "b" }, iterator:next())
  end)

  it("ends after one epoch when it does not repeat", function()
    local iterator = SerialIterator(letters, 2, { shuffle = false, repeat_ = false })
    local batches = {}
    for batch in iterator do batches[#batches + 1] = table.concat(batch) end
    assert.same({ "ab", "cd", "e" }, batches)
    assert.same({ 1, true, 1 }, { iterator.epoch, iterator.is_new_epoch, iterator.epoch_detail })
    assert.is_nil(iterator:next())
  end)

  it("visits each example once in an epoch when it shuffles", function()
    local numbers = {}
    for i = 1, 50 do numbers[i] = i end
    local iterator = SerialIterator(numbers, 50)
    local first, second = iterator:next(), iterator:next()
    assert.not_same(first, second)
    assert.same(numbers, sorted(first))
    assert.same(numbers, sorted(second))
  end)

  it("gives batches larger than the dataset", function()
    local iterator = SerialIterator({ "a", "b" }, 5, { shuffle = false })
    assert.equal("ababa", table.concat(iterator:next()))
    assert.same({ 2, 1 }, { iterator.epoch, iterator.current_position })
  end)

  it("gives the tensors of a TupleDataset", function()
    local dataset = TupleDataset(dg.tensor { { 1, 2 }, { 3, 4 }, { 5, 6 } },
      dg.tensor({ 1, 2, 3 }, "int32"))
    local count = 0
    for x, t in SerialIterator(dataset, 2, { shuffle = false, repeat_ = false }) do
      count = count + 1
      assert.same(count == 1 and { { 1, 2 }, { 3, 4 } } or { { 5, 6 } }, x:totable())
      assert.same(count == 1 and { 1, 2 } or { 3 }, t:totable())
    end
    assert.equal(2, count)
  end)

  it("goes on after a restart where it was", function()
    local path = os.tmpname()
    local numbers = {}
    for i = 1, 20 do numbers[i] = i end
    local iterator = SerialIterator(numbers, 3)
    for _ = 1, 8 do iterator:next() end
    assert(serializers.save_npz(path, iterator))
    local other = SerialIterator(numbers, 3)
    assert(serializers.load_npz(path, other))
    -- In the file the order counts from 0, as Chainer's does.
    local order = serializers.load(path).order:totable()
    os.remove(path)
    assert.equal(0, sorted(order)[1])
    assert.same({ 1, 4, iterator.previous_epoch_detail }, { other.epoch, other.current_position,
      other.previous_epoch_detail })
    for _ = 1, 5 do assert.same(iterator:next(), other:next()) end
  end)

  it("takes a tensor, whose rows are the examples", function()
    local iterator = SerialIterator(dg.tensor { { 1, 2 }, { 3, 4 }, { 5, 6 } }, 2,
      { shuffle = false })
    assert.same({ { 1, 2 }, { 3, 4 } }, iterator:next():totable())
  end)

  it("refuses an order that does not go with the dataset", function()
    local path, three = os.tmpname(), { 1, 2, 3 }
    assert(serializers.save_npz(path, SerialIterator({ 1, 2, 3, 4 }, 2)))
    local function load(examples)
      assert(serializers.load_npz(path, SerialIterator(examples, 2)))
    end
    assert.has_error(function() load(three) end)
    assert(serializers.savez(path, { current_position = dg.tensor(0, "int64"),
      epoch = dg.tensor(0, "int64"), is_new_epoch = dg.tensor(false),
      previous_epoch_detail = dg.tensor(0), order = dg.tensor({ 0, 1, 3 }, "int64") }))
    local done, message = pcall(load, three)
    os.remove(path)
    assert.is_false(done)
    assert.matches("the order has the position 4, the dataset 3 examples", message)
  end)

  it("refuses an empty dataset and odd batch sizes", function()
    assert.has_error(function() SerialIterator({}, 2) end, "SerialIterator: the dataset is empty")
    for _, size in ipairs { 0, -1, 1.5, "2" } do
      assert.has_error(function() SerialIterator(letters, size) end)
    end
  end)
end)
