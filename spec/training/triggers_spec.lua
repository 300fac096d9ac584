local dg = require "dgraph"

local training = dg.training
local triggers = training.triggers

--- What a trigger says in iterations of 0.25 epochs; observations are given by iteration.
local function fires(trigger, count, observations, first)
  local trainer = { updater = {}, observation = {}, elapsed_time = 0 }
  local fired = {}
  for i = first or 1, count do
    trainer.updater.iteration, trainer.updater.epoch_detail = i, i / 4
    trainer.elapsed_time = i / 2
    trainer.observation = { loss = observations and observations[i] }
    if trigger(trainer) then fired[#fired + 1] = i end
  end
  return fired
end

--- A copy of the state of one object in another, through a file.
local function carry(from, to)
  local path = os.tmpname()
  assert(dg.serializers.save_npz(path, from))
  assert(dg.serializers.load_npz(path, to))
  os.remove(path)
  return to
end

describe("get_trigger", function()
  it("makes triggers of what may stand for one", function()
    local trigger = training.get_trigger { 3, "epoch" }
    assert.same({ 3, "epoch" }, { trigger:get_training_length() })
    assert.equal('IntervalTrigger(3, "epoch")', tostring(trigger))
    assert.equal(trigger, training.get_trigger(trigger))
    assert.equal(print, training.get_trigger(print))
    assert.is_false(training.get_trigger(nil)())
    for _, wrong in ipairs { "epoch", 3, { 3 }, { a = 1 } } do
      assert.error_matches(function() training.get_trigger(wrong) end, "get_trigger: wanted")
    end
    assert.error_matches(function() training.get_trigger { 3, "days" } end, "unit is .*not days")
    assert.error_matches(function() training.get_trigger { 0, "epoch" } end, "positive number")
  end)
end)

describe("IntervalTrigger", function()
  it("fires every so many iterations or epochs", function()
    assert.same({ 3, 6, 9 }, fires(triggers.IntervalTrigger(3, "iteration"), 10))
    assert.same({ 4, 8 }, fires(triggers.IntervalTrigger(1, "epoch"), 10))
    assert.same({ 2, 4, 6 }, fires(triggers.IntervalTrigger(0.5, "epoch"), 7))
  end)

  it("goes on where it was saved", function()
    for _, unit in ipairs { "iteration", "epoch" } do
      local old = triggers.IntervalTrigger(2, unit)
      fires(old, 3)
      local new = carry(old, triggers.IntervalTrigger(2, unit))
      assert.same(fires(old, 20, nil, 4), fires(new, 20, nil, 4))
    end
  end)
end)

describe("ManualScheduleTrigger", function()
  it("fires at its points, also between two calls", function()
    local trigger = triggers.ManualScheduleTrigger({ 2, 5 }, "iteration")
    assert.same({ 2 }, fires(trigger, 4))
    assert.is_false(trigger.finished)
    local new = carry(trigger, triggers.ManualScheduleTrigger({ 2, 5 }, "iteration"))
    assert.same({ 5 }, fires(new, 9, nil, 5))
    assert.is_true(new.finished)
    assert.same({ 3, 8 }, fires(triggers.ManualScheduleTrigger({ 0.6, 2 }, "epoch"), 9))
    assert.same({ 4 }, fires(triggers.ManualScheduleTrigger(1, "epoch"), 9))
    assert.error_matches(function() triggers.ManualScheduleTrigger(1, "s") end, "unit is")
  end)
end)

describe("OnceTrigger", function()
  it("fires once, and again after a snapshot where that is wanted", function()
    local trigger = triggers.OnceTrigger()
    assert.same({ 1 }, fires(trigger, 4))
    assert.same({}, fires(carry(trigger, triggers.OnceTrigger()), 4))
    assert.same({ 1 }, fires(carry(trigger, triggers.OnceTrigger(true)), 4))
  end)
end)

describe("TimeTrigger", function()
  it("fires every so many seconds", function()
    local trigger = triggers.TimeTrigger(1)
    assert.same({ 3 }, fires(trigger, 4))
    assert.same({ 5, 7 }, fires(carry(trigger, triggers.TimeTrigger(1)), 7, nil, 5))
  end)
end)

describe("MinValueTrigger, MaxValueTrigger, BestValueTrigger", function()
  local losses = { 5, 3, 4, 4, 9, 9, 1, 1, 2, 2 }

  it("fire at the best mean of an interval", function()
    local every = { 2, "iteration" }
    assert.same({ 2, 8 }, fires(triggers.MinValueTrigger("loss", every), 10, losses))
    assert.same({ 2, 6 }, fires(triggers.MaxValueTrigger("loss", every), 10, losses))
    local function is_near_2(best, new) return math.abs(new - 2) < math.abs(best - 2) end
    local trigger = triggers.BestValueTrigger("loss", is_near_2, every)
    assert.same({ 2, 8, 10 }, fires(trigger, 10, losses))
    assert.equal(2, trigger.best_value)
  end)

  it("compare once in an epoch by default, and pass over what is missing", function()
    assert.same({ 4 }, fires(triggers.MinValueTrigger "loss", 8, { 1, 1, 1, 1, 2, 2, 2, 2 }))
    assert.same({ 8 }, fires(triggers.MaxValueTrigger "loss", 8, { [7] = 1 }))
  end)

  it("go on where they were saved, in the middle of an interval", function()
    local old = triggers.MinValueTrigger("loss", { 2, "iteration" })
    fires(old, 3, losses)
    local new = carry(old, triggers.MinValueTrigger("loss", { 2, "iteration" }))
    assert.equal(4, new.best_value)
    assert.same({ 8 }, fires(new, 10, losses, 4))
    carry(triggers.MinValueTrigger "loss", triggers.MinValueTrigger "loss")
  end)
end)

describe("EarlyStoppingTrigger", function()
  local every = { 1, "iteration" }
  local losses = { 5, 4, 4, 4.5, 3, 3, 3, 3, 3 }

  it("fires after so many checks without a better value", function()
    local options = { check_trigger = every, monitor = "loss" }
    assert.same({ 8, 9 }, fires(triggers.EarlyStoppingTrigger(options), 9, losses))
    assert.same({ 3, 4 }, fires(triggers.EarlyStoppingTrigger(every, "loss", 1), 5, losses))
    options.mode = "max"
    assert.equal(4, fires(triggers.EarlyStoppingTrigger(options), 9, losses)[1])
  end)

  it("has Chainer's defaults", function()
    local trigger = triggers.EarlyStoppingTrigger()
    assert.same({ "main/loss", 3, 0, math.huge, false }, { trigger.monitor, trigger.patience,
      trigger.count, trigger.best, trigger.verbose })
    assert.same({ 100, "epoch" }, { trigger:get_training_length() })
    assert.equal(-math.huge, triggers.EarlyStoppingTrigger({ monitor = "accuracy" }).best)
  end)

  it("fires at the latest when max_trigger does", function()
    local trigger = triggers.EarlyStoppingTrigger { monitor = "loss", max_trigger = { 1, "epoch" } }
    assert.same({ 4, 8 }, fires(trigger, 8))
  end)

  it("goes on where it was saved", function()
    local function fresh() return triggers.EarlyStoppingTrigger(every, "loss") end
    local old = fresh()
    fires(old, 6, losses)
    local new = carry(old, fresh())
    assert.same({ 3, 1 }, { new.best, new.count })
    assert.same({ 8, 9 }, fires(new, 9, losses, 7))
    assert.equal(math.huge, carry(fresh(), fresh()).best)
  end)
end)

describe("Summary", function()
  it("averages, with weights", function()
    local summary = dg.Summary()
    summary:add(1)
    summary:add(dg.tensor { 4 }, 2)
    assert.equal(3, summary:compute_mean())
    local mean, deviation = summary:make_statistics()
    assert.equal(3, mean)
    assert.near(math.sqrt(2), deviation, 1e-12)
    local other = carry(summary, dg.Summary())
    assert.same({ summary:make_statistics() }, { other:make_statistics() })
  end)
end)

describe("DictSummary", function()
  it("averages each name, and passes over what is no number", function()
    local summary = dg.DictSummary()
    summary:add { a = 1, b = { 3, 1 }, c = "text", d = dg.ones(2) }
    summary:add { a = 2, b = { 5, 3 } }
    assert.same({ a = 1.5, b = 4.5 }, summary:compute_mean())
    local statistics = summary:make_statistics()
    assert.equal(0.5, statistics["a.std"])
    local other = carry(summary, dg.DictSummary())
    assert.same(statistics, other:make_statistics())
  end)

  it("is saved when it is empty, and with values that are odd", function()
    assert.same({}, carry(dg.DictSummary(), dg.DictSummary()):compute_mean())
    local summary = dg.DictSummary()
    summary:add { ["a b/ü\n"] = 0.1, inf = math.huge, nan = 0 / 0 }
    local means = carry(summary, dg.DictSummary()):compute_mean()
    assert.equal(0.1, means["a b/ü\n"])
    assert.equal(math.huge, means.inf)
    assert.is_true(means.nan ~= means.nan)
  end)
end)
