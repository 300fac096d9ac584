local dg = require "dgraph"

local F, L = dg.F, dg.L

local function line() return debug.getinfo(2, "l").currentline end

--- The message of the error that f raises in debug mode.
local function message_of(f)
  local ok, message = pcall(dg.using_config, "debug", true, f)
  assert.is_false(ok)
  assert.is_false(dg.config.debug)
  return message
end

describe("debug mode", function()
  it("names the first operator that makes NaN, its input and the line", function()
    local x, at = dg.Variable { 1, -2 }, nil
    x.name = "x"
    local message = message_of(function()
      local y = x * 2
      at = line() + 1
      local z = F.log(y)
      return z + y
    end)
    assert.equal(("spec/watch/debug_spec.lua:%d: log: NaN in its result, float32 2 "
      .. "(input 1 is float32 2)"):format(at), message)
    message = message_of(function() return F.log(x) end)
    assert.matches("%(input 1 is float32 2 %(x%)%)$", message)
  end)

  it("tells when an input had NaN before", function()
    local message = message_of(function() return dg.tensor { 0 / 0 } + dg.tensor { 1 } end)
    assert.matches("add: NaN in its result, float32 1 %(input 1 is float32 1 and has NaN, "
      .. "input 2 is float32 1%)$", message)
  end)

  it("tells which step of a function it was", function()
    local x = dg.Variable { 1 / 0, 1 / 0 }
    assert.matches("var: NaN in its result, float32 scalar, first in its step sub "
      .. "%(input 1 is float32 2", message_of(function() return F.var(x) end))
  end)

  it("names the node whose gradient has NaN, and where it was called", function()
    local x, at = dg.Variable { 0, 4 }, nil
    local message = message_of(function()
      at = line() + 1
      local y = F.sqrt(x)
      F.sum(y * dg.tensor { 0, 1 }):backward()
    end)
    assert.matches((":%d: backward of sqrt: NaN in the gradient of input 1 "
      .. "%%(input 1 is float32 2%%); it was called at spec/watch/debug_spec.lua:%d$")
      :format(at + 1, at), message)
    assert.is_nil(x.grad)
  end)

  it("tells when the gradient that came in was bad", function()
    local x = dg.Variable { 1, 2 }
    local message = message_of(function()
      local y = x * 3
      y.grad = dg.tensor { 1, 0 / 0 }
      y:backward()
    end)
    assert.matches("backward of mul: NaN in the gradient of input 1, as the gradient of its "
      .. "result 1 has", message)
  end)

  it("says where the function stands that backward fails at", function()
    local x, at = dg.Variable { 1, 2 }, nil
    local message = message_of(function()
      local y = x * 2
      at = line() + 1
      local z = F.sum(F.square(y))
      y.data[1] = 5
      z:backward()
    end)
    assert.matches(("square: input 1 was overwritten before backward read it %%(square was called "
      .. "at spec/watch/debug_spec.lua:%d%%)$"):format(at), message)
  end)

  it("says so of operators written in Lua too", function()
    local Bad = dg.Function:extend "bad"
    function Bad.forward(_, x) return x * 1 end
    function Bad.backward() error("no way back", 0) end
    local message = message_of(function() Bad(dg.Variable { 1 }):backward() end)
    assert.matches("^no way back %(bad was called at spec/watch/debug_spec.lua:%d+%)$", message)
    function Bad.backward() error { "mine" } end
    assert.same({ "mine" }, message_of(function() Bad(dg.Variable { 1 }):backward() end))
  end)

  it("has nodes know the line that made them", function()
    local x, y = dg.Variable { 1 }, nil
    dg.using_config("debug", true, function() y = F.mean(F.exp(x)) end)
    local where = y.creator.where
    assert.matches("^spec/watch/debug_spec.lua:%d+$", where)
    assert.equal(where, y.creator.inputs[1].creator.where)
    assert.matches("^node %d+: mul at spec/watch/debug_spec.lua:%d+$", tostring(y.creator))
    assert.is_nil(F.exp(x).creator.where)
  end)

  it("finds NaN that an optimizer writes", function()
    local model = L.Linear(2, 1)
    local optimizer = dg.optimizers.SGD(1e38):setup(model)
    local message = message_of(function()
      for _ = 1, 3 do
        model:cleargrads()
        model.W.grad, model.b.grad = dg.tensor { { 1e38, -1e38 } }, dg.tensor { 0 }
        optimizer:update()
        model.W.data = model.W * 0
      end
    end)
    assert.matches("NaN in its", message)
  end)

  it("looks through what floats there are, and nothing else", function()
    dg.using_config("debug", true, function()
      assert.same({ 3 }, (dg.tensor({ 1 }, "int32") + 2):totable())
      assert.same({ 1 / 0 }, F.exp(dg.tensor { 1000 }):totable())
      assert.equal(0, F.sum(dg.zeros(0)):item())
      assert.same({ true }, F.isnan(dg.tensor { 0 / 0 }):totable())
    end)
  end)

  it("leaves results and memory alone", function()
    local x = dg.Variable { 0.5, 1 }
    local function loss() return F.sum(F.tanh(x * x)) end
    loss():backward()
    local plain = x.grad:totable()
    x:cleargrad()
    dg.using_config("debug", true, function() loss():backward() end)
    assert.same(plain, x.grad:totable())
    collectgarbage() collectgarbage()
    local before = dg.memory().tensors
    for _ = 1, 10 do
      pcall(dg.using_config, "debug", true, function() F.log(x * -1) end)
    end
    collectgarbage() collectgarbage()
    assert.is_true(dg.memory().tensors <= before + 1)
  end)

  it("is switched by config, set_debug and the environment", function()
    assert.is_false(dg.is_debug())
    dg.set_debug(true)
    dg.config.debug = true
    assert.is_true(dg.is_debug() and dg.config.debug)
    assert.has_error(function() F.log(dg.tensor { -1 }) end)
    dg.set_debug(false)
    assert.is_true(F.log(dg.tensor { -1 }):isnan():item())
    assert.has_error(function() dg.set_debug "yes" end)
    local command = "DGRAPH_DEBUG=%s LUA_PATH='lua/?.lua;lua/?/init.lua;;' %s -e '"
      .. "print(require(\"dgraph\").is_debug())'"
    for value, expected in pairs { ["1"] = "true", ["0"] = "false", [""] = "false" } do
      local pipe = io.popen(command:format(value, os.getenv "DGRAPH_LUA" or "luajit"))
      local text = pipe:read "*a"
      pipe:close()
      assert.equal(expected .. "\n", text)
    end
  end)
end)
