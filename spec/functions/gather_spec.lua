local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F
local NUMBERS = { "int32", "int64", "uint8" }

local function places(t) return dg.tensor(t, "int64") end

--- Keys of a 3 x 4 tensor, and the shape of what they choose.
local KEYS = {
  { 2, { 4 } }, { { 2, 3 }, {} }, { { {}, { 4, 1, -2 } }, { 3, 2 } },
  { places { 1, 3, 1 }, { 3, 4 } },
  { { { 2, 3 }, places { 2, 2 } }, { 2, 2 } },
  { dg.tensor({ true, false, true }, "bool"), { 2, 4 } },
}

--- A key with its tensors on the device of x.
local function key_on(x, key)
  if dg.is_tensor(key) then return key:to(x.device) end
  if type(key) ~= "table" then return key end
  local moved = {}
  for i, item in ipairs(key) do moved[i] = dg.is_tensor(item) and item:to(x.device) or item end
  return moved
end

for i, key in ipairs(KEYS) do
  op_case("scatter_add, key " .. i, {
    f = function(a, b) return F.scatter_add(a, key_on(a, key[1]), b) end,
    inputs = function(r) return { r(-2, 2, { 3, 4 }), r(-2, 2, key[2]) } end,
    shapes = { {} },
    layouts = i == 1 and { { { 3, 1 }, { 1 } }, { { 2, 0 }, { 0 } } } or {},
    bad_shapes = {
      { { 3, 4 }, { 5, 5 }, error_name = "broadcast_to" }, { { 1, 1 }, key[2], error_name = "" },
    },
    elementwise = false,
    dtypes = NUMBERS,
    nan = "some",
    error_name = "scatter_add",
  })
end

op_case("index_add", {
  f = function(x, source)
    return F.index_add(x, 2, places({ 3, 1, 3, -1 }):to(x.device), source, -2)
  end,
  inputs = function(r) return { r(-2, 2), r(-2, 2, { 2, 4 }) } end,
  shapes = { { 2, 3 } },
  layouts = { { { 0, 3 }, { 0, 4 } }, { { 1, 3 }, { 1, 4 } } },
  bad_shapes = { { { 2, 3 }, { 2, 3 } }, { { 2, 2 }, { 2, 4 } } },
  dtypes = { "int32", "int64" },
  bad_dtypes = { "bool" },
  nan = "some",
  error_name = "scatter_add",
})

op_case("index_add of one element", {
  f = function(x, source) return F.index_add(x, 1, places({ 1 }):to(x.device), source) end,
  inputs = function(r) return { r(-2, 2), r(-2, 2) } end,
  shapes = { { 1, 0 }, { 1, 2 }, { 1 } },
  bad_dtypes = { "bool" },
  error_name = "scatter_add",
  nan = "some",
})

op_case("masked_fill of one element", {
  f = function(x, value)
    return F.masked_fill(x, dg.tensor({ true }, "bool"):to(x.device), value)
  end,
  inputs = function(r) return { r(-2, 2), r(-2, 2, {}) } end,
  shapes = { { 1 } },
  nan = { "none", "some" },
  bad_dtypes = {},
})

op_case("masked_fill", {
  f = function(x, value)
    return F.masked_fill(x, dg.tensor({ true, false, true }, "bool"):to(x.device), value)
  end,
  inputs = function(r) return { r(-2, 2), r(-2, 2, {}) } end,
  shapes = { { 3 }, { 0, 3 }, { 4, 3 }, { 2, 4, 3 } },
  bad_shapes = { { { 4, 2 }, {} }, { { 4, 3 }, { 3 } } },
  error_name = "",
  dtypes = { "int32", "int64", "uint8", "bool" },
  nan = "some",
})

describe("scatter_add", function()
  it("gives a new tensor, and counts repeated places", function()
    local a = dg.zeros(3)
    assert.same({ 2, 0, 1 }, F.scatter_add(a, places { 1, 3, 1 }, dg.tensor(1)):totable())
    assert.same({ 0, 0, 0 }, a:totable())
    assert.same({ 0, 5, 0 }, a:scatter_add(2, dg.tensor(5)):totable())
    assert.same({ 5, 5, 5 }, a:scatter_add({}, dg.tensor(5)):totable())
  end)

  it("refuses what does not fit", function()
    assert.has_error(function() F.scatter_add(dg.zeros(3), places { 1 }, dg.zeros(2)) end)
    assert.error_matches(function() F.scatter_add(dg.zeros(3), 4, dg.tensor(1)) end,
      "index 4 is out of range for axis 1 of size 3")
  end)
end)

describe("index_add", function()
  it("adds the source once by default", function()
    local y = F.index_add(dg.ones(3), 1, places { 3, 3 }, dg.tensor { 1, 2 })
    assert.same({ 1, 1, 4 }, y:totable())
    assert.error_matches(function() F.index_add(dg.ones(3), 1, places { { 1 } }, dg.ones(1, 1)) end,
      "F.index_add: wanted an index of one axis, got 2")
    assert.error_matches(function() F.index_add(dg.ones(3), 1, places { 4 }, dg.ones(1)) end,
      "scatter_add: index 4 is out of range")
  end)
end)

describe("masked_fill", function()
  it("puts a number where the mask is true", function()
    local x = dg.tensor { { 1, 2 }, { 3, 4 } }
    assert.same({ { 1, 2 }, { 0, 0 } }, F.masked_fill(x, x:gt(2), 0):totable())
    assert.same({ true, true }, F.masked_fill(x[1]:gt(1), x[1]:gt(0), true):totable())
    assert.error_matches(function() F.masked_fill(x, x:gt(2), x) end, "the value has 2 axes")
    assert.error_matches(function() F.masked_fill(x, x, 1) end, "the condition is float32")
  end)
end)

op_case("one_hot", {
  f = function(t) return F.one_hot(t, 3) end,
  inputs = function(r) return { dg.tensor(r.pick { 1, 2, 3 }, "int64") } end,
  elementwise = false,
  any_shape = true,
  taken = { int32 = true, uint8 = true },
  bad_dtypes = { "float32", "float64", "bool" },
  differentiable = false,
  error_name = "",
})

describe("one_hot", function()
  local t = dg.tensor({ { 1, 3 }, { 2, 1 } }, "int32")

  it("has as many classes as the largest label by default, in int64", function()
    local y = F.one_hot(t)
    assert.same({ { { 1, 0, 0 }, { 0, 0, 1 } }, { { 0, 1, 0 }, { 1, 0, 0 } } }, y:totable())
    assert.equal("int64", y.dtype)
    assert.same({ 2, 2, 5 }, F.one_hot(t, 5).shape)
    assert.equal("float32", F.one_hot(t, { dtype = "float32" }).dtype)
    assert.same({ 0, 4 }, F.one_hot(dg.zeros({ 0 }, "int64"), 4).shape)
  end)

  it("refuses labels that name no class", function()
    assert.error_matches(function() F.one_hot(t, 2) end, "index 3 is out of range")
    assert.error_matches(function() F.one_hot(t - 1, 3) end,
      "F.one_hot: label 0 is not one of 1 to 3: classes count from 1")
    assert.error_matches(function() F.one_hot(t - 2, 3) end, "label %-1 is not one of 1 to 3")
    assert.error_matches(function() F.one_hot(dg.zeros({ 0 }, "int64")) end,
      "without labels num_classes is wanted")
  end)
end)
