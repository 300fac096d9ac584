local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

op_case("prelu", {
  f = F.prelu,
  inputs = function(r) return { r.pick { -1.5, -0.5, 0.5, 1.5 }, r(-1, 1, { 3 }) } end,
  shapes = { { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  layouts = { { { 1, 1 }, { 1 } } },
  bad_shapes = { { { 4, 3 }, { 4 } } },
  usual = { 4, 3 },
  nan = "some",
  overwritten = { 1, 2 },
  known = { { { { -2, -2 }, { 3, 0 } }, { 0.25, -1 }, { { -0.5, 2 }, { 3, 0 } } } },
})

describe("prelu", function()
  it("takes slopes for more axes than one, or a single one", function()
    local x = dg.full({ 2, 3, 2 }, -1)
    assert.equal(-6, F.prelu(x, dg.full({}, 0.5)):sum():item())
    assert.equal(-6, F.prelu(x, dg.full({ 3, 2 }, 0.5)):sum():item())
  end)

  it("refuses slopes of another shape, or another dtype", function()
    assert.has_error(function() F.prelu(dg.ones(2, 3), dg.ones(2)) end,
      "prelu: shape 2 is not that of the axes from 2 on in 2x3")
    assert.has_error(function() F.prelu(dg.ones(2, 3), dg.ones({ 3 }, "float64")) end)
  end)
end)

op_case("rrelu", {
  f = function(x, r) return F.rrelu(x, { r = r }) end,
  inputs = function(r) return { r.pick { -1.5, -0.5, 0.5, 1.5 }, r(0, 1) } end,
  bad_shapes = { { { 2, 3 }, { 3, 2 } } },
  overwritten = { 1, 2 },
  nan = "some",
  known = { { { -2, 0, 3 }, { 0.25, 0.5, 0.5 }, { -0.5, 0, 3 } } },
})

describe("rrelu", function()
  it("draws slopes from 1/8 to 1/3, and gives them", function()
    dg.seed(1)
    local x = dg.full({ 400 }, -1)
    local y, r = F.rrelu(x, { return_r = true })
    assert.same((-r):totable(), y:totable())
    assert.is_true(r:min():item() >= 1 / 8 and r:max():item() < 1 / 3)
    assert.near((1 / 8 + 1 / 3) / 2, r:mean():item(), 0.01)
    assert.same(y:totable(), F.rrelu(x, { r = r }):totable())
    assert.not_same(y:totable(), F.rrelu(x):totable())
  end)

  it("takes their middle in tests, whatever r is", function()
    local x = dg.tensor { -1, 2 }
    dg.using_config("train", false, function()
      assert.near(-0.25, F.rrelu(x, 0.2, 0.3):totable()[1], 1e-7)
      local y, r = F.rrelu(x, { l = 0.25, u = 0.75, r = dg.ones(2), return_r = true })
      assert.same({ { -0.5, 2 }, { 0.5, 0.5 } }, { y:totable(), r:totable() })
    end)
  end)

  it("refuses bounds in the wrong order", function()
    assert.has_error(function() F.rrelu(dg.ones(2), 0.5, 0.5) end)
    assert.has_error(function() F.rrelu(dg.ones(2), -0.1) end)
    assert.has_error(function() F.rrelu(dg.ones(2), 0, 1) end)
    assert.has_error(function() F.rrelu(dg.ones({ 2 }, "int32")) end)
  end)
end)
