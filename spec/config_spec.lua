local dg = require "dgraph"

describe("dg.config", function()
  it("holds settings, checks their names and values", function()
    assert.is_true(dg.config.train)
    assert.has_error(function() return dg.config.trian end)
    assert.has_error(function() dg.config.trian = true end, "dg.config: there is no setting "
      .. "\"trian\" (known: autocast, debug, device, dtype, enable_backprop, in_recomputing, "
      .. "train, and user_...)")
    assert.has_error(function() dg.config.train = 1 end)
    assert.has_error(function() dg.config.dtype = "int32" end)
    dg.config.user_depth = 3
    assert.equal(3, dg.config.user_depth)
    dg.config.user_depth = nil
    assert.is_nil(dg.config.user_depth)
    assert.truthy(tostring(dg.config):find("train = true", 1, true))
  end)

  it("decides the dtype of new tensors", function()
    dg.using_config("dtype", "float64", function()
      assert.same({ "float64", "float64", "float64" },
        { dg.tensor({ 1 }).dtype, dg.zeros(1).dtype, dg.Parameter(0, 1).dtype })
    end)
    assert.equal("float32", dg.zeros(1).dtype)
  end)

  it("is restored after a function, and after an error", function()
    local seen = dg.using_config("train", false, function(a) return { dg.config.train, a } end, 5)
    assert.same({ false, 5 }, seen)
    assert.is_true(dg.config.train)
    local ok, message = pcall(dg.test_mode, function() error("oops", 0) end)
    assert.same({ false, "oops", true }, { ok, message, dg.config.train })
  end)

  it("turns recording off and on", function()
    local x = dg.Variable { 1 }
    dg.no_backprop_mode(function()
      assert.is_false(dg.config.enable_backprop)
      assert.is_true((x * 2).is_leaf)
      dg.force_backprop_mode(function() assert.is_false((x * 2).is_leaf) end)
      assert.is_true((x * 2).is_leaf)
    end)
    assert.is_false((x * 2).is_leaf)
    dg.config.enable_backprop = false
    local y = x * 2
    dg.config.enable_backprop = true
    assert.is_true(y.is_leaf)
  end)

  it("notices a coroutine that sleeps in a mode, and restores it", function()
    local sleeper = coroutine.create(function() dg.no_backprop_mode(coroutine.yield) end)
    assert(coroutine.resume(sleeper))
    assert.is_false(dg.config.enable_backprop)
    local ok, message = pcall(dg.test_mode, function() end)
    assert.is_false(ok)
    assert.truthy(message:find("dg.no_backprop_mode: a coroutine was suspended inside", 1, true))
    assert.is_true(dg.config.enable_backprop)
    assert.is_false((dg.Variable { 1 } * 2).is_leaf)
  end)

  it("notices on leaving that something inside still sleeps", function()
    local sleeper
    local ok, message = pcall(dg.test_mode, function()
      sleeper = coroutine.create(function() dg.scope(coroutine.yield) end)
      assert(coroutine.resume(sleeper))
    end)
    assert.is_false(ok)
    assert.truthy(message:find("dg.scope: a coroutine was suspended inside", 1, true), message)
    assert.is_true(dg.config.train)
    assert.equal(0, require "dgraph.native".depth)
  end)

  it("wants something to call, and changes nothing without it", function()
    local timer = dg.function_hooks.TimerHook()
    for what, call in pairs {
      ["dg.scope"] = function(f) dg.scope(f) end,
      ["dg.no_backprop_mode"] = function(f) dg.no_backprop_mode(f) end,
      ["dg.force_backprop_mode"] = function(f) dg.force_backprop_mode(f) end,
      ["dg.train_mode"] = function(f) dg.train_mode(f) end,
      ["dg.using_config"] = function(f) dg.using_config("train", false, f) end,
      ["dg.using_device"] = function(f) dg.using_device("cpu", f) end,
      ["dg.autocast"] = function(f) dg.autocast("float16", f) end,
      ["dg.using_hook"] = function(f) dg.using_hook(timer, f) end,
      ["dg.profile"] = function(f) dg.profile(f) end,
      ["dg.capture"] = function(f) dg.capture(f) end,
    } do
      for _, bad in ipairs { false, 3, "f", {} } do
        local ok, message = pcall(call, bad or nil)
        assert.is_false(ok)
        assert.matches("config_spec.lua:%d+: " .. what:gsub("%.", "%%.")
          .. ": wanted a function, got ", message)
      end
      local called = setmetatable({}, { __call = function() return 1 end })
      assert.has_no_error(function() call(called) end)
    end
    assert.same({ true, true, false }, {
      dg.config.train, dg.config.enable_backprop, dg.config.autocast,
    })
    assert.equal(0, require "dgraph.native".depth)
  end)
end)
