local dg = require "dgraph"
local native = require "dgraph.native"
local op_case = require "spec.support.op_case"

local C, wrap = native.C, native.wrap

local function diagonal(x, k, i, j) return wrap(C.dg_diagonal(x, k, i, j)) end
local function eye(...) return wrap(C.dg_eye(C.DG_F32, ...)):totable() end
local function tri(...) return wrap(C.dg_tri(C.DG_F32, ...)):totable() end

for k = -1, 1 do
  op_case("diagonal " .. k, {
    f = function(x) return diagonal(x, k, 0, -1) end,
    inputs = function(r) return { r(-2, 2) } end,
    shapes = { { 1, 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
    bad_shapes = { { { 3 } } },
    error_name = "diagonal",
    elementwise = false,
    dtypes = { "int32", "int64", "uint8", "bool" },
    nan = "some",
  })
end

describe("diagonal", function()
  it("is a view of the elements on it", function()
    local x = dg.tensor { { 1, 2, 3 }, { 4, 5, 6 } }
    assert.same({ 1, 5 }, diagonal(x, 0, 0, 1):totable())
    assert.same({ 2, 6 }, diagonal(x, 1, 0, 1):totable())
    assert.same({ 4 }, diagonal(x, 1, 1, 0):totable())
    assert.same({ 0 }, diagonal(x, 7, 0, 1).shape)
    diagonal(x, 0, 0, 1)[2] = 0
    assert.equal(0, x[{ 2, 2 }]:item())
  end)

  it("refuses the same axis twice", function()
    assert.error_matches(function() diagonal(dg.zeros(2, 2), 0, 1, -1) end,
      "diagonal: axis 2 is given twice")
  end)
end)

describe("eye", function()
  it("has ones on its diagonal", function()
    assert.same({ { 1, 0, 0 }, { 0, 1, 0 } }, eye(2, 3, 0))
    assert.same({ { 0, 0 }, { 1, 0 }, { 0, 1 } }, eye(3, 2, -1))
    assert.same({ { 0, 0 }, { 0, 0 } }, eye(2, 2, 5))
  end)
end)

describe("tri", function()
  it("has ones on its diagonal and below", function()
    assert.same({ { 1, 0, 0 }, { 1, 1, 0 } }, tri(2, 3, 0))
    assert.same({ { 0, 0 }, { 1, 0 }, { 1, 1 } }, tri(3, 2, -1))
    assert.same({ { 1, 1 }, { 1, 1 } }, tri(2, 2, 1))
  end)
end)
