local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local function pair(r) return { r(-1, 1), r(-1, 1) } end

op_case("gaussian", {
  f = function(mean, ln_var, eps) return F.gaussian(mean, ln_var, eps) end,
  inputs = function(r) return { r(-1, 1), r(-1, 1), r(-1, 1) } end,
  known = { { { 1, 2 }, { 0, math.log(4) }, { 3, -1 }, { 4, 0 } } },
  bad_shapes = { { { 2, 3 }, { 3 }, { 2, 3 } }, { { 2, 3 }, { 2, 3 }, { 3 } } },
})

op_case("gumbel_softmax", {
  f = function(x)
    dg.seed(1)
    return F.gumbel_softmax(x, 0.7)
  end,
  inputs = function(r) return { r(-1, 1) } end,
  shapes = { { 1, 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  bad_shapes = { { { 3 }, error_name = "" } },
  inexact = true, random = true,
  nan = "some",
})

op_case("zoneout", {
  f = function(h, x)
    dg.seed(1)
    return F.zoneout(h, x, 0.4)
  end,
  inputs = pair,
  shapes = { { 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  inexact = true, random = true, nan = "some",
  bad_shapes = { { { 2, 3 }, { 3 } } },
})

describe("noise", function()
  local zeros, ones = dg.zeros({ 100, 100 }), dg.ones({ 100, 100 })

  it("of gaussian is normal, and given back", function()
    dg.seed(2)
    local y, eps = F.gaussian(ones * 3, ones * math.log(4), { return_eps = true })
    assert.near(3, y:mean():item(), 0.1)
    assert.near(4, F.mean(F.square(y - 3)):item(), 0.2)
    assert.near(0, F.abs(y - (3 + 2 * eps)):max():item(), 1e-5)
    assert.same(y:totable(), F.gaussian(ones * 3, ones * math.log(4), eps):totable())
    assert.is_nil((select(2, F.gaussian(zeros, zeros))))
  end)

  it("of gumbel_softmax chooses by the probabilities", function()
    dg.seed(3)
    local pi = F.log(dg.tensor { 0.5, 0.3, 0.2 })
    local y = F.gumbel_softmax(F.broadcast_to(pi, { 4000, 3 }))
    assert.near(0, F.abs(F.sum(y, 2) - 1):max():item(), 1e-5)
    local counts = { 0, 0, 0 }
    for _, k in ipairs(y:argmax(2):totable()) do counts[k] = counts[k] + 1 / 4000 end
    assert.near(0.5, counts[1], 0.04)
    assert.near(0.2, counts[3], 0.04)
    dg.seed(4)
    local a = F.gumbel_softmax(zeros)
    dg.seed(4)
    assert.same(a:totable(), F.gumbel_softmax(zeros, 0.1, 2):totable())
    assert.is_true(a:max():item() > 0.999)
  end)

  it("of zoneout keeps half of h, and only while training", function()
    dg.seed(5)
    assert.near(0.5, F.zoneout(ones, zeros):mean():item(), 0.03)
    assert.near(0.2, F.zoneout(ones, zeros, 0.2):mean():item(), 0.03)
    dg.using_config("train", false, function()
      assert.equal(0, F.zoneout(ones, zeros):mean():item())
    end)
  end)

  it("refuses what makes no sense", function()
    assert.error_matches(function() F.gumbel_softmax(zeros, 0) end, "gumbel_softmax: tau is 0")
    assert.error_matches(function() F.zoneout(ones, zeros, 2) end, "zoneout: the ratio is 2")
    assert.error_matches(function() F.gaussian(ones, zeros, { epsilon = 1 }) end, "unknown option")
  end)
end)
