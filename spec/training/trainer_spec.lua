local dg = require "dgraph"
local support = require "spec.support.training"

local training = dg.training
local Trainer = training.Trainer

describe("Trainer", function()
  local out = support.folder()
  teardown(function() os.execute("rm -rf " .. out) end)

  local function trainer_of(stop, ...)
    local updater, model, optimizer = support.updater(...)
    return Trainer(updater, stop, out), model, optimizer
  end

  it("has Chainer's defaults", function()
    local trainer = Trainer((support.updater()))
    assert.equal("result", trainer.out)
    assert.is_false(trainer.stop_trigger(trainer))
    assert.same({}, trainer.observation)
    assert.is_true(trainer.is_before_training)
    assert.error_matches(function() return trainer.elapsed_time end, "has not started")
    assert.same({ 300, 200, 100 }, { training.PRIORITY_WRITER, training.PRIORITY_EDITOR,
      training.PRIORITY_READER })
    assert.error_matches(function() Trainer(trainer.updater, { stop = 1 }) end,
      "unknown option stop")
  end)

  it("updates until the stop trigger fires, and learns", function()
    local trainer, _, optimizer = trainer_of { 8, "epoch" }
    local losses = {}
    trainer:extend(function(each) losses[#losses + 1] = each.observation["main/loss"] end)
    trainer:run()
    assert.same({ 40, 8, 40, 8 }, { trainer.updater.iteration, trainer.updater.epoch, #losses,
      optimizer.epoch })
    assert.is_true(losses[40] < losses[1])
    local time = trainer.elapsed_time
    assert.is_true(time > 0 and time == trainer.elapsed_time)
    assert.error_matches(function() trainer:run() end, "cannot run twice")
  end)

  it("does nothing where the stop trigger fires at once", function()
    local trainer = trainer_of(function() return true end)
    trainer:run()
    assert.equal(0, trainer.updater.iteration)
  end)

  it("calls extensions by priority, then in their order", function()
    local trainer, calls = trainer_of { 1, "iteration" }, {}
    local function named(name) return function() calls[#calls + 1] = name end end
    trainer:extend(named "reader")
    trainer:extend(named "second reader", "x")
    trainer:extend(named "editor", { priority = training.PRIORITY_EDITOR })
    trainer:extend(named "never", { trigger = function() return false end })
    trainer:extend(training.make_extension { priority = training.PRIORITY_WRITER }(named "writer"))
    trainer:extend(named "early", nil, { 2, "iteration" }, 5, true)
    trainer:run()
    assert.same({ "early", "writer", "editor", "reader", "second reader" }, calls)
  end)

  it("gives extensions names", function()
    local trainer = trainer_of()
    local log = training.extensions.LogReport()
    trainer:extend(log):extend(training.extensions.LogReport()):extend(print, "mine")
    assert.equal(log, trainer:get_extension "LogReport")
    assert.equal("LogReport_1", trainer:get_extension("LogReport_1").name)
    assert.equal(print, trainer:get_extension "mine")
    assert.error_matches(function() trainer:get_extension "yours" end, "no extension yours")
    assert.error_matches(function() trainer:extend(print, "training") end, "can be called")
  end)

  it("takes extensions at once", function()
    local count = 0
    local trainer = Trainer(support.updater(), { 2, "iteration" }, out,
      { function() count = count + 1 end })
    trainer:run()
    assert.equal(2, count)
  end)

  it("initializes and finalizes what makes an extension", function()
    local calls = {}
    local function note(name)
      return function(trainer) calls[#calls + 1] = name .. trainer.updater.iteration end
    end
    local trainer = trainer_of { 3, "iteration" }
    trainer:extend(training.make_extension({ 2, "iteration" }, "mine", 100, note "finalize ",
      note "initialize ")(note "call "))
    trainer:run()
    assert.same({ "initialize 0", "call 2", "finalize 3" }, calls)
    assert.is_table(trainer:get_extension "mine")
  end)

  it("has a fresh observation in each iteration", function()
    local trainer, seen = trainer_of { 2, "iteration" }, {}
    trainer:extend(function(each)
      seen[#seen + 1] = each.observation.mark or "none"
      dg.report { mark = 5 }
      assert.equal(5, each.observation.mark)
    end)
    trainer:run()
    assert.same({ "none", "none" }, seen)
  end)

  it("tells extensions of an error, finalizes, and raises it with its stack", function()
    local trainer, calls = trainer_of { 5, "iteration" }, {}
    local watch = { trigger = { 9, "iteration" } }
    function watch.on_error(_, each, message)
      assert.equal(trainer, each)
      assert.matches("it burns", message)
      calls[#calls + 1] = "on_error"
      error "and this does not hide it"
    end
    function watch.finalize() calls[#calls + 1] = "finalize" end
    trainer:extend(setmetatable(watch, { __call = function() end }), "watch")
    trainer:extend(function() error "it burns" end, { trigger = { 2, "iteration" } })
    local ok, message = pcall(trainer.run, trainer)
    assert.is_false(ok)
    assert.matches("^[^\n]*trainer_spec.lua:%d+: it burns\n", message)
    assert.matches("stack traceback:.*trainer_spec.lua", message)
    assert.same({ "on_error", "finalize" }, calls)
    assert.equal(2, trainer.updater.iteration)
    assert.is_nil(dg.get_current_reporter())
    assert.error_matches(function() trainer:run() end, "cannot run twice")
  end)

  it("shows the stack inside a loss function, and lets other errors through", function()
    local function deep_inside() error "no loss" end
    local updater = support.updater(2, { loss_func = function() deep_inside() return 1 end })
    local _, message = pcall(function() Trainer(updater, { 1, "epoch" }, out):run() end)
    assert.matches("no loss\nstack traceback:.*deep_inside", message)
    local trainer, problem = trainer_of { 1, "epoch" }, { code = 3 }
    trainer:extend(function() error(problem) end)
    _, message = pcall(trainer.run, trainer)
    assert.equal(problem, message)
  end)

  it("finalizes all although one fails", function()
    local trainer, calls = trainer_of { 1, "iteration" }, 0
    local function broken()
      return training.make_extension { finalizer = function()
        calls = calls + 1
        error "cannot end"
      end }(function() end)
    end
    trainer:extend(broken()):extend(broken())
    assert.error_matches(function() trainer:run() end, "cannot end")
    assert.equal(2, calls)
  end)

  it("tells which folder it cannot make", function()
    local trainer = Trainer(support.updater(), { 1, "epoch" }, "/proc/none/here")
    assert.error_matches(function() trainer:run() end, "cannot make the folder /proc/none")
  end)
end)

describe("Trainer:step", function()
  local out = support.folder()
  teardown(function() os.execute("rm -rf " .. out) end)

  local function train(advance, make)
    local updater, model = (make or support.updater)()
    local trainer, losses = Trainer(updater, { 4, "epoch" }, out), {}
    trainer:extend(function(each) losses[#losses + 1] = each.observation["main/loss"] end)
    advance(trainer)
    return { losses = losses, bits = support.bits(model), iteration = updater.iteration }
  end

  it("does one update without a budget", function()
    local trainer = Trainer(support.updater(), { 2, "iteration" }, out)
    assert.is_false(trainer:step())
    assert.equal(1, trainer.updater.iteration)
    assert.is_true(trainer:step())
    assert.is_true(trainer:step())
    assert.equal(2, trainer.updater.iteration)
  end)

  it("comes to the same results as run, whatever the budget", function()
    local whole = train(function(trainer) trainer:run() end)
    assert.equal(20, whole.iteration)
    for _, budget in ipairs { 0.001, 50, 1e6 } do
      local calls = 0
      local parts = train(function(trainer)
        repeat calls = calls + 1 until trainer:step(budget)
      end)
      assert.same(whole, parts)
      if budget == 0.001 then assert.is_true(calls > 60, calls) end -- more than one in an update
      if budget == 1e6 then assert.equal(1, calls) end
    end
  end)

  it("takes an update of one's own as a whole", function()
    local Own = training.StandardUpdater:extend("Own")
    function Own:update_core() training.StandardUpdater.update_core(self) end
    local updater = support.updater()
    local trainer = Trainer(setmetatable(updater, Own), { 2, "iteration" }, out)
    assert.is_false(trainer:step(0.001))
    assert.equal(1, updater.iteration)
    assert.is_true(trainer:step(0.001))
  end)

  it("keeps near the budget, and goes on with run", function()
    local trainer = Trainer(support.updater(), { 3000, "iteration" }, out)
    local clock = require "dgraph.utils.clock"
    trainer:step()
    local start = clock()
    assert.is_false(trainer:step(2000))
    assert.is_true(clock() - start < 1)
    trainer:run()
    assert.equal(3000, trainer.updater.iteration)
  end)

  it("does not save a half done update, and drops it where training fails", function()
    local trainer = Trainer(support.updater(), { 2, "epoch" }, out)
    while trainer.updater._walk == nil do trainer:step(0.001) end
    local path = out .. "/half"
    assert.error_matches(function() dg.serializers.save_npz(path, trainer) end, "half done")
    trainer:step()
    assert.is_true(dg.serializers.save_npz(path, trainer))
    local failing = Trainer(support.updater(), { 1, "epoch" }, out)
    failing:extend(function() error "stop" end)
    assert.error_matches(function() while true do failing:step(0.001) end end, "stop")
    assert.is_nil(failing.updater._walk)
    assert.is_true(failing:step(1))
  end)
end)
