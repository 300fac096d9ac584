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

for kind, is_batchwise in pairs { ["for each sample"] = true, ["for all alike"] = false } do
  op_case("simplified_dropconnect " .. kind, {
    f = function(x, W, b)
      dg.seed(1)
      return F.simplified_dropconnect(x, W, b, 0.4, { use_batchwise_mask = is_batchwise })
    end,
    inputs = function(r)
      local x = r(-1, 1)
      return { x, r(-1, 1, { 2, x.size / math.max(x.shape[1] or 1, 1) }), r(-1, 1, { 2 }) }
    end,
    elementwise = false,
    shapes = { { 1, 1 }, { 3, 0 }, { 4, 3 }, { 2, 3, 2 } },
    bad_shapes = { { { 4, 3 }, { 2, 2 }, { 2 } }, { { 4, 3 }, { 3 }, { 2 } },
      { { 4, 3 }, { 2, 3 }, { 1 } }, { { 3 }, { 2, 1 }, { 2 } } },
    random = true, inexact = true,
    nan = "some",
  })
end

--- Of a shape, 1 and 0 in turn.
local function every_other(like, ...)
  local ones = dg.arange(dg.ones({ ... }).size):reshape(...) % 2
  return F.cast(ones, like.dtype):to(like.device)
end

op_case("simplified_dropconnect with a mask", {
  f = function(x, W, b)
    return F.simplified_dropconnect(x, W, b, 0.5, true, every_other(x, x.shape[1], 2, x.shape[2]))
  end,
  inputs = function(r)
    local x = r(-1, 1)
    return { x, r(-1, 1, { 2, x.shape[2] or 1 }), r(-1, 1, { 2 }) }
  end,
  elementwise = false,
  shapes = { { 1, 1 }, { 0, 3 }, { 4, 3 } },
  usual = { 4, 3 },
  known = { { -- of the samples, the first loses column 1 of W, then column 1 again
    { { 1, 2 }, { 3, 4 } }, { { 1, 2 }, { 3, 4 } }, { 0, 1 }, { { 8, 17 }, { 16, 33 } },
  } },
  overwritten = { 1 },
  nan = "some",
})

describe("simplified_dropconnect", function()
  local W = dg.ones(30, 40)

  it("drops half of the weights by default, others for each sample, doubles the rest", function()
    dg.seed(6)
    local rows = dg.eye(40)
    local y = F.simplified_dropconnect(rows, W)
    assert.near(1, y:mean():item(), 0.1)
    assert.equal(1200, (y:eq(0):sum() + y:eq(2):sum()):item())
    local same = F.simplified_dropconnect(F.broadcast_to(rows[1], { 9, 40 }), W)
    assert.is_true(same[1]:ne(same[2]):sum():item() > 0)
    local alike = F.simplified_dropconnect(F.broadcast_to(rows[1], { 9, 40 }), W,
      { use_batchwise_mask = false })
    assert.is_true(alike[1]:ne(0):sum():item() < 30)
    for i = 2, 9 do assert.same(alike[1]:totable(), alike[i]:totable()) end
  end)

  it("has Chainer's order of arguments", function()
    local mask = dg.zeros(40, 30, 40)
    local b = dg.ones(30)
    local y = F.simplified_dropconnect(dg.eye(40), W, b, 0.75, true, mask, false)
    assert.same(dg.ones(40, 30):totable(), y:totable())
  end)

  it("is linear where it is not trained, or drops nothing", function()
    local x, b = dg.randn(5, 2, 20), dg.randn(30)
    local wanted = F.linear(x, W, b):totable()
    assert.same(wanted, F.simplified_dropconnect(x, W, b, 0.5, false):totable())
    assert.same(wanted, dg.test_mode(F.simplified_dropconnect, x, W, b):totable())
    assert.same(wanted, F.simplified_dropconnect(x, W, b, 0):totable())
  end)

  it("computes products in 16 bits under autocast", function()
    local x, b = dg.ones(3, 40), dg.ones(30)
    for _, options in ipairs { {}, { use_batchwise_mask = false }, { mask = W } } do
      local leaf = dg.Variable(W)
      local y = dg.autocast("bfloat16", F.simplified_dropconnect, x, leaf, b, 0.5, options)
      y:sum():backward()
      assert.equal("float32", leaf.grad.dtype)
      assert.same({ 3, 30 }, y.shape)
    end
    assert.has_error(function() F.simplified_dropconnect(x, F.cast(W, "float64")) end)
  end)

  it("says what does not fit", function()
    local x = dg.ones(2, 40)
    for text, arguments in pairs {
      ["x has 1 axes, wanted 2 or more"] = { dg.ones(40), W },
      ["W is 30x40, wanted out x 3"] = { dg.ones(2, 3), W },
      ["b is 3, wanted 30"] = { x, W, dg.ones(3) },
      ["the mask is 2x40, wanted 30x40 or 2x30x40"] = { x, W, nil, 0, true, x },
      ["the ratio is -1, wanted one from 0 to below 1"] = { x, W, nil, -1 },
    } do
      local good, got = pcall(F.simplified_dropconnect, unpack(arguments, 1, 6))
      assert.is_false(good, text)
      assert.matches("F.simplified_dropconnect: " .. text, got, 1, true)
    end
  end)
end)

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
