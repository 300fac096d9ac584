local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local function labels(t) return dg.tensor(t, "int32") end

op_case("accuracy", {
  f = function(y)
    local t = dg.ones({ y.ndim > 0 and y:dim(1) or 0 }, "int32")
    return F.accuracy(y, t)
  end,
  inputs = function(r) return { r.pick { 1, 2, 3 } } end,
  shapes = { { 1, 1 }, { 0, 3 }, { 4, 3 }, { 5, 3 } },
  bad_shapes = { { { 3 } }, { { 2, 3, 2 } } },
  elementwise = false,
  dtypes = { "int32", "int64", "uint8", "bool" },
  result_dtype = true,
  differentiable = false,
  nan = "none",
})

describe("accuracy", function()
  local y = dg.tensor({ { 0, 1 }, { 1, 0 }, { 0, 1 }, { 1, 0 } }, "float64")

  it("is the share of rows that are right", function()
    local share = F.accuracy(y, labels { 2, 2, 2, 1 })
    assert.equal(0.75, share:item())
    assert.equal("float64", share.dtype)
    assert.same({}, share.shape)
    assert.is_false(F.accuracy(dg.Variable(y), labels { 2, 2, 2, 1 }).requires_grad)
  end)

  it("does not count ignored rows", function()
    assert.equal(0.5, F.accuracy(y, labels { 2, 2, -1, -1 }, -1):item())
    assert.equal(0, F.accuracy(y, labels { -1, -1, -1, -1 }, -1):item())
    assert.equal(0, F.accuracy(dg.zeros(0, 3), dg.zeros({ 0 }, "int32")):item())
  end)

  it("takes maps and views", function()
    local map = dg.tensor { { { 1, 0 }, { 0, 5 }, { 2, 3 } } }
    assert.equal(0.5, F.accuracy(map, labels { { 3, 3 } }):item())
    assert.equal(0.5, F.accuracy(y[{ { 1, 2 } }]:transpose(), labels { 2, 2 }):item())
  end)

  it("refuses what does not fit", function()
    assert.error_matches(function() F.accuracy(y, labels { 1, 2, 1, 0 }) end,
      "accuracy: label 0 %(element 4%) is not one of 1 to 2: classes count from 1")
    assert.error_matches(function() F.accuracy(y, labels { 1, 2 }) end,
      "accuracy: labels of shape 2 do not fit 4x2")
    assert.error_matches(function() F.accuracy(y, dg.zeros(4)) end, "accuracy: wanted int32")
  end)
end)
