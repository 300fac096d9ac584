local dg = require "dgraph"
local ffi = require "ffi"
local native = require "dgraph.native"
local settle = require "spec.support.settle"

local F, L = dg.F, dg.L

--- A hook that notes what it sees.
local function recorder(describe)
  local seen = {}
  local hook = { seen = seen }
  for _, method in ipairs { "forward_preprocess", "forward_postprocess", "backward_preprocess",
    "backward_postprocess" } do
    hook[method] = function(_, fn) seen[#seen + 1] = describe(method, fn) end
  end
  return hook
end

local SHORT = {
  forward_preprocess = "f<", forward_postprocess = "f>", backward_preprocess = "b<",
  backward_postprocess = "b>",
}
local function method_and_name(method, fn) return SHORT[method] .. fn.name end

local function line() return debug.getinfo(2, "l").currentline end

--- How many tensors and nodes live, once garbage is gone.
local function living()
  settle(native.collect)
  local memory = dg.memory()
  return { memory.tensors, memory.nodes }
end

describe("dg.using_hook", function()
  it("shows operators before and after, and nodes of a walk", function()
    local hook = recorder(method_and_name)
    local x = dg.Variable { 1, 2 }
    local sum = dg.using_hook(hook, function(scale)
      local y = F.sum(F.exp(x) * scale)
      y:backward()
      return y
    end, 3)
    assert.same({ "f<exp", "f>exp", "f<mul", "f>mul", "f<sum", "f>sum", "b<sum", "b>sum", "b<mul",
      "b>mul", "b<exp", "b>exp" }, hook.seen)
    assert.near(3 * (math.exp(1) + math.exp(2)), sum:item(), 1e-4)
  end)

  it("gives hooks inputs, results, gradients, the node and the user's line", function()
    local hook = recorder(function(method, fn)
      return {
        method, fn.where, fn.inputs[1]:totable(), fn.outputs[1] and fn.outputs[1]:item(),
        fn.is_backward and fn.output_gradients[1]:item(),
        fn.input_gradients and fn.input_gradients[1]:totable(), fn.node and fn.node.name,
      }
    end)
    local x, at = dg.Variable { 2, 3 }, nil
    dg.using_hook(hook, function()
      local y = F.sum(x) at = line()
      y.grad = dg.tensor(5)
      y:backward()
    end)
    local where = "spec/watch/hooks_spec.lua:" .. at
    assert.same({
      { "forward_preprocess", where, { 2, 3 }, nil, false, nil, nil },
      { "forward_postprocess", where, { 2, 3 }, 5, false, nil, "sum" },
      { "backward_preprocess", where, { 2, 3 }, 5, 5, nil, "sum" },
      { "backward_postprocess", where, { 2, 3 }, 5, 5, { 5, 5 }, "sum" },
    }, hook.seen)
    assert.same({ 5, 5 }, x.grad:totable())
  end)

  it("calls a function by one name, however many nodes it is made of", function()
    local hook = recorder(function(_, fn)
      return fn.is_backward and fn.node.name .. "/" .. fn.name
    end)
    local x = dg.Variable { 1, 4 }
    dg.using_hook(hook, function() F.mean(x):backward() end)
    assert.same({ false, false, "mul/mean", "mul/mean", "sum/mean", "sum/mean" }, hook.seen)
  end)

  it("names operators as they were written", function()
    local hook = recorder(function(_, fn) return fn.name end)
    hook.forward_postprocess = nil
    local x, m = dg.tensor { 4 }, dg.tensor { { 1, 0 }, { 0, 1 } }
    dg.using_hook(hook, function()
      local _ = { x + 1, 1 - x, x - 1, x * 2, x / 2, 2 / x, x ^ 3, 3 ^ x, x % 3, -x, x:gt(1) }
      F.concat({ x, x }, 1)
      F.split(x, { 1 }, 1)
      F.lstm(dg.zeros(1, 1), dg.zeros(1, 4))
      F.qr(m)
      F.max_pooling_2d(dg.zeros(1, 1, 2, 2), 2)
    end)
    assert.same({ "add", "sub", "sub", "mul", "div", "div", "pow", "pow", "mod", "neg", "gt",
      "concat", "split", "lstm", "qr", "max_pooling" }, hook.seen)
  end)

  it("shows all results of an operator that has several", function()
    local counts = {}
    local hook = { forward_postprocess = function(_, fn)
      counts[#counts + 1] = { fn.name, #fn.inputs, #fn.outputs, fn.outputs[#fn.outputs].shape[1] }
    end }
    dg.using_hook(hook, function()
      F.split(dg.zeros(6), { 1, 2, 3 }, 1)
      F.separate(dg.zeros(2, 5), 1)
      F.lstm(dg.zeros(3, 1), dg.zeros(3, 4))
      F.svd(dg.tensor { { 2, 0 }, { 0, 1 } })
      F.stack { dg.zeros(2), dg.zeros(2) }
    end)
    assert.same({ { "split", 1, 3, 3 }, { "unstack", 1, 2, 5 }, { "lstm", 2, 2, 3 },
      { "svd", 1, 3, 2 }, { "stack", 2, 1, 2 } }, counts)
  end)

  it("lets hooks compute, unseen and without touching the operator's arguments", function()
    local calls = 0
    local function busy(_, fn)
      calls = calls + 1
      F.sum(dg.zeros(2, 3, 4), { axis = { 1, 2, 3 }, keepdims = true })
      F.concat({ dg.ones(2), dg.ones(2), dg.ones(1) }, 1)
      F.lstm(dg.zeros(1, 1), dg.zeros(1, 4))
      local v = dg.Variable { 1, 2 }
      F.sum(v * fn.inputs[1]:sum():item()):backward()
      assert(v.grad)
    end
    local hook = { forward_preprocess = busy, forward_postprocess = busy,
      backward_preprocess = busy, backward_postprocess = busy }
    local x = dg.Variable { { 1, 2 }, { 3, 4 } }
    local c, h
    dg.using_hook(hook, function()
      assert.same({ 3, 7 }, F.sum(x, 2):totable())
      assert.same({ { 1, 2, 1, 2 }, { 3, 4, 3, 4 } }, F.concat({ x, x }, 2):totable())
      c, h = F.lstm(dg.ones(2, 1), dg.ones(2, 4))
      F.sum(x):backward()
    end)
    assert.same({ 2, 1, 2, 1 }, { c.shape[1], c.shape[2], h.shape[1], h.shape[2] })
    assert.equal(2 * 4 + 2, calls)
    assert.same({ { 1, 1 }, { 1, 1 } }, x.grad:totable())
  end)

  it("may be used inside each other, and ends with its function", function()
    local outer, inner = recorder(method_and_name), recorder(method_and_name)
    local x = dg.tensor { 1 }
    dg.using_hook(outer, function()
      F.exp(x)
      dg.using_hook(inner, function() F.sin(x) end)
      pcall(dg.using_hook, inner, function()
        F.cos(x)
        error "oops"
      end)
      F.tanh(x)
    end)
    F.sqrt(x)
    assert.same({ "f<exp", "f>exp", "f<sin", "f>sin", "f<cos", "f>cos", "f<tanh", "f>tanh" },
      outer.seen)
    assert.same({ "f<sin", "f>sin", "f<cos", "f>cos" }, inner.seen)
  end)

  it("notices a coroutine that sleeps inside", function()
    local hook = recorder(method_and_name)
    local sleeper = coroutine.create(function() dg.using_hook(hook, coroutine.yield) end)
    assert(coroutine.resume(sleeper))
    F.exp(dg.zeros(1))
    assert.equal(2, #hook.seen)
    assert.is_false((pcall(dg.test_mode, function() end)))
    F.exp(dg.zeros(1))
    assert.equal(2, #hook.seen)
  end)

  it("tells hooks when they begin and end", function()
    local words = {}
    local hook = {
      added = function() words[#words + 1] = "added" end,
      deleted = function() words[#words + 1] = "deleted" end,
      forward_preprocess = function(_, fn) words[#words + 1] = fn.name end,
    }
    dg.using_hook(hook, function() F.exp(dg.zeros(1)) end)
    assert.same({ "added", "exp", "deleted" }, words)
  end)

  it("refuses what is no hook", function()
    assert.has_error(function() dg.using_hook(1, print) end,
      "dg.using_hook: a hook is a table of functions, got 1")
    assert.has_error(function() dg.using_hook({}, print) end)
  end)

  it("watches single steps, budgets, dg.grad and second derivatives", function()
    local hook = recorder(method_and_name)
    local x = dg.Variable { 2 }
    local y, z = F.exp(x * 1.0), F.square(F.exp(x))
    dg.using_hook(hook, function()
      for step in y:walk() do assert.truthy(step.input_gradients[1]) end
      local walk = F.sin(x):start_backward()
      while not walk:run(1e9) do end
    end)
    assert.same({ "b<exp", "b>exp", "b<mul", "b>mul", "f<sin", "f>sin", "b<sin", "b>sin" },
      hook.seen)
    local seen = recorder(method_and_name)
    local first, second = dg.using_hook(seen, function()
      local g = dg.grad({ z }, { x }, { enable_double_backprop = true })[1]
      return g, dg.grad({ g }, { x })[1]
    end)
    assert.near(2 * math.exp(4), first:item(), 1e-3)
    assert.near(4 * math.exp(4), second:item(), 1e-3)
    assert.same({ "b<square", "b>square", "b<exp", "b>exp" },
      { seen.seen[1], seen.seen[2], seen.seen[3], seen.seen[4] })
  end)

  it("watches operators written in Lua, and what they call", function()
    local Cube = dg.Function:extend "cube"
    function Cube:forward(x)
      self.x = x
      return x * x * x
    end
    function Cube:backward(gy) return 3 * gy * self.x ^ 2 end
    local hook = recorder(method_and_name)
    local x = dg.Variable { 2 }
    dg.using_hook(hook, function() Cube(x):backward() end)
    assert.same({ "f<mul", "f>mul", "f<mul", "f>mul", "f<cube", "f>cube", "b<cube", "f<mul",
      "f>mul", "f<pow", "f>pow", "f<mul", "f>mul", "b>cube" }, hook.seen)
    assert.same({ 12 }, x.grad:totable())
    assert.error_matches(function()
      dg.using_hook(hook, function()
        function Cube.backward() error("no way back", 0) end
        Cube(x):backward()
      end)
    end, "^no way back %(cube was called at spec/watch/hooks_spec.lua:%d+%)$")
    local after = recorder(method_and_name)
    dg.using_hook(after, function() F.exp(x):backward() end)
    assert.same({ "f<exp", "f>exp", "b<exp", "b>exp" }, after.seen)
  end)

  it("computes what is computed without it", function()
    local function train(hook)
      dg.seed(1)
      local model = dg.Sequential(L.Linear(4, 8), F.tanh, L.BatchNormalization(8), L.Linear(8, 3))
      local embed = L.EmbedID(5, 4)
      local both = dg.Chain { model = model, embed = embed }
      local optimizer = dg.optimizers.Adam():setup(both)
      local ids, labels = dg.tensor({ 1, 3, 3, 2 }, "int32"), dg.tensor({ 1, 2, 3, 1 }, "int32")
      local function steps()
        for _ = 1, 3 do
          optimizer:update(function() return F.softmax_cross_entropy(model(embed(ids)), labels) end)
        end
      end
      if hook then dg.using_hook(hook, steps) else steps() end
      return embed.W:totable(), model[1].W:totable()
    end
    local count = 0
    local function look(_, fn) count = count + #fn.inputs end
    local embed, linear = train()
    local embed2, linear2 = train { forward_preprocess = look, forward_postprocess = look,
      backward_preprocess = look, backward_postprocess = look }
    assert.is_true(count > 50)
    dg.gradient_check.assert_allclose(dg.tensor(embed), dg.tensor(embed2), 1e-6, 1e-6)
    dg.gradient_check.assert_allclose(dg.tensor(linear), dg.tensor(linear2), 1e-6, 1e-6)
  end)
end)

describe("an error in a hook", function()
  local function failing(method, what)
    return { [method] = function(_, fn)
      if fn.name == what then error({ "mine" }, 0) end
    end }
  end

  it("is that of the operator, and leaves nothing behind", function()
    local x = dg.Variable(dg.ones(3, 3))
    local before = living()
    for _, method in ipairs { "forward_preprocess", "forward_postprocess" } do
      for _, f in ipairs { F.exp, function(v) return F.split(v, { 1, 2 }, 1) end } do
        local name = f == F.exp and "exp" or "split"
        local ok, message = pcall(dg.using_hook, failing(method, name), function()
          return f(F.exp(x * 2))
        end)
        assert.same({ false, { "mine" } }, { ok, message })
      end
    end
    assert.same(before, living())
    assert.same({ 2, 2, 2 }, (x * 2):totable()[1])
    assert.has_error(function() -- no message of before is raised
      return F.exp(nil)
    end)
  end)

  it("is that of the walk, which ends and leaves gradients as they were", function()
    local x = dg.Variable { 2 }
    x.grad = dg.tensor { 7 }
    local before = living()
    for _, method in ipairs { "backward_preprocess", "backward_postprocess" } do
      for _, name in ipairs { "sum", "exp" } do
        local hook = { [method] = function(_, fn) if fn.name == name then error("mine", 0) end end }
        dg.using_hook(hook, function()
          local ok, message = pcall(function() F.sum(F.exp(x) * 3):backward() end)
          assert.is_false(ok)
          assert.matches("hooks_spec.lua:%d+: mine$", message)
          ok = pcall(function()
            for _ in F.sum(F.exp(x)):walk() do end -- luacheck: ignore
          end)
          assert.is_false(ok)
          assert.is_false((pcall(dg.grad, F.sum(F.exp(x)), x)))
        end)
      end
    end
    assert.same({ 7 }, x.grad:totable())
    assert.same(before, living())
    F.sum(F.exp(x)):backward()
    assert.near(7 + math.exp(2), x.grad:item(), 1e-5)
  end)

  it("of a walk's own leaves nothing behind either", function()
    local Bad = dg.Function:extend "bad"
    function Bad.forward(_, x) return x * 1 end
    function Bad.backward() error("no way back", 0) end
    local x = dg.Variable { 2 }
    local function try()
      local hook = { backward_preprocess = function(_, fn)
        assert(fn.inputs[1] and fn.outputs[1] and fn.output_gradients[1])
      end }
      pcall(dg.using_hook, hook, function() F.sum(Bad(F.exp(x))):backward() end)
    end
    try()
    local before = living()
    for _ = 1, 5 do try() end
    assert.same(before, living())
  end)

  it("gives a gradient back that was set to start from", function()
    local x = dg.Variable { 2 }
    local y = F.exp(x)
    y.grad = dg.tensor { 5 }
    y:retain_grad()
    local hook = { backward_preprocess = function() error "no" end }
    assert.is_false((pcall(dg.using_hook, hook, function() y:backward() end)))
    assert.equal(5, y.grad:item())
    assert.is_nil(x.grad)
  end)
end)

describe("without a hook", function()
  local C = native.C

  it("the library's functions are called, and nothing else", function()
    local exp, backward = C.dg_exp, C.dg_backward
    assert.matches("dg_tensor", tostring(ffi.typeof(exp)))
    dg.using_hook({ forward_preprocess = function() end }, function()
      assert.is_false(C.dg_exp == exp)
      assert.is_false(C.dg_backward == backward)
    end)
    assert.is_true(C.dg_exp == exp)
    assert.is_true(C.dg_backward == backward)
  end)

  it("loops that were compiled before and during a hook do what they should", function()
    local function loop(n)
      local x = dg.tensor { 1 }
      for _ = 1, n do x = x + 1 end
      return x:item()
    end
    local count = 0
    local hook = { forward_postprocess = function() count = count + 1 end }
    assert.equal(201, loop(200))
    assert.equal(201, dg.using_hook(hook, loop, 200))
    assert.equal(200, count)
    assert.equal(201, loop(200))
    assert.equal(200, count)
  end)
end)

describe("the list of operators", function()
  it("knows of each function with several results how many there are", function()
    local known = { dg_gradient_rows = true } -- computes none
    for _, operator in ipairs(require("dgraph.watch.operators").all()) do
      known[operator.native_name] = true
    end
    local text = ffi.string(native.C.dg_cdef()):gsub("%s+", " ")
    for name, arguments in text:gmatch "(dg_[%w_]+)%(([^()]*)%)" do
      if arguments:find("dg_tensor **", 1, true) then assert.is_true(known[name], name) end
    end
    assert.is_true(known.dg_tanh and known.dg_concat and known.dg_update_adam)
    assert.is_nil(known.dg_keep or known.dg_walk_tensor or known.dg_full)
  end)
end)
