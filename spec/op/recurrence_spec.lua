local dg = require "dgraph"
local native = require "dgraph.native"
local op_case = require "spec.support.op_case"

local C, F, wrap = native.C, dg.F, native.wrap

for axis = -1, 0 do
  for reverse = 0, 1 do
    op_case(("recurrence along axis %d, reverse %d"):format(axis, reverse), {
      f = function(a, b) return wrap(C.dg_recurrence(a, b, axis, reverse, 0.5)) end,
      error_name = "recurrence",
      inputs = function(r) return { r(-1, 1), r(-2, 2) } end,
      shapes = { { 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
      bad_shapes = { { { 2, 3 }, { 3 } } },
      nan = "some",
      overwritten = { 1, "y" },
      known = { { { 2, 3, 4 }, { 1, 10, 100 },
        reverse == 0 and { 2, 16, 164 } or { 633, 316, 102 } } },
    })
  end
end

op_case("cumprod", {
  f = function(x) return F.cumprod(x, -1) end,
  inputs = function(r) return { r.pick { -1.5, 0, 0.7, 2 } } end,
  shapes = { { 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  nan = "some",
  overwritten = { 1, "y" },
  known = { { { 1, 2, 3, 0, 5 }, { 1, 2, 6, 0, 0 } } },
})

op_case("prod", {
  f = function(x) return F.prod(x, -1) end,
  bad_shapes = { { {} } },
  inputs = function(r) return { r.pick { -1.5, 0, 0, 0.7, 2 } } end,
  elementwise = false,
  shapes = { { 1 }, { 0, 3 }, { 3, 0 }, { 6, 4 }, { 2, 3, 2 } },
  usual = { 6, 4 },
  nan = "some",
  overwritten = { 1 },
  known = { { { { 1, 2, 3 }, { -4, 0, 2 } }, { 6, 0 } }, { { {}, {} }, { 1, 1 } } },
})

describe("cumprod", function()
  it("goes along the first axis where none is named", function()
    local x = dg.tensor { { 1, 2 }, { 3, 4 }, { 5, 6 } }
    assert.same({ { 1, 2 }, { 3, 8 }, { 15, 48 } }, F.cumprod(x):totable())
    assert.same({ { 1, 2 }, { 3, 12 }, { 5, 30 } }, F.cumprod(x, 2):totable())
    assert.has_error(function() F.cumprod(x, 3) end, "cumprod: axis 3 is out of range for 2 axes")
  end)

  it("has a gradient behind a zero", function()
    local x = dg.Variable { 2, 0, 3, 5 }
    F.cumprod(x):sum():backward()
    assert.same({ 1, 2 + 6 + 30, 0, 0 }, x.grad:totable())
  end)
end)

describe("prod", function()
  it("goes over some axes, or all, and keeps them", function()
    local x = dg.tensor { { { 1, 2 }, { 3, 4 } }, { { 5, 6 }, { 7, 8 } } }
    assert.equal(40320, F.prod(x):item())
    assert.same({ 1 * 2 * 5 * 6, 3 * 4 * 7 * 8 }, F.prod(x, { 1, 3 }):totable())
    assert.same({ { { 2, 12 } }, { { 30, 56 } } }, F.prod(x:swapaxes(2, 3), 2, true):totable())
    assert.same({ { { 24 } }, { { 1680 } } },
      F.prod(x, { axis = { -1, 2 }, keepdims = true }):totable())
    assert.equal(7, F.prod(dg.full({}, 7)):item())
    assert.equal(1, F.prod(dg.zeros(0)):item())
  end)

  it("has a gradient beside one zero, and none beside two", function()
    local x = dg.Variable { { 2, 0, 3 }, { 0, 0, 4 } }
    F.prod(x, 2):sum():backward()
    assert.same({ { 0, 6, 0 }, { 0, 0, 0 } }, x.grad:totable())
  end)
end)
