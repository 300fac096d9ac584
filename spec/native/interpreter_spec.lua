local dg = require "dgraph"
local ffi = require "ffi"
local native = require "dgraph.native"

local F = dg.F

--- What a program prints, run by LuaJIT with some flags.
local function output(flags, code)
  local pipe = io.popen(("LUA_PATH='lua/?.lua;lua/?/init.lua;;' luajit %s -e '%s' 2>&1"):format(
    flags, code))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

describe("calls of C, with the JIT compiler and without", function()
  local x, y = dg.tensor { 1, 2 }, dg.tensor { 3, 4 }

  it("are of the form that fits how dgraph was loaded", function()
    assert.equal(not jit.status(), native.is_interpreted)
  end)

  it("are right whatever errno is", function()
    local function try()
      for _, f in ipairs { F.mul, F.matmul } do
        ffi.errno(2)
        f(x, y)
        ffi.errno(2)
      end
      local product = (x * y):totable()
      ffi.errno(2)
      local scaled = (x * 2):totable()
      ffi.errno(2)
      return product, scaled, F.tanh(x):sum():item()
    end
    local expected = { { 3, 8 }, { 2, 4 }, F.tanh(x):sum():item() }
    assert.same(expected, { try() })
    assert.same(expected, { dg.scope(try) })
    assert.same(expected, { try() })
  end)

  it("raise at once, at the line of the caller, in a scope and outside", function()
    local wrong = dg.tensor { 1, 2, 3 }
    local after, line
    local function try()
      after, line = false, debug.getinfo(1, "l").currentline + 1
      local z = x * wrong
      after = true
      return z
    end
    for _, run in ipairs { function(f) return f() end, dg.scope } do
      for _ = 1, 2 do
        local ok, message = pcall(run, try)
        assert.is_false(ok)
        assert.matches(("interpreter_spec.lua:%d: mul: "):format(line), message)
        assert.is_false(after)
        assert.same({ 3, 8 }, (x * y):totable())
      end
    end
    assert.error_matches(function() F.tanh(dg.tensor({ 1 }, "int32")) end, "tanh: ")
  end)

  it("refuse a NULL handle, also where an error was not cleared", function()
    local null = ffi.new "dg_tensor *"
    for _ = 1, 2 do
      assert.is_false((pcall(function() return x * null end)))
      assert.is_false((pcall(F.mul, null, y)))
      assert.is_false((pcall(F.tanh, null)))
      native.C.dg_error_set(native.C.DG_EARGUMENT, "left behind")
      ffi.errno(0)
    end
    native.C.dg_error_clear()
  end)

  it("refuse what is no tensor, and forget that they did", function()
    local stale = dg.scope(function() return { x * y } end)[1] * 1
    stale:release()
    local others = {
      stale, 5LL, ffi.new "int8_t", ffi.new "dg_tensor", ffi.new("double", 2), ffi.new "int[1]",
      print, "2x", true, coroutine.create(print), io.stdout, native.C.dg_mul, ffi.typeof "int",
    }
    for _, run in ipairs { function(f) return f() end, dg.scope } do
      for i = 1, #others do
        assert.is_false((pcall(run, function() return x * others[i] end)))
        assert.is_false((pcall(run, function() return others[i] * x end)))
        assert.is_false((pcall(run, F.tanh, others[i])))
      end
      assert.is_false((pcall(run, F.tanh)))
      assert.equal(0, native.C.dg_error_code())
    end
  end)

  it("read no further than a cdata goes, where a tensor's has lain before", function()
    local wrong, things, n = dg.tensor { 5, 6 }, {}, 500
    local number = tonumber(ffi.cast("uint64_t", ffi.cast("dg_tensor *", wrong)) % 2 ^ 32)
    local int = ffi.typeof "int32_t"
    local function multiply(thing) return x * thing end
    for _ = 1, 5 do
      for i = 1, n do things[i] = ffi.cast("dg_tensor *", wrong) end
      for i = 1, n do things[i] = 0 end
      native.collect()
      for i = 1, n do things[i] = int(number) end
      for i = 1, n do assert.is_false((pcall(multiply, things[i]))) end
    end
  end)

  it("go by Lua's C interface where that takes tensors and nothing else", function()
    local C = native.C
    if native.is_interpreted then
      local quick = C.dg_mul_quick
      assert.is_function(C.dg_tanh_quick)
      assert.is_false(C.dg_where_quick)
      assert.is_false(C.dg_affine_quick)
      assert.truthy(quick(x, y))
      native.own(C.dg_lua_result_ref())
      for _, other in ipairs { 2, 5LL, "a", {} } do assert.is_nil((quick(x, other))) end
      assert.is_nil((quick(x)))
      assert.equal(0, native.C.dg_error_code())
    end
  end)

  it("give their own result where a debug hook calls operators", function()
    local five, calls = dg.tensor { 5, 5 }, 0
    local others, mask, count = debug.gethook()
    local ok, z = pcall(function()
      debug.sethook(function()
        calls = calls + 1
        assert((y * five):sum():item() == 35)
      end, "", 1)
      return F.tanh(x * y) + x
    end)
    debug.sethook(others, mask, count)
    assert.is_true(ok, z)
    assert.same((F.tanh(x * y) + x):totable(), z:totable())
    assert.is_true(calls > 10)
  end)

  it("are made once more when memory ran out", function()
    local big = dg.ones(100, 100)
    for _, f in ipairs { function() return big * big end, function() return F.tanh(big) end } do
      native.C.dg_memory_fail_after(0)
      local ok, z = pcall(f)
      native.C.dg_memory_fail_after(-1)
      assert.is_true(ok)
      assert.is_true(z:is_alive())
    end
  end)

  it("own what they return outside of scopes", function()
    local function work()
      for _ = 1, 50 do F.tanh(x * y + 1) end
    end
    work()
    native.collect()
    local before = native.C.dg_memory_live()
    work()
    native.collect()
    assert.equal(before, native.C.dg_memory_live())
  end)

  it("stay right when the compiler is switched later, or without that interface", function()
    for _, case in ipairs {
      { "-joff", "", "jit.on()" }, { "", "", "jit.off()" },
      { "-joff", "package.loadlib = nil", "" },
    } do
      assert.equal("1000\n", output(case[1], ([[
        %s
        local dg = require "dgraph"
        %s
        local x, w, sum = dg.Variable { 2 }, dg.Variable { 3 }, 0
        for _ = 1, 500 do
          sum = sum + dg.scope(function()
            local z = (x * w + 1 - w) * 0.5
            z:backward()
            return z:item()
          end) + x.grad:item() * 2 - 4
          x:cleargrad()
        end
        print(sum + 500)]]):format(case[2], case[3])))
    end
  end)
end)
