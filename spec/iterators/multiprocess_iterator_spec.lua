local ffi = require "ffi"
local dg = require "dgraph"
local datasets = require "dgraph.datasets"
local iterators = require "dgraph.iterators"
local serializers = require "dgraph.serializers"
local settle = require "spec.support.settle"
local MultiprocessIterator, SerialIterator = iterators.MultiprocessIterator,
  iterators.SerialIterator

ffi.cdef [[
int spec_kill(int process, int signal) asm("kill");
int spec_getpid(void) asm("getpid");
]]

local function own_id() return ffi.C.spec_getpid() end

--- Small slots, so that machines with little memory run the specs.
local function new(dataset, size, opts)
  opts = opts or {}
  opts.shared_mem = opts.shared_mem or 2 ^ 20
  opts.n_processes = opts.n_processes or 2
  return MultiprocessIterator(dataset, size, opts)
end

local function refused(f, pattern)
  local done, message = pcall(f)
  assert.is_false(done)
  assert.matches("^spec/iterators/multiprocess_iterator_spec.lua:%d+: MultiprocessIterator: ",
    message)
  assert.matches(pattern, message)
end

describe("MultiprocessIterator", function()
  local letters = { "a", "b", "c", "d", "e" }
  local iterator

  after_each(function()
    if iterator then iterator:finalize() end
    iterator = nil
  end)

  it("gives what SerialIterator gives, epoch after epoch", function()
    for _, count in ipairs { 1, 3 } do
      local serial = SerialIterator(letters, 2, { shuffle = false })
      iterator = new(letters, 2, { shuffle = false, n_processes = count, n_prefetch = 2 })
      assert.is_nil(iterator.previous_epoch_detail)
      for _ = 1, 12 do
        assert.same(serial:next(), iterator:next())
        for _, name in ipairs { "epoch", "current_position", "is_new_epoch", "epoch_detail",
          "previous_epoch_detail" } do
          assert.equal(serial[name], iterator[name])
        end
      end
      iterator:reset()
      assert.same({ "a", "b" }, iterator:next())
      iterator:finalize()
    end
  end)

  it("ends after one epoch when it does not repeat", function()
    iterator = new(letters, 2, { shuffle = false, repeat_ = false })
    local batches = {}
    for batch in iterator do batches[#batches + 1] = table.concat(batch) end
    assert.same({ "ab", "cd", "e" }, batches)
    assert.is_nil(iterator:next())
    assert.is_nil(iterator._workers)
    iterator:reset()
    assert.same({ "a", "b" }, iterator:next())
  end)

  it("gives the tensors of a dataset", function()
    local x, t = dg.tensor { { 1, 2 }, { 3, 4 }, { 5, 6 } }, dg.tensor({ 1, 2, 3 }, "int32")
    iterator = new(datasets.TupleDataset(x, t), 3, { shuffle = false })
    dg.scope(function()
      local rows, labels = iterator:next()
      assert.same({ x:totable(), t:totable(), "int32" },
        { rows:totable(), labels:totable(), labels.dtype })
    end)
    assert.same(x:totable(), (iterator:next()):totable())
  end)

  it("makes batches in other processes, ahead of time", function()
    iterator = new(datasets.TransformDataset(letters, own_id), 2)
    local first, second = iterator:next():totable(), iterator:next():totable()
    local own = own_id()
    assert.equal(first[1], first[2])
    assert.not_equal(first[1], second[1])
    assert.not_equal(own, first[1])
    assert.not_equal(own, second[1])
    assert.equal(2, #iterator._places)
  end)

  it("visits each example once in an epoch when it shuffles, in an order of dg.seed", function()
    local function epochs(count)
      dg.seed(4)
      local numbers = {}
      for i = 1, 20 do numbers[i] = i end
      local shuffled = new(numbers, 20, { n_processes = count })
      local first, second = shuffled:next(), shuffled:next()
      shuffled:finalize()
      return first, second
    end
    local first, second = epochs(1)
    assert.not_same(first, second)
    local other_first, other_second = epochs(2)
    assert.same({ first, second }, { other_first, other_second })
    table.sort(first)
    table.sort(second)
    assert.same(first, second)
    assert.equal(20, first[20])
  end)

  it("draws the same random numbers whatever the number of workers", function()
    local function draw(count)
      dg.seed(4)
      local noise = datasets.TransformDataset(letters,
        function() return dg.random.normal() + math.random() end)
      local noisy, drawn = new(noise, 2, { n_processes = count }), {}
      for i = 1, 5 do drawn[i] = noisy:next():totable() end
      noisy:finalize()
      return drawn
    end
    local drawn = draw(1)
    assert.same(drawn, draw(3))
    assert.not_same(drawn[1], drawn[2])
  end)

  it("goes on after a restart with the same batches and random numbers", function()
    local numbers, path = {}, os.tmpname()
    for i = 1, 10 do numbers[i] = i end
    local function make(seed)
      return new(datasets.TransformDataset(numbers,
        function(x) return x + dg.random.uniform() end), 3, { n_prefetch = 3,
        order_sampler = seed and iterators.ShuffleOrderSampler(seed) or nil })
    end
    for _, seed in ipairs { false, 5 } do
      iterator = make(seed)
      for _ = 1, 5 do iterator:next() end
      local workers = iterator._workers
      assert(serializers.save_npz(path, iterator))
      assert.equal(workers, iterator._workers)
      local other = make(seed)
      other:next()
      assert(serializers.load_npz(path, other))
      assert.same({ 1, 5, iterator.previous_epoch_detail }, { other.epoch, other.current_position,
        other.previous_epoch_detail })
      for _ = 1, 12 do assert.same(iterator:next():totable(), other:next():totable()) end
      other:finalize()
      iterator:finalize()
    end
    os.remove(path)
  end)

  it("raises what goes wrong in a worker, and can be asked again", function()
    local flag = os.tmpname()
    local dataset = datasets.TransformDataset(letters, function(x)
      local file = io.open(flag)
      if file then
        file:close()
        error "no such image"
      end
      return x
    end)
    iterator = new(dataset, 2, { shuffle = false })
    for _ = 1, 2 do refused(function() iterator:next() end, "no such image") end
    os.remove(flag)
    assert.same({ 0, nil }, { iterator.current_position, iterator.previous_epoch_detail })
    assert.same({ "a", "b" }, iterator:next())
  end)

  it("raises an error when a worker was killed, and goes on with new ones", function()
    iterator = new(letters, 2, { shuffle = false, n_processes = 1 })
    assert.same({ "a", "b" }, iterator:next())
    -- It may have made the next batch before it died.
    local id = iterator._workers._processes[1].id
    assert.equal(0, ffi.C.spec_kill(id, 9))
    local seen, died = { "a", "b" }, nil
    for _ = 1, 6 do
      local done, batch = pcall(iterator.next, iterator)
      if done then
        for _, letter in ipairs(batch) do seen[#seen + 1] = letter end
      else
        died = batch
      end
    end
    assert.matches(("worker process %d was ended by signal 9"):format(id), died)
    assert.equal("abcdeabcdeab", table.concat(seen))
  end)

  it("raises errors about later batches when their turn has come", function()
    local calls = 0
    iterator = new(letters, 5, { order_sampler = function(order)
      calls = calls + 1
      if calls == 2 then error("no more orders", 0) end
      return order
    end, n_processes = 1 })
    local done, message = pcall(iterator.next, iterator)
    assert.same({ false, "no more orders" }, { done, message })
    iterator:finalize()
    calls = 0
    iterator = new(letters, 3, { order_sampler = iterator.order_sampler, n_processes = 1 })
    assert.same({ "a", "b", "c" }, iterator:next())
    assert.same({ false, "no more orders" }, { pcall(iterator.next, iterator) })
    assert.equal(3, iterator.current_position)
    assert.same({ "d", "e", "a" }, iterator:next())
  end)

  local function is_alive(id) return ffi.C.spec_kill(id, 0) == 0 end

  it("ends its workers when it is finalized or forgotten", function()
    iterator = new(letters, 2)
    iterator:next()
    local ids = {}
    for i, process in ipairs(iterator._workers._processes) do ids[i] = process.id end
    assert.same({ true, true }, { is_alive(ids[1]), is_alive(ids[2]) })
    iterator:finalize()
    assert.same({ false, false }, { is_alive(ids[1]), is_alive(ids[2]) })
    assert.equal(2, #iterator:next())
    for i, process in ipairs(iterator._workers._processes) do ids[i] = process.id end
    iterator = nil -- luacheck: no unused
    settle()
    assert.same({ false, false }, { is_alive(ids[1]), is_alive(ids[2]) })
  end)

  it("leaves no workers behind when the process is killed", function()
    local script = os.tmpname()
    local file = assert(io.open(script, "w"))
    file:write [[
      local iterators = require "dgraph.iterators"
      local iterator = iterators.MultiprocessIterator({ 1, 2, 3 }, 1,
        { n_processes = 3, shared_mem = 4096 })
      iterator:next()
      for _, process in ipairs(iterator._workers._processes) do print(process.id) end
      io.stdout:flush()
      require("ffi").cdef "int raise(int signal);"
      require("ffi").C.raise(9)
    ]]
    file:close()
    -- The pipe ends when the last process that writes to it is gone.
    local pipe = io.popen("exec 2>/dev/null; LUA_PATH='lua/?.lua;lua/?/init.lua;;' luajit "
      .. script .. " | timeout 60 cat; echo status $?")
    local output = pipe:read "*a"
    pipe:close()
    os.remove(script)
    assert.matches("^%d+\n%d+\n%d+\nstatus 0\n$", output)
  end)

  it("refuses batches that do not fit in its memory", function()
    local wide = dg.zeros(4, 1000)
    iterator = new(wide, 2, { shared_mem = 4096 })
    refused(function() iterator:next() end, "more than the 4096 bytes that it has: raise shared")
    iterator:finalize()
    iterator = new(letters, 5, { shared_mem = 32 })
    refused(function() iterator:next() end, "more than the 32 bytes of shared_mem")
  end)

  it("refuses what does not travel, and odd options", function()
    iterator = new({ print }, 1)
    refused(function() iterator:next() end, "a function cannot be sent to another process")
    for _, opts in ipairs { { n_processes = 0 }, { n_prefetch = 1.5 }, { shared_mem = "1" },
      { shuffle = true, order_sampler = print }, { other = 1 } } do
      assert.has_error(function() MultiprocessIterator(letters, 2, opts) end)
    end
    assert.has_error(function() MultiprocessIterator({}, 2) end)
    assert.has_error(function() MultiprocessIterator(letters, 0) end)
  end)
end)
