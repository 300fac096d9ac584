local dg = require "dgraph"
local errors = require "dgraph.errors"
local F = dg.F

-- The line where this is called.
local function line() return debug.getinfo(2, "l").currentline end

describe("errors", function()
  local x = dg.tensor { { 1, 2 }, { 3, 4 } }

  local function points_at(expected, f)
    local ok, message = pcall(f)
    assert.is_false(ok)
    local at = "errors_spec.lua:" .. expected .. ": "
    assert.truthy(message:find(at, 1, true), message .. "\nis not at line " .. expected)
  end

  it("point at the line of the user", function()
    local at
    points_at(line(), function() return x + nil end)
    points_at(line(), function() return x.foo end)
    points_at(line(), function() return x[9] end)
    points_at(line(), function() x[9] = 1 end)
    points_at(line(), function() F.sum(x, 1.5) end)
    points_at(line(), function() x:sum(7) end)
    points_at(line(), function() dg.zeros(-1) end)
    points_at(line(), function() x:backward() end)
    points_at(line(), function() F.matmul(x, dg.ones(3, 2)) end)
    points_at(line(), function() dg.config.foo = 1 end)
    points_at(line() + 1, function()
      at = dg.grad(x, { 5 })
      return at
    end)
  end)

  it("point there from inside callbacks too", function()
    points_at(line() + 2, function()
      dg.scope(function()
        return x + nil
      end)
    end)
    points_at(line() + 2, function()
      dg.no_backprop_mode(function()
        x:reshape { 5 }
      end)
    end)
  end)

  it("name the argument", function()
    for _, case in ipairs {
      { "F.sum: axis must be an integer, got 1.5", F.sum, x, 1.5 },
      { "F.sum: axis counts from 1 (or -1 from the end), got 0", F.sum, x, 0 },
      { "F.sum: keepdims must be true or false, got 1", F.sum, x, 1, 1 },
      { "F.sum: unknown option \"axes\" (known: axis, keepdims)", F.sum, x, { axes = 1 } },
      { "F.sum: axis is given twice, by position and by name", F.sum, x, 1, { axis = 1 } },
      { "F.sum: x must be a tensor, got nil", F.sum },
      { "F.relu: x must be a tensor, got a table", F.relu, { 1 } },
      { "F.relu: x must be a tensor, got \"x\"", F.relu, "x" },
      { "F.clip: x_max must be a number, got nil", F.clip, x, 1 },
      { "F.reshape: size 1 must be an integer, got 0.5", F.reshape, x, { 0.5 } },
      { "F.reshape: the shape must be a list of sizes, got nil", F.reshape, x },
      { "F.concat: xs[2] must be a tensor, got 5", F.concat, { x, 5 } },
      { "F.concat: xs must be a list of tensors, got a tensor", F.concat, x },
      { "F.cast: there is no dtype \"real\" (float32, float64, int32, int64, uint8, bool, float16, "
        .. "bfloat16)", F.cast, x, "real" },
    } do
      local ok, message = pcall(case[2], case[3], case[4], case[5])
      assert.is_false(ok)
      assert.equal(case[1], (message:gsub("^[^:]+:%d+: ", "")))
    end
  end)

  it("are forgotten once they are raised", function()
    pcall(F.matmul, x, dg.ones(3, 2))
    assert.equal(0, require "dgraph.native".C.dg_error_code())
    assert.has_error(function() return dg.tensor { 1 } + nil end)
  end)

  it("come again after memory is there again", function()
    local C = require "dgraph.native".C
    C.dg_memory_fail_after(0)
    local y = x * 2
    C.dg_memory_fail_after(-1)
    assert.same({ { 2, 4 }, { 6, 8 } }, y:totable())
  end)

  it("come again with the same arguments", function()
    local C = require "dgraph.native".C
    local a, b, c = dg.full({ 30, 40 }, 2), dg.full({ 30, 40 }, 3), dg.full({ 30, 40 }, 0.5)
    for name, case in pairs { where = { 2, c:gt(0), a, b }, scale = { 6, a, b, 1 },
      bias = { 5, a, b, 1 }, linear_interpolate = { 2.5, c, a, b }, add = { 5, a, b },
      clip = { 1, a, 0, 1 } } do
      C.dg_memory_fail_after(0)
      local y = F[name](unpack(case, 2))
      C.dg_memory_fail_after(-1)
      assert.equal(1200 * case[1], F.sum(y):item(), name)
    end
  end)

  it("come again although a list alone holds the tensors", function()
    local C = require "dgraph.native".C
    local function columns() return { dg.ones(100, 2), dg.zeros(100, 2) } end
    for _, name in ipairs { "concat", "stack" } do
      for i = 1, 120 do
        local y = F[name]((function()
          local xs = columns()
          if i % 60 == 0 then C.dg_memory_fail_after(0) end
          return xs
        end)(), 2)
        C.dg_memory_fail_after(-1)
        assert.equal(200, F.sum(y):item())
      end
    end
  end)

  it("tell where user code is", function()
    assert.truthy(errors.where():find("errors_spec.lua:", 1, true))
  end)
end)
