local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local function ids(t, dtype) return dg.tensor(t, dtype or "int32") end
local function double(t) return dg.tensor(t, "float64") end

--- A case of a loss: some inputs of one shape; `each` says that it gives a number for each element.
local function loss_case(name, f, count, each, more)
  local case = {
    f = f,
    inputs = function(r)
      local xs = {}
      for i = 1, count do xs[i] = r(-2, 2) end
      return xs
    end,
    elementwise = each == true,
    nan = not each and "some" or nil,
    shapes = { { 0, 3 }, { 4, 3 }, { 2, 3, 2 }, { 1, 1 } },
    usual = { 4, 3 },
    bad_shapes = { { { 2, 3 }, { 3 }, { 3 } }, { { 2, 3 }, { 1, 3 }, { 2, 1 } } },
    error_name = name:match "^[%w_]+",
  }
  for k, v in pairs(more or {}) do case[k] = v end
  op_case(name, case)
end

for name, f in pairs {
  absolute_error = F.absolute_error, squared_error = F.squared_error,
  squared_difference = F.squared_difference,
} do
  loss_case(name, f, 2, true, {
    shapes = { {}, { 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
    known = { { { 1, -2 }, { 3, 1 }, name == "absolute_error" and { 2, 3 } or { 4, 9 } } },
  })
end

loss_case("mean_absolute_error", F.mean_absolute_error, 2, false, {
  shapes = { {}, { 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  known = { { { 1, -2 }, { 3, 1 }, 2.5 } },
})

loss_case("huber_loss", function(x, t) return F.huber_loss(x, t, 0.7) end, 2, false, {
  known = { { { { 1, 2, 0 } }, { { 1.5, 0, 0 } }, { 0.125 + 0.7 * (2 - 0.35) } } },
})
loss_case("huber_loss, each", function(x, t) return F.huber_loss(x, t, 0.7, "no") end, 2, true)

local LABELS = ids { 1, 3, 2, 3 }
local function rows(r) return { r(-2, 2, { 4, 3 }) } end
for _, norm in ipairs { "L1", "L2" } do
  for _, reduce in ipairs { "mean", "no" } do
    loss_case(("hinge %s %s"):format(norm, reduce), function(x)
      return F.hinge(x, LABELS, { norm = norm, reduce = reduce })
    end, 1, false, { inputs = rows, shapes = { {}, {} }, bad_shapes = {} })
  end
end
loss_case("hinge", function(x) return F.hinge(x, LABELS) end, 1, false,
  { inputs = rows, shapes = { {} }, bad_shapes = { { { 3, 3 } }, { { 4 } } } })
loss_case("hinge of one score", function(x)
  return F.hinge(x, dg.ones({ x:dim(1) }, "int32"))
end, 1, false, { shapes = { { 0, 3 }, { 3, 2 }, { 1, 1 } }, usual = { 3, 2 }, bad_shapes = {} })

local SAME = ids { 1, 0, 0, 1 }
for _, reduce in ipairs { "mean", "no" } do
  loss_case("contrastive" .. (reduce == "no" and ", each" or ""), function(x0, x1)
    return F.contrastive(x0, x1, SAME, 3, reduce)
  end, 2, false, {
    shapes = { { 4, 3 }, { 4, 1 } },
    bad_shapes = { { { 4, 3 }, { 4, 2 } }, { { 3, 3 }, { 3, 3 } } },
  })
  loss_case("contrastive of one pair" .. (reduce == "no" and ", each" or ""), function(x0, x1)
    return F.contrastive(x0, x1, dg.zeros({ x0:dim(1) }, "int32"), 3, reduce)
  end, 2, false, { shapes = { { 0, 2 }, { 1, 1 }, { 1, 2 } }, usual = { 1, 2 } })
  loss_case("triplet" .. (reduce == "no" and ", each" or ""), function(a, p, n)
    return F.triplet(a, p, n, 0.5, reduce)
  end, 3, false, { shapes = { { 4, 3 }, { 0, 2 }, { 1, 1 }, { 2, 1 } }, usual = { 4, 3 } })
end

local CODE = { { 1, 0 }, { 3, 4 } } -- of mean (2, 2): variances 1 and 4, covariance 2
for reduce, known in pairs {
  half_squared_sum = { 10, 4 }, no = { { { 2 }, { 4 } }, { { 0, 2 }, { 2, 0 } } },
} do
  local each = reduce == "no" and ", each" or ""
  loss_case("cross_covariance" .. each, function(y, z) return F.cross_covariance(y, z, reduce) end,
    2, false, {
      known = { { CODE, { { -1 }, { 3 } }, known[1] } },
      shapes = { { 0, 3 }, { 4, 3 }, { 1, 1 } },
      layouts = { { { 4, 3 }, { 4, 2 } } },
      bad_shapes = { { { 4, 3 }, { 3, 3 } }, { { 4 }, { 4 } }, { { 4, 3 }, { 4, 3, 2 } } },
    })
  loss_case("decov" .. each, function(h) return F.decov(h, reduce) end, 1, false, {
    known = { { CODE, known[2] } }, shapes = { { 0, 3 }, { 4, 3 }, { 1, 1 } },
    bad_shapes = { { { 4 } }, { { 4, 3, 2 } } },
  })
end

for _, reduce in ipairs { "sum", "mean", "no" } do
  local suffix = reduce == "sum" and "" or ", " .. reduce
  local shapes = { {}, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } }
  loss_case("gaussian_kl_divergence" .. suffix, function(mean, ln_var)
    return F.gaussian_kl_divergence(mean, ln_var, reduce)
  end, 2, reduce == "no", { shapes = shapes })
  loss_case("gaussian_nll" .. suffix, function(x, mean, ln_var)
    return F.gaussian_nll(x, mean, ln_var, reduce)
  end, 3, reduce == "no", { shapes = shapes })
  loss_case("bernoulli_nll" .. suffix, function(x, y)
    return F.bernoulli_nll(x, y, reduce)
  end, 2, reduce == "no", { shapes = shapes })
end

describe("losses", function()
  local x, t = double { { 1, -2, 0.5 }, { 3, 0, -1 } }, double { { 0, 1, 0 }, { 1, 1, 1 } }

  local function same(wanted, got) assert.same(wanted:totable(), got:totable()) end

  it("have Chainer's defaults", function()
    same(F.sum(F.huber_loss(x, t, 1, "no"), 2), F.huber_loss(x, t, 1))
    assert.same({ 2 }, F.huber_loss(x, t, 1).shape)
    local label = ids { 1, 3 }
    same(F.hinge(x, label, "L1", "mean"), F.hinge(x, label))
    same(F.hinge(x, label, "L1", "no"), F.hinge(x, label, { reduce = "no" }))
    same(F.contrastive(x, t, ids { 1, 0 }, 1, "mean"), F.contrastive(x, t, ids { 1, 0 }))
    same(F.triplet(x, t, x, 0.2, "mean"), F.triplet(x, t, x))
    same(F.gaussian_kl_divergence(x, t, "sum"), F.gaussian_kl_divergence(x, t))
    same(F.gaussian_nll(x, t, t, "sum"), F.gaussian_nll(x, t, t))
    same(F.bernoulli_nll(x, t, "sum"), F.bernoulli_nll(x, t))
  end)

  it("divide hinge losses by the rows", function()
    local each = F.hinge(x, ids { 1, 3 }, { reduce = "no" })
    assert.same({ { 0, 0, 1.5 }, { 4, 1, 2 } }, each:totable())
    assert.near(8.5 / 2, F.hinge(x, ids { 1, 3 }):item(), 1e-14)
    assert.near((2.25 + 16 + 1 + 4) / 2, F.hinge(x, ids { 1, 3 }, "L2"):item(), 1e-14)
  end)

  it("have no gradient where both of a contrastive pair are one", function()
    local a, b = dg.Variable { { 1, 2 } }, dg.Variable { { 1, 2 } }
    local loss = F.contrastive(a, b, ids { 0 })
    assert.equal(0.5, loss:item())
    loss:backward()
    assert.same({ { 0, 0 } }, a.grad:totable())
  end)

  it("refuse unknown names and numbers", function()
    assert.error_matches(function() F.huber_loss(x, t, 0) end, "huber_loss: delta is 0, wanted")
    assert.error_matches(function() F.huber_loss(x, t, 1, "mean") end,
      'huber_loss: reduce must be "sum_along_second_axis" or "no", got "mean"')
    assert.error_matches(function() F.hinge(x, ids { 1, 4 }) end,
      "hinge: label 4 %(element 2%) is not one of 1 to 3")
    assert.error_matches(function() F.hinge(x, ids { 1, 2 }, "L3") end,
      'hinge: norm must be "L1" or "L2", got "L3"')
    assert.error_matches(function() F.hinge(x, ids { 1 }) end,
      "hinge: labels of int32 1 do not fit float64 2x3")
    assert.error_matches(function() F.triplet(x, t, x, -1) end, "triplet: the margin is %-1")
    assert.error_matches(function() F.contrastive(x, t, ids { 1 }) end,
      "contrastive: y has shape 1, wanted 2")
    assert.error_matches(function() F.gaussian_nll(x, t, t, "none") end,
      'gaussian_nll: reduce must be "sum", "mean" or "no", got "none"')
    assert.error_matches(function() F.squared_error(x, x[1]) end,
      "squared_error: float64 2x3 and float64 3 differ")
  end)
end)
