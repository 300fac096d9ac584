local dg = require "dgraph"

local F, L = dg.F, dg.L
local hooks = dg.function_hooks

--- A hook, after a small model was trained under it.
local function after_training(hook)
  dg.seed(0)
  local model = dg.Sequential(L.Linear(64, 32), F.relu, L.Linear(32, 10))
  local optimizer = dg.optimizers.SGD():setup(model)
  local x, t = dg.randn(16, 64), dg.ones(16, "int32")
  dg.using_hook(hook, function()
    for _ = 1, 3 do
      optimizer:update(function() return F.softmax_cross_entropy(model(x), t) end)
    end
  end)
  return hook
end

describe("TimerHook", function()
  it("adds up the times of each function, forward and backward", function()
    local hook = after_training(hooks.TimerHook())
    local summary = hook:summary()
    assert.same({ 6, 6 }, { summary.linear.occurrence, summary.linear.nodes })
    assert.same({ 3, 3 }, { summary.relu.occurrence, summary.relu.nodes })
    assert.equal(0, summary.update_sgd.nodes)
    local total = 0
    for _, sum in pairs(summary) do
      assert.is_true(sum.total_time > 0)
      assert.near(sum.total_time, sum.forward_time + sum.backward_time, 1e-12)
      total = total + sum.total_time
    end
    assert.near(total, hook:total_time(), 1e-12)
    local names = {}
    for _, call in ipairs(hook.call_history) do
      if #names < 4 then names[#names + 1] = call.name end
    end
    assert.same({ "linear", "relu", "linear", "softmax_cross_entropy" }, names)
  end)

  it("writes a table, the most expensive function first", function()
    local hook = hooks.TimerHook()
    hook.call_history = {
      { name = "relu", time = 1e-6, is_backward = false },
      { name = "convolution_2d", time = 2e-3, is_backward = false },
      { name = "convolution_2d", time = 4e-3, is_backward = true },
      { name = "relu", time = 3e-6, is_backward = false },
    }
    local text = ""
    hook:print_report { write = function(_, ...) text = text .. table.concat { ... } end }
    assert.equal([[
function        calls  time   share  forward  backward
convolution_2d      1  6 ms  99.9 %     2 ms      4 ms
relu                2  4 us   0.1 %     4 us       0 s
]], text)
    assert.equal("function  calls  time  share  forward  backward", tostring(hooks.TimerHook()))
  end)

  it("may be used twice at once", function()
    local a, b = hooks.TimerHook(), hooks.TimerHook()
    dg.using_hook(a, dg.using_hook, b, function() F.exp(dg.zeros(1)) end)
    assert.same({ 1, 1 }, { #a.call_history, #b.call_history })
    assert.is_true(a:total_time() >= b:total_time())
  end)
end)

describe("PrintHook", function()
  local function printed(options, f)
    local parts = {}
    options.file = { write = function(_, ...) parts[#parts + 1] = table.concat { ... } end }
    dg.using_hook(hooks.PrintHook(options), f)
    return (table.concat(parts):gsub("at %S+:%d+", "at LINE"))
  end

  it("prints what goes in and what comes out", function()
    local x = dg.Variable { 1, 3 }
    x.name = "x"
    assert.equal([[
forward mean  at LINE
  input 1: x  {1, 3} float32 2
  output 1: 2 float32 scalar
backward mean (mul)  at LINE
  output gradient 1: 1 float32 scalar
  input gradient 1: 0.5 float32 scalar
backward mean (sum)  at LINE
  output gradient 1: 0.5 float32 scalar
  input gradient 1: {0.5, 0.5} float32 2
]], printed({}, function() F.mean(x):backward() end))
  end)

  it("prints shapes alone where asked to", function()
    assert.equal("forward neg  at LINE\n  input 1: float32 2x1\n  output 1: float32 2x1\n",
      printed({ values = false }, function() return -dg.zeros(2, 1) end))
    assert.has_error(function() hooks.PrintHook { value = true } end)
  end)
end)

describe("MemoryHook", function()
  it("counts the bytes that functions take", function()
    local hook = hooks.MemoryHook()
    dg.scope(function()
      local x = dg.Variable(dg.zeros(100, 1000))
      dg.using_hook(hook, function()
        local y = F.exp(x)
        F.sum(y:reshape(1000, 100)):backward()
      end)
    end)
    local summary = hook:summary()
    local bytes = 400000
    assert.is_true(summary.exp.forward_bytes >= bytes and summary.exp.forward_bytes < 1.2 * bytes)
    assert.equal(0, summary.reshape.forward_bytes)
    assert.is_true(hook:total_bytes() >= 2 * bytes)
    assert.matches("^function  calls +forward +backward\nexp", tostring(hook))
  end)

  it("counts what training takes, by function", function()
    collectgarbage() -- so that nothing of before goes meanwhile
    collectgarbage "stop"
    local summary = after_training(hooks.MemoryHook()):summary()
    collectgarbage "restart"
    assert.same({ 6, 3 }, { summary.linear.occurrence, summary.relu.occurrence })
    assert.is_true(summary.linear.forward_bytes >= 3 * 4 * 16 * (32 + 10))
    assert.equal(0, summary.update_sgd.forward_bytes)
  end)
end)

describe("FunctionHook", function()
  it("is a class that may be extended", function()
    local Hook = dg.FunctionHook:extend "Counter"
    function Hook:init() self.count = 0 end
    function Hook:forward_postprocess() self.count = self.count + 1 end
    local hook = Hook()
    dg.using_hook(hook, function() F.exp(F.exp(dg.zeros(1))) end)
    assert.equal(2, hook.count)
  end)
end)
