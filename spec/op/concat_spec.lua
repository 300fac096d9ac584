local ffi = require "ffi"
local dg = require "dgraph"
local native = require "dgraph.native"
local op_case = require "spec.support.op_case"

local C, wrap = native.C, native.wrap
local OTHERS = { "int32", "int64", "uint8", "bool" }

local function join(f, axis, ...)
  local n = select("#", ...)
  return wrap(f(n, ffi.new("dg_tensor *[?]", n, ...), axis))
end
local function concat(axis, ...) return join(C.dg_concat, axis, ...) end
local function stack(axis, ...) return join(C.dg_stack, axis, ...) end

op_case("concat", {
  f = function(a, b) return concat(0, a, b, a) end,
  inputs = function(r) return { r(-2, 2), r(-2, 2) } end,
  known = { { { 1, 2 }, { 3 }, { 1, 2, 3, 1, 2 } } },
  shapes = { { 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  bad_shapes = { { { 2, 3 }, { 2, 2 } }, { { 2 }, { 2, 1 } } },
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

op_case("concat along the last axis", {
  f = function(a, b) return concat(-1, a, b, a, b, b) end,
  inputs = function(r) return { r(-2, 2), r(-2, 2) } end,
  shapes = { { 1 }, { 3, 0 }, { 4, 3 }, { 2, 3, 2 } },
  error_name = "concat",
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

for axis = -1, 1 do
  op_case("stack along axis " .. axis, {
    f = function(a, b) return stack(axis, a, b, a) end,
    inputs = function(r) return { r(-2, 2), r(-2, 2) } end,
    shapes = { { 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
    bad_shapes = { { { 2, 3 }, { 2, 2 } } },
    error_name = "stack",
    elementwise = false,
    dtypes = OTHERS,
    nan = "some",
  })
end

describe("concat", function()
  it("joins parts of different sizes", function()
    local a, b = dg.tensor { { 1, 2 }, { 3, 4 } }, dg.tensor { { 5 }, { 6 } }
    assert.same({ { 1, 2, 5 }, { 3, 4, 6 } }, concat(1, a, b):totable())
    assert.same({ { 1, 2 }, { 3, 4 } }, concat(1, a, dg.zeros(2, 0)):totable())
  end)

  it("joins thousands", function()
    local list = ffi.new "dg_tensor *[5000]"
    local x = dg.Variable { 1, 2 }
    for i = 0, 4999 do list[i] = x end
    local y = wrap(C.dg_concat(5000, list, 0))
    assert.same({ 10000 }, y.shape)
    y:sum():backward()
    assert.same({ 5000, 5000 }, x.grad:totable())
  end)

  it("names the input that does not fit", function()
    local a = dg.zeros(2, 2)
    assert.error_matches(function() concat(0, a, a, dg.zeros(2, 1)) end,
      "concat: input 1 has shape 2x2, input 3 has 2x1")
    assert.error_matches(function() concat(0, a, dg.zeros({ 2, 2 }, "int32")) end,
      "concat: input 1 is float32, input 2 is int32")
    assert.error_matches(function() concat(0) end, "concat: no tensors given")
    assert.error_matches(function() stack(0, a, dg.zeros(2)) end,
      "stack: input 1 has shape 2x2, input 2 has 2")
  end)
end)

describe("stack", function()
  it("puts tensors side by side along a new axis", function()
    local a, b = dg.tensor { 1, 2 }, dg.tensor { 3, 4 }
    assert.same({ { 1, 2 }, { 3, 4 } }, stack(0, a, b):totable())
    assert.same({ { 1, 3 }, { 2, 4 } }, stack(-1, a, b):totable())
    assert.same({ 5, 6 }, stack(0, dg.tensor(5), dg.tensor(6)):totable())
  end)
end)
