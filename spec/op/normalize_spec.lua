local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("normalize", {
  f = F.normalize,
  inputs = function(r) return { r(0.5, 2) } end,
  shapes = { { 1, 1 }, { 0, 3 }, { 3, 0 }, { 4, 3 }, { 2, 3, 2 } },
  known = { { { { 3, 4 }, { 0, 0 } }, { { 3 / (5 + 1e-5), 4 / (5 + 1e-5) }, { 0, 0 } } } },
  overwritten = { 1 },
  nan = "some",
})

op_case("normalize along axes", {
  f = function(x) return F.normalize(x, { axis = { 1, 3 }, eps = 0.1 }) end,
  inputs = function(r) return { r(0.5, 2) } end,
  shapes = { { 1, 2, 3 }, { 2, 3, 2 } },
  nan = "some",
  error_name = "normalize",
})

for axis = 1, 2 do
  op_case("weight_norm along axis " .. axis, {
    f = function(v, g) return F.weight_norm(v, g, axis) end,
    inputs = function(r)
      local v = r(0.5, 2)
      local own = {}
      for i, size in ipairs(v.shape) do own[i] = i == axis and size or 1 end
      return { v, r(0.5, 2, own) }
    end,
    shapes = axis == 1 and { { 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } } or { { 4, 3 }, { 2, 3, 2 } },
    bad_shapes = { { { 2, 3 }, { 4, 5 } } },
    overwritten = { 1 },
    nan = "some",
    error_name = "weight_norm",
  })
end

op_case("weight_norm", {
  f = F.weight_norm,
  inputs = function(r) return { r(0.5, 2, { 2, 3 }), r(0.5, 2, { 2, 1 }) } end,
  shapes = { { 2, 3 }, { 2, 3 } },
  known = { { { { 3, 4 }, { 0, 2 } }, { { 10 }, { 3 } }, { { 6, 8 }, { 0, 3 } } } },
  nan = "some",
})

describe("normalize", function()
  it("has a gradient where x is 0", function()
    local x = dg.Variable { { 0, 0 }, { 3, 4 } }
    F.normalize(x, 0.5):sum():backward()
    assert.same({ 2, 2 }, x.grad:totable()[1])
  end)

  it("gives NaN for NaN, along its axis alone", function()
    local y = F.normalize(dg.tensor { { 0 / 0, 1 }, { 0, 2 } }, 0):totable()
    assert.is_true(y[1][1] ~= y[1][1] and y[1][2] ~= y[1][2])
    assert.same({ 0, 1 }, y[2])
  end)

  it("refuses an axis that is not there, and integers", function()
    assert.error_matches(function() F.normalize(dg.zeros(3)) end,
      "normalize: axis 2 is out of range for 1 axes")
    assert.error_matches(function() F.normalize(dg.zeros({ 2, 3 }, "int32")) end,
      "normalize: wanted a float tensor, got int32")
  end)
end)
