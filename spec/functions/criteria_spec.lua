local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local function ids(t, dtype) return dg.tensor(t, dtype or "int32") end
local function double(t) return dg.tensor(t, "float64") end
local function cast(x, like) return F.cast(x, like.dtype) end

--- A case for each reduction; "none" gives one number for each element.
local function each_reduction(name, f, inputs, more)
  for _, reduction in ipairs { "mean", "sum", "none" } do
    local each = reduction == "none"
    local case = {
      f = function(...) return f(reduction, ...) end,
      inputs = inputs,
      elementwise = each, nan = not each and "some" or nil,
      shapes = { { 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
      bad_shapes = { { { 2, 3 }, { 3 } }, { { 2, 3 }, { 1, 3 } } },
      error_name = name:match "^[%w_]+",
    }
    for k, v in pairs(more or {}) do case[k] = v end
    op_case(reduction == "mean" and name or name .. ", " .. reduction, case)
  end
end

local LABELS, MAPS = ids { 2, 1, -100, 3, 3 }, ids { { 1, 2 }, { -100, 3 } }
local WEIGHT = double { 0.5, 2, 3 }

each_reduction("nll_loss", function(reduction, x)
  return F.nll_loss(x, LABELS:to(x.device), { reduction = reduction })
end, function(r) return { r(-2, 0, { 5, 3 }) } end,
  { elementwise = false, nan = "some", shapes = { {} }, bad_shapes = { { { 4, 3 } }, { { 5 } } } })

each_reduction("nll_loss of rows", function(reduction, x)
  return F.nll_loss(x, dg.ones({ x:dim(1) }, "int32"), { reduction = reduction })
end, function(r) return { r(-2, 0) } end,
  { elementwise = false, nan = "some", shapes = { { 0, 3 }, { 1, 2 }, { 1, 1 } }, bad_shapes = {} })

each_reduction("nll_loss by weights", function(reduction, x, weight)
  return F.nll_loss(x, MAPS:to(x.device), weight, -100, reduction)
end, function(r) return { r(-2, 0, { 2, 3, 2 }), r(0.5, 2, { 3 }) } end,
  { elementwise = false, nan = "some", shapes = { {} },
    bad_shapes = { { { 2, 3, 2 }, { 2 } }, { { 2, 3, 1 }, { 3 } } } })

local function pair(r) return { r(-2, 2), r(0.1, 0.9) } end

each_reduction("binary_cross_entropy_with_logits", function(reduction, x, t)
  return F.binary_cross_entropy_with_logits(x, t, { reduction = reduction })
end, pair)
each_reduction("bce_with_logits", function(reduction, x, t)
  return F.bce_with_logits(x, t, { reduction = reduction })
end, pair, { error_name = "binary_cross_entropy_with_logits" })
each_reduction("bce_with_logits by weights", function(reduction, x, t)
  local w, p = cast(double { 0.5, 2, 1 }, x), cast(double { 3, 1, 0.5 }, x)
  return F.bce_with_logits(x, t, w, reduction, p)
end, function(r) return { r(-2, 2, { 4, 3 }), r(0.1, 0.9, { 4, 3 }) } end,
  { shapes = { { 4, 3 } }, bad_shapes = {}, nan = "some",
    error_name = "binary_cross_entropy_with_logits" })
each_reduction("kl_div", function(reduction, x, t)
  return F.kl_div(x, t, reduction)
end, pair)
each_reduction("kl_div of logarithms", function(reduction, x, t)
  return F.kl_div(x, t, { reduction = reduction, log_target = true })
end, pair)
each_reduction("smooth_l1_loss", function(reduction, x, t)
  return F.smooth_l1_loss(x, t, reduction, 0.7)
end, function(r) return { r(-2, 2), r(-2, 2) } end)
each_reduction("smooth_l1", function(reduction, x, t)
  return F.smooth_l1(x, t, { reduction = reduction, beta = 0 })
end, function(r) return { r(-2, 2), r(-2, 2) } end, { error_name = "smooth_l1_loss" })
each_reduction("sigmoid_focal_loss", function(reduction, x, t)
  return F.sigmoid_focal_loss(x, t, { reduction = reduction })
end, pair)
each_reduction("sigmoid_focal_loss of other settings", function(reduction, x, t)
  return F.sigmoid_focal_loss(x, t, -1, 1.5, reduction)
end, pair)

op_case("cosine_similarity", {
  f = function(a, b) return F.cosine_similarity(a, b) end,
  inputs = function(r) return { r(-2, 2), r(-2, 2) } end,
  shapes = { { 2, 3, 2 }, { 0, 3 }, { 4, 3 }, { 3, 1 } },
  elementwise = false, nan = "some",
  bad_shapes = { { { 2, 3 }, { 2, 2 } } },
  known = { { { { 3, 4 } }, { { 4, 3 } }, { 24 / 25 } } },
  error_name = "",
})
op_case("cosine_similarity of one element", { -- in one dimension it is the sign, without a slope
  f = function(a, b) return F.cosine_similarity(a, b) end,
  inputs = function(r) return { r(1, 2), r(1, 2) } end,
  shapes = { { 1, 1 } },
  elementwise = false, nan = "some",
  error_name = "",
})
op_case("cosine_similarity that broadcasts", {
  f = function(a, b) return F.cosine_similarity(a, b, { axis = -1 }) end,
  inputs = function(r) return { r(-2, 2, { 2, 1, 3 }), r(-2, 2, { 4, 3 }) } end,
  shapes = { {}, {} },
  elementwise = false, nan = "some",
  error_name = "",
})

describe("losses of PyTorch", function()
  local x, t = double { { -1, -2, 0.5 }, { -3, -0.1, -1 } }, double { { 0, 1, 0 }, { 1, 1, 0.5 } }

  local function same(wanted, got) assert.same(wanted:totable(), got:totable()) end

  it("have its defaults", function()
    same(F.nll_loss(x, ids { 1, 3 }, nil, -100, "mean"), F.nll_loss(x, ids { 1, 3 }))
    assert.equal(1, F.nll_loss(x, ids { 1, -100 }):item())
    local bce = F.binary_cross_entropy_with_logits(x, t, nil, "mean")
    same(bce, F.binary_cross_entropy_with_logits(x, t))
    same(bce, F.bce_with_logits(x, t))
    same(F.kl_div(x, t, "mean", false), F.kl_div(x, t))
    same(F.cosine_similarity(x, t, 2, 1e-8), F.cosine_similarity(x, t))
    same(F.smooth_l1_loss(x, t, "mean", 1), F.smooth_l1_loss(x, t))
    same(F.smooth_l1_loss(x, t), F.smooth_l1(x, t))
    same(F.sigmoid_focal_loss(x, t, 0.25, 2, "none"), F.sigmoid_focal_loss(x, t))
  end)

  it("leave ignored labels out, whatever stands there", function()
    local nan = double { { 0 / 0, 1 }, { -1, -2 } }
    assert.equal(2, F.nll_loss(nan, ids { -100, 2 }):item())
    assert.same({ 0, 2 }, F.nll_loss(nan, ids { -100, 2 }, { reduction = "none" }):totable())
    assert.equal(1, F.nll_loss(nan, ids { 2, 1 }, { ignore_index = 2 }):item())
    local weighted = F.nll_loss(x, ids { 1, 3 }, WEIGHT)
    assert.near((0.5 * 1 + 3 * 1) / 3.5, weighted:item(), 1e-14)
  end)

  it("take a target of 0 where its logarithm would be infinite", function()
    local target = dg.Variable({ 0, 1 }, { dtype = "float64" })
    local y = F.kl_div(double { -1, -2 }, target, "none")
    assert.same({ 0, 2 }, y:totable())
    assert.near(1, F.kl_div(double { { -1, -2 }, { 0, 0 } }, double { { 0, 1 }, { 0, 0 } },
      "batchmean"):item(), 1e-14)
  end)

  it("find no angle at a vector of zeros", function()
    local a = dg.Variable { { 0, 0 } }
    local y = F.cosine_similarity(a, dg.tensor { { 1, 2 } })
    assert.same({ 0 }, y:totable())
    y:sum():backward()
    assert.is_true(a.grad[1][1]:item() == a.grad[1][1]:item())
  end)

  it("refuse what does not fit", function()
    assert.error_matches(function() F.nll_loss(x, ids { 1, 4 }) end,
      "nll_loss: label 4 %(element 2%) is not one of 1 to 3")
    assert.error_matches(function() F.nll_loss(x, ids { 1, 2 }, double { 1, 2 }) end,
      "nll_loss: weight is float64 2, wanted float64 3")
    assert.error_matches(function() F.nll_loss(x, ids { 1 }) end, "nll_loss: labels of int32 1")
    assert.error_matches(function() F.nll_loss(x, ids { 1, 2 }, { reduction = "no" }) end,
      'nll_loss: reduction must be "mean", "sum" or "none", got "no"')
    assert.error_matches(function() F.smooth_l1(x, t, "mean", -1) end,
      "smooth_l1_loss: beta is %-1")
    assert.error_matches(function() F.bce_with_logits(x, t, dg.ones({ 4, 2, 3 }, "float64")) end,
      "with_logits: a weight does not broadcast to 2x3")
  end)
end)
