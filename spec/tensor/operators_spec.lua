local dg = require "dgraph"

describe("operators", function()
  local x, y = dg.tensor({ 7, -7, 2 }, "float64"), dg.tensor({ 2, 2, 4 }, "float64")

  it("take two tensors", function()
    assert.same({ 9, -5, 6 }, (x + y):totable())
    assert.same({ 5, -9, -2 }, (x - y):totable())
    assert.same({ 14, -14, 8 }, (x * y):totable())
    assert.same({ 3.5, -3.5, 0.5 }, (x / y):totable())
    assert.same({ 1, 1, 2 }, (x % y):totable())
    assert.same({ 49, 49, 16 }, (x ^ y):totable())
    assert.same({ -7, 7, -2 }, (-x):totable())
  end)

  it("take numbers on either side", function()
    assert.same({ { 8, -6, 3 }, { 8, -6, 3 } }, { (x + 1):totable(), (1 + x):totable() })
    assert.same({ { 6, -8, 1 }, { -6, 8, -1 } }, { (x - 1):totable(), (1 - x):totable() })
    assert.same({ { 14, -14, 4 }, { 14, -14, 4 } }, { (x * 2):totable(), (2 * x):totable() })
    assert.same({ { 3.5, -3.5, 1 }, { 2, 2, 1 } }, { (x / 2):totable(), (4 / y):totable() })
    assert.same({ { 1, 1, 0 }, { 1, 1, 1 } }, { (x % 2):totable(), (5 % y):totable() })
    assert.same({ { 49, 49, 4 }, { 4, 4, 16 } }, { (x ^ 2):totable(), (2 ^ y):totable() })
  end)

  it("keep the dtype of the tensor beside a number", function()
    for _, dtype in ipairs { "float32", "float64", "int32", "int64", "uint8" } do
      assert.equal(dtype, (dg.ones(2, dtype) + 1).dtype)
    end
  end)

  it("are exact where a number divides", function()
    local third = dg.tensor({ 7 }, "float32") / 3
    assert.equal(tonumber(require "ffi".new("float", 7 / 3)), third:item())
  end)

  it("compare by methods", function()
    assert.same({ false, true, true }, x:lt(y):totable())
    assert.same({ true, false, false }, x:gt(2):totable())
    assert.same({ true, false, true }, x:ge(2):totable())
    assert.same({ false, true, true }, x:le(2):totable())
    assert.same({ false, false, true }, x:eq(2):totable())
    assert.same({ true, true, false }, x:ne(2):totable())
    assert.same({ true, false, false }, dg.F.lt(2, x):totable())
    assert.same({ 7, 0, 2 }, x:maximum(0):totable())
    assert.same({ 2, -7, 2 }, dg.F.minimum(2, x):totable())
  end)

  it("refuse everything else", function()
    for _, other in ipairs { "a", {}, true, print } do
      local ok, message = pcall(function() return x + other end)
      assert.is_false(ok)
      assert.truthy(message:find("add: the second operand must be a tensor or a number", 1, true))
      assert.is_false((pcall(function() return other * x end)))
    end
    assert.is_false((pcall(function() return x ^ nil end)))
    assert.is_false((pcall(dg.F.add, 1, 2)))
    assert.is_false((pcall(function() return x .. "a" end)))
    assert.is_false((pcall(function() return x + dg.ones(2, "float64") end)))
    assert.is_false((pcall(function() return x + dg.ones(3, "float32") end)))
  end)
end)
