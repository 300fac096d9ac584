local dg = require "dgraph"
local settle = require "spec.support.settle"

local F, L = dg.F, dg.L

describe("a link hook", function()
  it("sees every layer that is called, those inside others too", function()
    local seen = {}
    local Hook = dg.LinkHook:extend "Recorder"
    function Hook.forward_preprocess(_, call)
      seen[#seen + 1] = ("%d<%s %s"):format(call.depth, call.name, call.args[1].label)
    end
    function Hook.forward_postprocess(_, call)
      seen[#seen + 1] = ("%d>%s %d %s"):format(call.depth, call.name, call.out.n, call.out[1].label)
    end
    local Net = dg.Chain:extend "Net"
    function Net:init() self.l1, self.l2 = L.Linear(2, 3), dg.Sequential(L.Linear(3, 1), F.relu) end
    function Net:forward(x) return self.l2(self.l1(x)), 5 end
    local model, x = Net(), dg.zeros(4, 2)
    local y, five = dg.using_hook(Hook(), model, x)
    assert.same({ { 4, 1 }, 5 }, { y.shape, five })
    assert.same({
      "0<Net float32 4x2", "1<Linear float32 4x2", "1>Linear 1 float32 4x3",
      "1<Sequential float32 4x3", "2<Linear float32 4x3", "2>Linear 1 float32 4x1",
      "1>Sequential 1 float32 4x1", "0>Net 2 float32 4x1",
    }, seen)
    model(x)
    assert.equal(8, #seen)
  end)

  it("stays with one layer where it is added to that", function()
    local count = 0
    local hook = { name = "counter", forward_postprocess = function() count = count + 1 end }
    local a, b = L.Linear(2, 2), L.Linear(2, 2)
    a:add_hook(hook)
    a(b(a(dg.zeros(1, 2))))
    assert.equal(2, count)
    assert.same({ "counter" }, a:local_link_hooks())
    assert.has_error(function() a:add_hook(hook) end,
      "Linear:add_hook: there is a hook counter already")
    a:delete_hook "counter"
    a(dg.zeros(1, 2))
    assert.equal(2, count)
    assert.has_error(function() a:delete_hook "counter" end,
      "Linear:delete_hook: there is no hook counter")
    assert.has_error(function() a:add_hook {} end)
  end)

  it("leaves calls as they were when it is gone, also those of new classes", function()
    local Old = dg.Link:extend "Old"
    function Old.forward() return "old" end
    local before = rawget(Old, "__call")
    local hook = dg.link_hooks.TimerHook()
    local New
    dg.using_hook(hook, function()
      New = Old:extend "New"
      assert.equal("old", New()())
      assert.equal("old", Old()())
    end)
    assert.equal(before, rawget(Old, "__call"))
    assert.equal("old", New()())
    assert.equal(before, rawget(New, "__call"))
    assert.equal(2, #hook.call_history)
  end)

  it("sees classes that came after it, and is told of errors", function()
    local words = {}
    local hook = dg.LinkHook()
    function hook.forward_preprocess(_, call) words[#words + 1] = call.name end
    function hook.forward_failed(_, call) words[#words + 1] = "no " .. call.name end
    function hook.forward_postprocess() words[#words + 1] = "done" end
    local linear = L.Linear(2, 2):add_hook(hook, "first")
    local Late = dg.Link:extend "Late"
    function Late.forward(_, fails) return fails and error("late", 0) or 3 end
    local late = Late():add_hook(hook, "second")
    assert.equal(3, late())
    assert.has_error(function() late(true) end, "late")
    assert.same({ "Late", "done", "Late", "no Late" }, words)
    linear:delete_hook "first"
    late:delete_hook "second"
    assert.equal(3, late())
    assert.equal(4, #words)
  end)

  it("goes with its layer", function()
    local links = require "dgraph.watch.links"
    settle()
    local Mortal, watching = dg.Link:extend "Mortal", links.is_watching()
    function Mortal.forward() return 3 end
    assert.is_false(watching)
    Mortal():add_hook(dg.link_hooks.TimerHook()):add_hook(dg.LinkHook(), "second")()
    assert.is_true(links.is_watching())
    assert.not_equal(rawget(Mortal, "forward"), rawget(Mortal, "__call"))
    settle()
    assert.is_false(links.is_watching())
    assert.equal(rawget(Mortal, "forward"), rawget(Mortal, "__call"))
  end)

  it("is told when it is added and taken off", function()
    local words, link = {}, L.Linear(2, 2)
    link:add_hook { name = "told", forward_postprocess = function() end,
      added = function(_, one) words[1] = one end, deleted = function(_, one) words[2] = one end }
    link:delete_hook "told"
    assert.same({ link, link }, words)
  end)

  it("ends with its error, and the layer's with that", function()
    local model = L.Linear(2, 2)
    local x = dg.zeros(1, 2)
    local function with(method)
      local hook = dg.LinkHook()
      hook[method] = function() error("mine", 0) end
      return select(2, pcall(dg.using_hook, hook, model, x))
    end
    assert.equal("mine", with "forward_preprocess")
    assert.equal("mine", with "forward_postprocess")
    local timer = dg.link_hooks.TimerHook()
    assert.has_error(function() dg.using_hook(timer, model, dg.zeros(1, 3)) end)
    assert.equal(0, #timer.call_history)
    dg.using_hook(timer, model, x)
    assert.equal(0, timer.call_history[1].depth)
  end)

  it("measures layers", function()
    local hook = dg.link_hooks.TimerHook()
    local model = dg.Sequential(L.Linear(2, 3), L.Linear(3, 1))
    dg.using_hook(hook, function() for _ = 1, 2 do model(dg.zeros(1, 2)) end end)
    local summary = hook:summary()
    assert.same({ 4, 2 }, { summary.Linear.occurrence, summary.Sequential.occurrence })
    assert.near(summary.Sequential.total_time, hook:total_time(), 1e-12)
    assert.is_true(summary.Sequential.total_time >= summary.Linear.total_time)
    assert.matches("^layer       calls +time\nSequential      2 +%S+ %ws\nLinear          4 +%S+ "
      .. "%ws$", tostring(hook))
  end)
end)
