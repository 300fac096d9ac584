local dg = require "dgraph"
local support = require "spec.support.training"

local F, StandardUpdater = dg.functions, dg.training.StandardUpdater

--- Tensors in a table as plain values.
local function values_of(list)
  local values = {}
  for key, x in pairs(list) do values[key] = dg.is_tensor(x) and x:totable() or values_of(x) end
  return values
end

describe("StandardUpdater", function()
  it("tells where it is", function()
    local updater, _, optimizer = support.updater(4)
    assert.same({ 0, 0, 0, false }, { updater.iteration, updater.epoch, updater.epoch_detail,
      updater.is_new_epoch })
    for _ = 1, 3 do updater:update() end
    assert.same({ 3, 1, true, 1 }, { updater.iteration, updater.epoch, updater.is_new_epoch,
      optimizer.epoch })
    assert.equal(1.2, updater.epoch_detail)
    assert.equal(0.8, updater.previous_epoch_detail)
    assert.equal(optimizer, updater:get_optimizer "main")
    assert.same({ main = optimizer }, updater:get_all_optimizers())
    assert.equal(updater._iterators.main, updater:get_iterator "main")
    assert.error_matches(function() updater:get_optimizer "other" end, "no optimizer other")
  end)

  it("does not count epochs where that is not wanted", function()
    local updater, _, optimizer = support.updater(10, { auto_new_epoch = false })
    updater:update()
    assert.same({ 1, 0 }, { updater.epoch, optimizer.epoch })
  end)

  it("joins lists of examples", function()
    local optimizer = dg.optimizers.SGD():setup(dg.Chain { l = dg.L.Linear(2, 1) })
    local function seen_from(examples)
      local seen
      local updater = StandardUpdater(dg.iterators.SerialIterator(examples, 2,
        { shuffle = false }), optimizer, { loss_func = function(...)
          seen = values_of { ... }
          return F.sum(optimizer.target.l(dg.ones(1, 2)))
        end })
      updater:update()
      return seen
    end
    local x, y = dg.tensor { 1, 2 }, dg.tensor { 3, 4 }
    assert.same({ { { 1, 2 }, { 3, 4 } } }, seen_from { x, y })
    assert.same({ { 5, 6 } }, seen_from { 5, 6 })
    assert.same({ { { 1, 2 }, { 3, 4 } }, { 5, 6 } }, seen_from { { x, 5 }, { y, 6 } })
    local named = seen_from { { x = x, t = 5 }, { x = y, t = 6 } }[1]
    assert.same({ { { 1, 2 }, { 3, 4 } }, { 5, 6 } }, { named.x, named.t })
    assert.error_matches(function() seen_from { x, "b" } end, "example 2 is a string")
    named = seen_from(dg.datasets.DictDataset { x = dg.tensor { 7, 8, 9 } })[1]
    assert.same({ x = { 7, 8 } }, named)
  end)

  it("goes through a converter", function()
    local got
    local updater = support.updater(2, { converter = function(batch, device)
      got = { #batch, device or "none" }
      return batch[1] * 0, batch[2]
    end })
    updater:update()
    assert.same({ 2, "none" }, got)
  end)

  it("uses its loss function and device", function()
    local count, model = 0, nil
    local function loss_func(x, t)
      count = count + 1
      return model(x, t) * 2
    end
    local updater
    updater, model = support.updater(2, { device = "cpu", loss_func = loss_func })
    updater:update()
    assert.equal(1, count)
    assert.equal("cpu", model.l1.W.device)
  end)

  it("scales losses without changing what is learned", function()
    local plain, model = support.updater(2)
    for _ = 1, 3 do plain:update() end
    local scaled, other = support.updater(2, { loss_scale = 128 })
    for _ = 1, 3 do scaled:update() end
    assert.equal(support.bits(model), support.bits(other))
  end)

  it("ends with its iterator", function()
    local optimizer = dg.optimizers.SGD():setup(dg.Chain { l = dg.L.Linear(1, 1) })
    local updater = StandardUpdater(dg.iterators.SerialIterator({ dg.ones(1) }, 1,
      { repeat_ = false }), optimizer, { loss_func = function(x)
        return F.sum(optimizer.target.l(x))
      end })
    updater:update()
    assert.error_matches(function() updater:update() end, "no more batches")
  end)

  it("wants a model, an iterator and an optimizer", function()
    local iterator = dg.iterators.SerialIterator({ 1 }, 1)
    assert.error_matches(function() StandardUpdater(iterator, dg.optimizers.SGD()) end,
      "setup%(model%) comes first")
    assert.error_matches(function() StandardUpdater({}, {}) end, "are needed")
  end)

  it("leaves other updates to classes of one's own", function()
    local Own = dg.training.Updater:extend("Own")
    local own = Own()
    for _, name in ipairs { "update", "get_all_optimizers", "serialize" } do
      assert.error_matches(function() own[name](own) end, "Own has no")
    end
    own:finalize()
    own:connect_trainer()
  end)
end)
