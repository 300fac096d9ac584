local dg = require "dgraph"
local support = require "spec.support.training"

local training = dg.training
local extensions, Trainer = training.extensions, training.Trainer
local F, L = dg.functions, dg.links

local out
local function trainer_of(stop, batch_size)
  local updater, model, optimizer = support.updater(batch_size)
  return Trainer(updater, stop, out), model, optimizer
end

local function carry(from, to)
  local path = os.tmpname()
  assert(dg.serializers.save_npz(path, from))
  assert(dg.serializers.load_npz(path, to))
  os.remove(path)
  return to
end

describe("the extension", function()
  before_each(function() out = support.folder() end)
  after_each(function() os.execute("rm -rf " .. out) end)

  describe("Evaluator", function()
    local function data_of(rows)
      return dg.datasets.TupleDataset(dg.tensor(rows), dg.zeros(#rows, 1))
    end

    local function parts()
      local predictor = L.Linear(1, 1, { nobias = true, initialW = 2 })
      local model = L.Classifier(predictor, F.mean_squared_error)
      model.compute_accuracy = false
      return model
    end

    it("averages what the model reports over all batches, in test mode", function()
      local model = parts()
      local iterator = dg.iterators.SerialIterator(data_of { { 1 }, { 2 }, { 3 } }, 2,
        { repeat_ = false, shuffle = false })
      local modes
      local evaluator = extensions.Evaluator(iterator, model, nil, nil, function(each)
        assert.equal(iterator, each:get_iterator "main")
        assert.equal(model, each:get_target "main")
        modes = { dg.config.train, dg.config.enable_backprop }
      end)
      -- The batches are (1, 2) and (3): their means 10 and 36 count alike.
      assert.same({ ["main/loss"] = 23 }, evaluator())
      assert.same({ ["main/loss"] = 23 }, evaluator()) -- from the start again
      assert.same({ false, false }, modes)
      assert.is_true(dg.config.train)
    end)

    it("reports under its name once in an epoch", function()
      local trainer, model = trainer_of { 1, "epoch" }
      local iterator = dg.iterators.SerialIterator(
        dg.datasets.TupleDataset(dg.zeros(2, 3), dg.ones(2, 1)), 2, { repeat_ = false })
      local closed = 0
      rawset(iterator, "finalize", function() closed = closed + 1 end)
      trainer:extend(extensions.Evaluator(iterator, model))
      trainer:extend(extensions.Evaluator(iterator, model), "other")
      trainer:run()
      assert.is_number(trainer.observation["validation/main/loss"])
      assert.is_number(trainer.observation["other/main/loss"])
      assert.equal(2, closed) -- by both of them
      local evaluator = trainer:get_extension "validation"
      assert.same({ 300, { 1, "epoch" } }, { evaluator.priority, evaluator.trigger })
    end)

    it("calls a function of one's own", function()
      local model, seen = parts(), {}
      local iterator = dg.iterators.SerialIterator(data_of { { 1 }, { 2 } }, 1,
        { repeat_ = false, shuffle = false })
      local evaluator = extensions.Evaluator(iterator, { main = model, second = model }, {
        converter = function(batch) return batch[1]:item() end,
        eval_func = function(x)
          seen[#seen + 1] = x
          dg.report { free = x }
        end,
      })
      assert.same({ free = 1.5 }, evaluator())
      assert.same({ 1, 2 }, seen)
    end)
  end)

  describe("LogReport", function()
    it("keeps the means of each epoch, and writes them as JSON", function()
      local trainer, losses = trainer_of { 2, "epoch" }, {}
      trainer:extend(function(each) losses[#losses + 1] = each.observation["main/loss"] end)
      trainer:extend(function(each) each.observation['odd "name"\n'] = 0 / 0 end, "odd")
      trainer:extend(extensions.LogReport())
      trainer:run()
      local log = trainer:get_extension("LogReport").log
      local mean = 0
      for i = 6, 10 do mean = mean + losses[i] / 5 end
      assert.equal(2, #log)
      assert.near(mean, log[2]["main/loss"], 1e-12)
      assert.same({ 2, 10 }, { log[2].epoch, log[2].iteration })
      assert.is_true(log[2].elapsed_time > log[1].elapsed_time)
      local reader = io.popen(([[python3 -c "
import json
log = json.load(open('%s/log'))
print(len(log), log[1]['epoch'], repr(log[1]['main/loss']), sorted(log[0])[4])"]]):format(out))
      local count, epoch, loss, name = reader:read("*a"):match "(%S+) (%S+) (%S+) (.*)\n$"
      reader:close()
      assert.same({ "2", "2", 'odd "name"\n' }, { count, epoch, name })
      assert.equal(log[2]["main/loss"], tonumber(loss))
    end)

    it("has keys, a trigger, a postprocess and a file name", function()
      local trainer = trainer_of { 4, "iteration" }
      trainer:extend(extensions.LogReport({ "main/loss", "none" }, { 2, "iteration" },
        function(entry) entry.double = 2 * entry.epoch end, "log_{.updater.iteration}"))
      trainer:extend(extensions.LogReport { filename = false, trigger = { 1, "iteration" } })
      trainer:extend(function() dg.report { more = 1 } end, { priority = 300 })
      trainer:run()
      local log = trainer:get_extension("LogReport").log
      assert.equal(2, #log)
      assert.is_nil(log[1].more)
      assert.equal(0, log[1].double)
      assert.equal(1, trainer:get_extension("LogReport_1").log[1].more)
      assert.matches("main/loss", support.read(out .. "/log_2"))
      assert.is_nil(io.open(out .. "/log"))
    end)

    it("is saved with the log and the means so far", function()
      local trainer = trainer_of { 7, "iteration" }
      local log = extensions.LogReport()
      trainer:extend(log)
      trainer:run()
      local other = carry(log, extensions.LogReport())
      assert.same(log.log, other.log)
      assert.same(log._summary:compute_mean(), other._summary:compute_mean())
      assert.same({}, carry(extensions.LogReport(), extensions.LogReport()).log)
    end)

    it("holds numbers only", function()
      local trainer = trainer_of { 1, "epoch" }
      trainer:extend(extensions.LogReport { postprocess = function(entry) entry.x = "text" end })
      assert.error_matches(function() trainer:run() end, "LogReport: x is a string")
    end)
  end)

  describe("PrintReport", function()
    it("prints a table of the log", function()
      local trainer, stream = trainer_of { 2, "epoch" }, support.stream()
      trainer:extend(extensions.LogReport { postprocess = function(entry)
        entry.loss, entry["validation/main/loss"] = 0.123456789, entry.epoch == 2 and 5 or nil
      end })
      trainer:extend(extensions.PrintReport({ "epoch", "loss", "validation/main/loss" },
        { out = stream }))
      trainer:run()
      assert.equal(
        "epoch       loss        validation/main/loss\n"
        .. "1           0.123457\n"
        .. "2           0.123457    5\n", stream.text)
    end)

    it("takes a log of its own, which is saved with it", function()
      local trainer, stream = trainer_of { 1, "epoch" }, support.stream(true)
      local log = extensions.LogReport { filename = false }
      local print_report = extensions.PrintReport({ "epoch" }, log, stream)
      trainer:extend(print_report)
      trainer:run()
      assert.equal("epoch\n\27[J1\n", stream.text)
      local other = extensions.LogReport()
      carry(print_report, extensions.PrintReport({ "epoch" }, other))
      assert.same(log.log, other.log)
      assert.error_matches(function() extensions.PrintReport() end, "list of entries")
    end)
  end)

  describe("ProgressBar", function()
    local function run(is_terminal, options)
      local trainer, stream, now = trainer_of { 4, "epoch" }, support.stream(is_terminal), 0
      options.out, options.clock = stream, function() return now end
      trainer:extend(function() now = now + 2 end)
      trainer:extend(extensions.ProgressBar(options))
      trainer:run()
      return stream.text
    end

    it("writes plain lines, now and then, where there is no terminal", function()
      assert.equal(
        "  5.00%  1 iter, 0.20 epoch / 4 epochs  0.5 iters/sec, 0:00:38 to go\n"
        .. " 20.00%  4 iter, 0.80 epoch / 4 epochs  0.5 iters/sec, 0:00:32 to go\n",
        run(false, { update_interval = 1 }):match "^[^\n]*\n[^\n]*\n")
      assert.equal("100.00%  20 iter, 4.00 epoch / 4 epochs  0.5 iters/sec, 0:00:00 to go\n",
        run(false, {})) -- fewer than the 100 iterations between two lines
    end)

    it("draws Chainer's bar on a terminal, and wipes it off", function()
      local text = run(true, { update_interval = 7, bar_length = 10 })
      assert.equal("\27[J     total [###.......] 35.00%\n"
        .. "this epoch [####......] 40.00%\n"
        .. "         7 iter, 1 epoch / 4 epochs\n"
        .. "       0.5 iters/sec. Estimated time to finish: 0:00:26.\n\27[4A",
        text:match "^.-\27%[4A")
      assert.equal("\27[J", text:match "\27%[4A(.-)$":match "\27%[J$")
    end)

    it("counts iterations, and wants to know how many", function()
      assert.matches("\n 40.00%%  4 iter, 0.80 epoch / 10 iterations",
        run(false, { update_interval = 1, training_length = { 10, "iteration" } }))
      local trainer = trainer_of(function() return false end)
      trainer:extend(extensions.ProgressBar())
      assert.error_matches(function() trainer:run() end, "give training_length")
    end)
  end)

  describe("DumpGraph", function()
    it("draws the loss of the first iteration", function()
      local trainer, model = trainer_of { 2, "iteration" }
      trainer:extend(extensions.DumpGraph("main/loss", { model = model }))
      trainer:extend(extensions.dump_graph("main/loss", "second.dot"))
      trainer:run()
      local dot = support.read(out .. "/cg.dot")
      assert.matches("digraph", dot)
      assert.matches("mean_squared_error", dot)
      assert.matches("/l1/W", dot)
      assert.matches("digraph", support.read(out .. "/second.dot"))
    end)

    it("tells when nothing of that name was reported", function()
      local trainer = trainer_of { 2, "iteration" }
      trainer:extend(extensions.DumpGraph "main/gain")
      assert.error_matches(function() trainer:run() end, "no tensor was reported as main/gain")
    end)
  end)

  describe("FailOnNonNumber", function()
    it("stops where a parameter is not finite", function()
      local trainer, model = trainer_of { 5, "iteration" }
      trainer:extend(extensions.FailOnNonNumber())
      trainer:extend(function() model.l2.b:fill(math.huge) end,
        { trigger = { 3, "iteration" }, priority = 300 })
      assert.error_matches(function() trainer:run() end, "/l2/b of optimizer main is not finite")
      assert.equal(3, trainer.updater.iteration)
    end)
  end)

  describe("observe_value and observe_lr", function()
    it("add to the observation, once in an epoch", function()
      local trainer, _, optimizer = trainer_of { 1, "epoch" }
      trainer:extend(extensions.observe_value("t", function(each)
        return each.updater.iteration
      end))
      trainer:extend(extensions.observe_lr())
      trainer:run()
      assert.equal(5, trainer.observation.t)
      -- Adam, step 5: 0.01 sqrt(1 - 0.999^5) / (1 - 0.9^5).
      assert.near(0.0017251, trainer.observation.lr, 1e-6)
      optimizer.lr = 3
      local other = trainer_of { 1, "epoch" }
      other.updater:get_optimizer("main").lr = 3
      other:extend(extensions.observe_lr("main", "rate"))
      other:run()
      assert.equal(3, other.observation.rate)
    end)
  end)

  describe("MicroAverage", function()
    it("divides sums", function()
      local trainer = trainer_of { 1, "epoch" }
      trainer:extend(function(each)
        local i = each.updater.iteration
        dg.report { right = i, all = 2 * i + 1 }
      end, { priority = 300 })
      trainer:extend(extensions.MicroAverage("right", "all", "rate"))
      local unknown = extensions.MicroAverage("none", "all", "other", { 1, "iteration" })
      trainer:extend(unknown)
      trainer:run()
      assert.near(15 / 35, trainer.observation.rate, 1e-12)
      assert.is_nil(trainer.observation.other)
      unknown._numerator, unknown._denominator = 3, 4
      local other = carry(unknown, extensions.MicroAverage("none", "all", "other",
        { 1, "iteration" }))
      assert.same({ 3, 4 }, { other._numerator, other._denominator })
    end)
  end)

  describe("PlotReport", function()
    it("draws the means of each epoch", function()
      local trainer, chart = trainer_of { 3, "epoch" }, nil
      trainer:extend(extensions.PlotReport({ "main/loss", "none" }, "epoch", nil,
        function(each) chart = each end))
      trainer:run()
      assert.equal(1, #chart.series)
      assert.same({ 1, 2, 3 }, chart.series[1].x)
      assert.equal("epoch", chart.xlabel)
      assert.matches("^<svg", support.read(out .. "/plot.svg"))
      local plot = trainer:get_extension "PlotReport"
      assert.same(plot._points, carry(plot, extensions.PlotReport "main/loss")._points)
    end)

    it("counts iterations by default, and names what is no number", function()
      local trainer = trainer_of { 4, "iteration" }
      trainer:extend(extensions.PlotReport("main/loss", { trigger = { 2, "iteration" },
        filename = "loss.svg", postprocess = function(each)
          assert.equal(2, each.series[1].x[1])
          each.title = "Loss"
        end }))
      trainer:run()
      assert.matches("Loss", support.read(out .. "/loss.svg"))
      trainer = trainer_of { 1, "epoch" }
      trainer:extend(extensions.PlotReport("main/loss", { x_key = "age" }))
      assert.error_matches(function() trainer:run() end, "no number age for x")
    end)
  end)

  describe("ParameterStatistics", function()
    it("reports means over an epoch", function()
      local trainer, model = trainer_of { 1, "epoch" }
      model.name = "net"
      model.l2.b:fill(0)
      trainer:extend(extensions.ParameterStatistics(model))
      trainer:extend(extensions.ParameterStatistics({ model.l2 }, { prefix = "p",
        report_grads = false, trigger = { 1, "iteration" },
        statistics = { size = function(elements) return #elements end } }), "second")
      trainer:run()
      local seen = trainer.observation
      for _, name in ipairs { "mean", "std", "min", "max", "zeros", "percentile/1",
        "percentile/7" } do
        assert.is_number(seen["net/l1/W/data/" .. name], name)
        assert.is_number(seen["net/l2/b/grad/" .. name], name)
      end
      assert.is_nil(seen["net/l1/W/data/percentile/8"])
      assert.equal(5, seen["p/l2/W/data/size"])
      assert.is_nil(seen["p/l2/W/grad/size"])
    end)

    it("is right", function()
      local statistics = require "dgraph.training.extensions.statistics"
      local list = { 3, 0, 1, 0, 6 }
      assert.same({ 2, 0, 6, 2 }, { statistics.mean(list), statistics.min(list),
        statistics.max(list), statistics.zeros(list) })
      assert.near(math.sqrt(26 / 5), statistics.std(list), 1e-12)
      assert.same({ 0, 1, 2.5, 6 }, statistics.percentile({ 3, 0, 1, 2, 6 }, { 0, 25, 62.5, 100 }))
      local bad = statistics.percentile({ 1, 0 / 0 }, { 50 })[1]
      assert.is_true(bad ~= bad)
    end)

    it("reports NaN at once where that is wanted, and has statistics added", function()
      local trainer, model = trainer_of { 1, "epoch" }
      local extension = extensions.ParameterStatistics(model, { skip_nan_params = true,
        statistics = {}, report_params = true, report_grads = false })
      extension:register_statistics("one", function() return 1 end)
      trainer:extend(extension)
      trainer:extend(function() model.l1.b:fill(0 / 0) end, { priority = 400 })
      trainer:run()
      local seen = trainer.observation["Model/l1/b/data/one"]
      assert.is_true(seen ~= seen)
      assert.is_not_nil(extensions.ParameterStatistics.default_statistics.mean)
    end)
  end)

  describe("VariableStatisticsPlot", function()
    it("draws a sample of the distributions", function()
      local trainer, model = trainer_of { 4, "epoch" }
      trainer:extend(extensions.VariableStatisticsPlot(model, { max_sample_size = 6 }))
      trainer:extend(extensions.VariableStatisticsPlot({ model.l1.W, model.l2 }, {
        report_grad = false, plot_std = false, percentile_sigmas = false, filename = "mean.svg",
      }))
      trainer:run()
      local plot = trainer:get_extension "VariableStatisticsPlot"
      assert.same({ 6, 20 }, { #plot._samples, plot._count })
      local svg = support.read(out .. "/statistics.svg")
      assert.equal(5, select(2, svg:gsub("<svg", ""))) -- four charts in one picture
      assert.matches("grad", svg)
      assert.equal(2, select(2, support.read(out .. "/mean.svg"):gsub("<svg", "")))
      local other = carry(plot, extensions.VariableStatisticsPlot(model))
      assert.same(plot._samples, other._samples)
      assert.error_matches(function() extensions.VariableStatisticsPlot {} end, "no variables")
      assert.error_matches(function()
        extensions.VariableStatisticsPlot(model, { plot_mean = false, plot_std = false,
          percentile_sigmas = false })
      end, "nothing to plot")
    end)
  end)

  describe("unchain_variables", function()
    it("cuts the graphs of observed tensors", function()
      local trainer, y = trainer_of { 1, "iteration" }, nil
      trainer:extend(function(each)
        local x = dg.tensor({ 2 }, { requires_grad = true })
        y = x * x + 1
        each.observation.y = y
      end, { priority = 300 })
      trainer:extend(extensions.unchain_variables())
      trainer:run()
      assert.is_nil(y.creator)
    end)
  end)
end)

describe("Shifts", function()
  --- The values of an attribute after each of so many iterations, the first one included.
  local function values_of(shift, count, start)
    local trainer = { updater = {} }
    local optimizer = { lr = start or 8, _name = "Test" }
    function trainer.updater.get_optimizer() return optimizer end
    shift:initialize(trainer)
    local values = { optimizer.lr }
    for i = 1, count do
      shift(trainer)
      values[i + 1] = optimizer.lr
    end
    return values, trainer, optimizer
  end

  it("change an attribute by their formulas", function()
    assert.same({ 8, 4, 2, 1 }, values_of(extensions.ExponentialShift("lr", 0.5), 3))
    assert.same({ 6, 3, 2, 2 }, values_of(extensions.ExponentialShift("lr", 0.5, 6, 2), 3))
    assert.same({ 1, 2, 3 }, values_of(extensions.ExponentialShift("lr", 2, 1, 3), 2))
    assert.same({ -8, -4, -3 }, values_of(extensions.ExponentialShift("lr", 0.5, -8, -3), 2))
    assert.same({ 8, 8, 4, 4, 2 }, values_of(extensions.StepShift("lr", 0.5, 2), 4))
    assert.same({ 8, 8, 4, 4, 3 }, values_of(extensions.StepShift("lr", 0.5, 2, nil, 3), 4))
    assert.same({ 8, 4.5, 2, 0.5, 0, 0 }, values_of(extensions.PolynomialShift("lr", 2, 4), 5))
    assert.same({ 8, 4.5, 2, 1 },
      values_of(extensions.PolynomialShift("lr", 2, 4, { target = 1 }), 3))
    assert.same({ 8, 2, 8 / 9 }, values_of(extensions.InverseShift("lr", 1, 2), 2))
    assert.same({ 8, 2, 1 }, values_of(extensions.InverseShift("lr", 1, 2, 8, 1), 2))
    assert.same({ 1, 1, 3, 5, 5 },
      values_of(extensions.LinearShift("lr", { 1, 5 }, { 1, 3 }), 4))
    assert.same({ 8, 8, 4, 4, 2 }, values_of(extensions.MultistepShift("lr", 0.5, { 2, 4 }), 4))
    assert.same({ 4, 4, 2 }, values_of(extensions.MultistepShift("lr", 0.5, { 2, 4 }, 4), 2))
    assert.same({ 0, 2, 4, 6, 6 }, values_of(extensions.WarmupShift("lr", 0, 3, 6), 4))
  end)

  it("leave what others have set after a warm-up", function()
    local shift = extensions.WarmupShift("lr", 0, 2, 6)
    local _, trainer, optimizer = values_of(shift, 3)
    optimizer.lr = 1
    shift(trainer)
    assert.equal(1, optimizer.lr)
  end)

  it("go on where they were saved, from the first value of the first run", function()
    for _, make in ipairs {
      function() return extensions.ExponentialShift("lr", 0.5) end,
      function() return extensions.StepShift("lr", 0.5, 2) end,
      function() return extensions.PolynomialShift("lr", 2, 10) end,
      function() return extensions.InverseShift("lr", 1, 2) end,
      function() return extensions.LinearShift("lr", { 1, 5 }, { 1, 3 }) end,
      function() return extensions.MultistepShift("lr", 0.5, { 2, 4 }) end,
      function() return extensions.WarmupShift("lr", 0, 5, 6) end,
    } do
      local whole, old = values_of(make(), 6), make()
      values_of(old, 3)
      assert.same({ unpack(whole, 4) }, values_of(carry(old, make()), 3, 99))
    end
  end)

  it("shift the optimizer that is given", function()
    local optimizer = dg.optimizers.Adam()
    local shift = extensions.ExponentialShift("alpha", 0.5, { optimizer = optimizer })
    shift:initialize {}
    shift {}
    assert.equal(0.0005, optimizer.alpha)
    shift = extensions.ExponentialShift("lrate", 0.5, { optimizer = optimizer })
    assert.error_matches(function() shift:initialize {} end, "Adam has no number lrate")
  end)

  it("tell what is wrong", function()
    assert.error_matches(function() extensions.ExponentialShift("lr", -1) end, "negative")
    assert.error_matches(function() extensions.InverseShift("lr", -1, 1) end, "negative")
    assert.error_matches(function() extensions.StepShift("lr", 0.5) end, "step is missing")
    assert.error_matches(function() extensions.LinearShift(3) end, "attr is a name")
    assert.error_matches(function() extensions.WarmupShift("lr", 0, 3, { rate = 1 }) end,
      "unknown option rate")
  end)
end)
