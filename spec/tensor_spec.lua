local ffi = require "ffi"
local dg = require "dgraph"
local settle = require "spec.support.settle"

local function message_of(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  return (message:gsub("^[^:]+:%d+: ", ""))
end

describe("dg.tensor", function()
  it("takes nested tables, flat ones and numbers", function()
    local x = dg.tensor { { 1, 2, 3 }, { 4, 5, 6 } }
    assert.same({ 2, 3 }, x.shape)
    assert.same({ { 1, 2, 3 }, { 4, 5, 6 } }, x:totable())
    assert.same({ 3 }, dg.tensor({ 1, 2, 3 }).shape)
    assert.same({}, dg.tensor(7).shape)
    assert.equal(7, dg.tensor(7):totable())
    assert.same({ 0 }, dg.tensor({}).shape)
    assert.same({ 2, 0 }, dg.tensor({ {}, {} }).shape)
  end)

  it("takes a dtype, bare or among options", function()
    assert.equal("float32", dg.tensor({ 1 }).dtype)
    assert.equal("int64", dg.tensor({ 1 }, "int64").dtype)
    local x = dg.tensor({ 1 }, { dtype = "float64", requires_grad = true, name = "x" })
    assert.same({ "float64", true, "x" }, { x.dtype, x.requires_grad, x.name })
    assert.equal("bool", dg.tensor({ true, false }).dtype)
    assert.same({ true, false }, dg.tensor({ true, false }):totable())
  end)

  it("copies a tensor", function()
    local x = dg.tensor { 1, 2 }
    local y = dg.tensor(x)
    y[1] = 9
    assert.same({ 1, 2 }, x:totable())
  end)

  it("says where a table is ragged or holds something else", function()
    assert.equal("dg.tensor: element [2] has 1 elements, wanted 2 as the first of its kind",
      message_of(dg.tensor, { { 1, 2 }, { 3 } }))
    assert.equal("dg.tensor: element [2] has 3, wanted 2 elements as the first of its kind",
      message_of(dg.tensor, { { 1, 2 }, 3 }))
    assert.truthy(message_of(dg.tensor, { 1, { 2 } }):find("[2] has 1 elements", 1, true))
    assert.truthy(message_of(dg.tensor, { 1, "a" }):find("element [2] is \"a\"", 1, true))
    assert.truthy(message_of(dg.tensor, nil):find("got nil", 1, true))
    assert.truthy(message_of(dg.tensor, { 1 }, "float3"):find("no dtype \"float3\"", 1, true))
    assert.truthy(message_of(dg.tensor, { 1 }, { typ = 1 }):find("unknown option \"typ\"", 1, true))
  end)
end)

describe("creation", function()
  it("fills a shape given as numbers or as a list", function()
    assert.same({ { 0, 0 }, { 0, 0 } }, dg.zeros(2, 2):totable())
    assert.same({ 1, 1 }, dg.ones({ 2 }, "int32"):totable())
    assert.equal("int32", dg.ones(2, "int32").dtype)
    assert.equal("float64", dg.zeros({ 2 }, { dtype = "float64" }).dtype)
    assert.same({ 5, 5 }, dg.full(2, 5):totable())
    assert.same({ 2, 0, 3 }, dg.empty(2, 0, 3).shape)
    assert.same({}, dg.zeros({}).shape)
    assert.same({ 0, 0 }, dg.zeros_like(dg.ones(2)):totable())
    assert.equal("uint8", dg.ones_like(dg.zeros(2, "uint8")).dtype)
    assert.same({ 3, 3 }, dg.full_like(dg.ones(2), 3):totable())
  end)

  it("makes ranges as NumPy does", function()
    assert.same({ 0, 1, 2 }, dg.arange(3):totable())
    assert.same({ 2, 3 }, dg.arange(2, 4):totable())
    assert.same({ 4, 2 }, dg.arange(4, 0, -2):totable())
    assert.same({}, dg.arange(0):totable())
    assert.same({ 0, 0.5, 1 }, dg.linspace(0, 1, 3):totable())
    assert.same({ { 1, 0 }, { 0, 1 } }, dg.eye(2):totable())
    assert.same({ { 1, 0, 0 }, { 1, 1, 0 } }, dg.tri(2, 3):totable())
    assert.same({ { 0, 0 }, { 1, 0 } }, dg.tri(2, 2, -1):totable())
    assert.equal("int32", dg.tri(2, "int32").dtype)
    assert.same({ { 1, 1 }, { 1, 1 } }, dg.tri(2, 2, 1, { dtype = "bool" }):cast("int32"):totable())
    assert.equal("int64", dg.arange(3, "int64").dtype)
  end)

  it("refuses sizes that are none", function()
    assert.truthy(message_of(dg.zeros, 1.5):find("size 1 must be an integer, got 1.5", 1, true))
    assert.truthy(message_of(dg.zeros, -1):find("size 1 is -1", 1, true))
    assert.truthy(message_of(dg.zeros, 0 / 0):find("size 1 must be an integer", 1, true))
    assert.truthy(message_of(dg.zeros, 2 ^ 60):find("must be an integer", 1, true))
    assert.is_false((pcall(dg.zeros, 2 ^ 40, 2 ^ 40)))
    assert.is_false((pcall(dg.zeros, 1, nil, 2)))
    assert.is_false((pcall(dg.zeros, 1, 1, 1, 1, 1, 1, 1, 1, 1)))
    assert.is_false((pcall(dg.arange, 0 / 0)))
    assert.is_false((pcall(dg.arange, 0, 1, 0)))
  end)

  it("looks at foreign memory and keeps its owner alive", function()
    local memory = ffi.new("float[4]", { 1, 2, 3, 4 })
    local owner = setmetatable({}, { __mode = "v" })
    owner[1] = {}
    local x = dg.from_pointer(memory, { 2, 2 }, "float32", owner[1])
    memory[0] = 9
    assert.same({ { 9, 2 }, { 3, 4 } }, x:totable())
    local y = x[2]
    x = nil -- luacheck: ignore
    settle()
    assert.is_table(owner[1])
    assert.same({ 3, 4 }, y:totable())
    assert.is_false((pcall(dg.from_pointer, 5, { 1 })))
    assert.is_false((pcall(dg.from_pointer, nil, { 1 })))
  end)

  it("goes through strings of bytes", function()
    local x = dg.tensor({ { 1, 2 }, { 3, 4 } }, "int32")
    assert.equal(16, #x:tostring())
    assert.same(x:totable(), dg.from_string(x:tostring(), { 2, 2 }, "int32"):totable())
    assert.same({ 1, 3, 2, 4 }, dg.from_string(x.T:tostring(), 4, "int32"):totable())
    assert.is_false((pcall(dg.from_string, "abc", { 1 })))
  end)
end)

describe("a tensor's fields", function()
  it("tell its shape, dtype and sizes", function()
    local x = dg.zeros(2, 3, "float64")
    assert.same({ 2, 6, 48, 8, "cpu" }, { x.ndim, x.size, x.nbytes, x.itemsize, x.device })
    assert.same({ 3, 1 }, x.strides)
    assert.same({ 2, 2, 3 }, { #x, x:dim(1), x:dim(-1) })
    assert.same({ 3, 2 }, x.T.shape)
    assert.is_false(x.T.is_contiguous)
    assert.equal("float64 2x3", x.label)
    assert.is_true(x.is_leaf and x.is_contiguous and x.is_initialized)
  end)

  it("are errors when they do not exist or cannot be set", function()
    local x = dg.zeros(1)
    assert.equal("tensor: there is no field or method \"foo\"",
      message_of(function() return x.foo end))
    assert.equal("tensor: there is no field or method \"bar\"",
      message_of(function() x.bar = 1 end))
    assert.equal("tensor: field \"shape\" cannot be set", message_of(function() x.shape = {} end))
    assert.is_false((pcall(function() return x[nil] end)))
    assert.is_false((pcall(function() return x[true] end)))
    assert.is_false((pcall(function() return #dg.tensor(1) end)))
  end)

  it("compare handles", function()
    local x = dg.Variable { 1 }
    local y = x * 2
    y:retain_grad()
    y:backward()
    assert.is_true(y.grad == y.grad)
    assert.is_false(x == y)
    assert.is_false(x == nil)
    assert.is_false(x == 1)
    assert.is_true(x ~= "x")
  end)

  it("hold names and data", function()
    local x = dg.tensor { 1, 2 }
    assert.is_nil(x.name)
    x.name = "x"
    assert.equal("x", x.name)
    x.name = nil
    assert.is_nil(x.name)
    x.data = dg.tensor { 3, 4 }
    assert.same({ 3, 4 }, x:totable())
    assert.is_false((pcall(function() x.data = dg.tensor { 1, 2, 3 } end)))
    assert.is_false((pcall(function() x.data = dg.tensor({ 1, 2 }, "int32") end)))
    assert.is_false((pcall(function() x.data = 5 end)))
    x:copydata { 5, 6 }
    assert.same({ 5, 6 }, x:totable())
    assert.equal(1.5, dg.tensor({ 1.5 }):item())
    assert.is_true(dg.tensor(true):item())
    assert.is_false((pcall(x.item, x)))
    local p = x:pointer()
    p[0] = 8
    x:touch()
    assert.same({ 8, 6 }, x:totable())
  end)

  it("take shapes and axes as a table or as numbers", function()
    local x = dg.arange(6)
    assert.same({ 2, 3 }, x:reshape(2, 3).shape)
    assert.same({ 3, 2 }, x:reshape({ 3, 2 }).shape)
    assert.same({ 6, 1 }, x:reshape(-1, 1).shape)
    assert.same({ 3, 1, 2 }, x:reshape(1, 2, 3):transpose(3, 1, 2).shape)
    assert.same({ 4, 6 }, x:broadcast_to(4, 6).shape)
  end)

  it("are summed up for a debugger", function()
    local x = dg.Variable({ 1, 3 }, { name = "x" })
    x:sum():backward()
    assert.equal("tensor x (leaf)\n- device: cpu\n- dtype and shape: float32 2\n"
      .. "- data: mean 2, std 1\n- grad: mean 1, std 0", x:debug_print())
    assert.truthy((x * 2):summary():find("from mul", 1, true))
    assert.same({ true, 2 }, { dg.as_variable(x) == x, dg.as_variable { 1, 2 }.size })
    assert.is_true(dg.as_array(x).is_leaf and not dg.as_array(x).requires_grad)
    assert.equal("int32", x:astype("int32").dtype)
  end)
end)
