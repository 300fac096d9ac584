local ffi = require "ffi"
local dg = require "dgraph"
local native = require "dgraph.native"
local op_case = require "spec.support.op_case"
local settle = require "spec.support.settle"

local C, wrap = native.C, native.wrap
local OTHERS = { "int32", "int64", "uint8", "bool" }

local function collect(n, f, ...)
  local ys, list = ffi.new("dg_tensor *[?]", n), {}
  local arguments = { ... }
  arguments[select("#", ...) + 1] = ys
  native.check(f(unpack(arguments, 1, select("#", ...) + 1)))
  for i = 1, n do list[i] = wrap(ys[i - 1]) end
  return list
end

local function split(x, axis, sizes)
  return collect(#sizes, C.dg_split, x, axis, #sizes, ffi.new("int64_t[?]", #sizes, sizes))
end
local function halves(x, axis) return collect(2, C.dg_split, x, axis, 2, nil) end
local function unstack(x, axis, n) return collect(n, C.dg_unstack, x, axis, n) end

op_case("split", {
  f = function(x) return split(x, 0, { 1, 0, 3 }) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 4 }, { 4, 0 }, { 4, 3 }, { 4, 2, 2 } },
  bad_shapes = { { { 3 } }, { {} } },
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

op_case("split of one element", {
  f = function(x) return split(x, -1, { 1 }) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 1 }, { 1, 1 } },
  elementwise = false,
  dtypes = OTHERS,
})

op_case("split in halves", {
  f = function(x) return halves(x, -1) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 2 }, { 3, 0 }, { 2, 4 }, { 2, 2, 2 } },
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

op_case("unstack", {
  f = function(x) return unstack(x, -1, 3) end,
  inputs = function(r) return { r(-2, 2) } end,
  shapes = { { 3 }, { 0, 3 }, { 4, 3 }, { 2, 2, 3 } },
  elementwise = false,
  dtypes = OTHERS,
  nan = "some",
})

describe("split", function()
  it("gives views", function()
    local x = dg.zeros(2, 3)
    local ys = split(x, 1, { 1, 2 })
    ys[2][{ 1, 2 }] = 7
    unstack(x, 0, 2)[2][1] = 5
    assert.same({ { 0, 0, 7 }, { 5, 0, 0 } }, x:totable())
  end)

  it("takes parts that nothing uses for 0", function()
    local x = dg.Variable { 1, 2, 3, 4 }
    local y = split(x, 0, { 1, 2, 1 })[2]
    settle()
    y:sum():backward()
    assert.same({ 0, 1, 1, 0 }, x.grad:totable())
    x.grad = nil
    unstack(x, 0, 4)[3]:sum():backward()
    assert.same({ 0, 0, 1, 0 }, x.grad:totable())
  end)

  it("leaves one node for all parts", function()
    local x = dg.Variable { 1, 2, 3, 4 }
    local before = dg.memory().nodes
    local ys = split(x, 0, { 1, 2, 1 })
    assert.equal(before + 1, dg.memory().nodes)
    assert.equal(ys[1].creator, ys[3].creator)
  end)

  it("refuses sizes that do not add up", function()
    local x = dg.zeros(2, 5)
    assert.error_matches(function() split(x, 1, { 2, 2 }) end,
      "split: the sizes of 2 parts do not add up to the 5 of axis 2")
    assert.error_matches(function() split(x, 1, { 6, -1 }) end, "do not add up")
    assert.error_matches(function() halves(x, 1) end,
      "split: axis 2 of size 5 does not divide into 2 equal parts")
    assert.error_matches(function() unstack(x, 1, 4) end,
      "unstack: room for 4 parts of axis 2, which has size 5")
  end)
end)
