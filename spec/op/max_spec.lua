local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

for _, which in ipairs { "max", "min" } do
  for name, options in pairs {
    ["all axes"] = {}, ["the first axis"] = { axis = 1 },
    ["the last axis, kept"] = { axis = -1, keepdims = true }, ["two axes"] = { axis = { 1, -1 } },
  } do
    op_case(("%s over %s"):format(which, name), {
      f = function(x) return F[which](x, options) end,
      inputs = function(r) return { r(-2, 2) } end,
      shapes = { { 1, 1 }, { 4, 3 }, { 2, 3, 2 } },
      elementwise = false,
      bad_shapes = {
        { options.axis == -1 and { 3, 0 } or { 0, 3 } }, options.axis and { {} } or nil,
      },
      dtypes = { "int32", "int64", "uint8", "bool" },
      nan = "some",
      overwritten = { 1, "y" },
      error_name = which,
    })
  end
end

for _, which in ipairs { "argmax", "argmin" } do
  op_case(which, {
    f = function(x) return F[which](x, -1) end,
    inputs = function(r) return { r(-2, 2) } end,
    shapes = { { 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
    bad_shapes = { { {} }, { { 3, 0 } } },
    elementwise = false,
    dtypes = { "int32", "int64", "uint8", "bool" },
    result_dtype = true,
    differentiable = false,
  })
end

local X = dg.tensor { { 1, 5, 2 }, { 9, 0, 9 } }

describe("max", function()
  it("is the greatest element", function()
    assert.equal(9, F.max(X):item())
    assert.same({ 9, 5, 9 }, F.max(X, 1):totable())
    assert.same({ { 5 }, { 9 } }, F.max(X, 2, true):totable())
    assert.equal(-math.huge, F.max(dg.tensor { -math.huge, -math.huge }):item())
  end)

  it("gives its gradient to all that are equal", function()
    local x = dg.Variable { 3, 1, 3 }
    F.max(x):backward()
    assert.same({ 1, 0, 1 }, x.grad:totable())
  end)

  it("gives NaN if there is one", function()
    local y = F.max(dg.tensor { { 1, 0 / 0, 3 }, { 4, 5, 6 } }, 2):totable()
    assert.is_true(y[1] ~= y[1])
    assert.equal(6, y[2])
  end)

  it("has no answer where there is nothing", function()
    assert.error_matches(function() F.max(dg.zeros(0)) end, "max: an empty axis has no maximum")
    assert.error_matches(function() F.min(dg.zeros(2, 0), 2) end,
      "min: an empty axis has no minimum")
    assert.same({}, F.max(dg.zeros(0, 3), 2):totable())
  end)
end)

describe("min", function()
  it("is the least element", function()
    assert.equal(0, F.min(X):item())
    assert.same({ 1, 0, 2 }, F.min(X, 1):totable())
  end)
end)

describe("argmax", function()
  it("is where the greatest element is, counted from 1", function()
    assert.equal(4, F.argmax(X):item())
    assert.same({ 2, 1, 2 }, F.argmax(X, 1):totable())
    assert.same({ { 2 }, { 1 } }, F.argmax(X, 2, true):totable())
    assert.equal("int64", F.argmax(X).dtype)
    assert.equal(2, F.argmax(dg.tensor({ false, true, true }, "bool")):item())
  end)

  it("follows views", function()
    assert.same({ 2, 1 }, F.argmax(X:transpose(), 1):totable())
    assert.same({ 2, 1, 2 }, F.argmax(X:transpose(), 2):totable())
  end)

  it("finds NaN first", function()
    assert.equal(2, F.argmax(dg.tensor { 9, 0 / 0, 10 }):item())
  end)

  it("has no answer where there is nothing", function()
    assert.error_matches(function() F.argmax(dg.zeros(0)) end,
      "argmax: an empty axis has no maximum")
  end)
end)

describe("argmin", function()
  it("is where the least element is, counted from 1", function()
    assert.equal(5, F.argmin(X):item())
    assert.same({ 1, 2, 1 }, F.argmin(X, 1):totable())
  end)
end)
