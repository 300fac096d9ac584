local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local function labels(t, dtype) return dg.tensor(t, dtype or "int32") end

local FIVE = { 1, 3, 4, 2, 1 }
local SKIPPING = { 1, -1, 4, -1, 1 }
local DEEP = { { { 1, 2 }, { 3, 4 }, { -1, 1 } }, { { 2, 3 }, { 4, 4 }, { 3, 2 } } }
local WEIGHT = dg.tensor({ 0.5, 1, 2, 3 }, "float64")

local CASES = {
  ["labels"] = { { 5, 4 }, labels(FIVE), {} },
  ["uint8 labels, a row each"] = { { 5, 4 }, labels(FIVE, "uint8"), { reduce = "no" } },
  ["ignored labels"] = { { 5, 4 }, labels(SKIPPING, "int64"), {} },
  ["ignored labels, all rows"] = { { 5, 4 }, labels(SKIPPING), { normalize = false } },
  ["weighted labels"] = { { 5, 4 }, labels(SKIPPING), { class_weight = WEIGHT } },
  ["weighted labels, a row each"] = {
    { 5, 4 }, labels(SKIPPING), { class_weight = WEIGHT, reduce = "no" },
  },
  ["maps of labels"] = { { 2, 4, 3, 2 }, labels(DEEP), {} },
  ["maps of labels, a row each"] = { { 2, 4, 3, 2 }, labels(DEEP), { reduce = "no" } },
}

for name, case in pairs(CASES) do
  local shape, t, options = unpack(case)
  op_case("softmax_cross_entropy of " .. name, {
    f = function(x)
      local o = {}
      for k, v in pairs(options) do o[k] = v end
      if o.class_weight then o.class_weight = F.cast(WEIGHT, x.dtype) end
      return F.softmax_cross_entropy(x, t, o)
    end,
    inputs = function(r) return { r(-2, 2, shape) } end,
    shapes = { {} },
    bad_shapes = { { { 5 } }, { { 3, 4 } } },
    elementwise = false,
    bad_dtypes = options.class_weight and {} or nil,
    nan = "some",
    overwritten = { 1 },
    error_name = "softmax_cross_entropy",
  })
end

for _, n in ipairs { 0, 1 } do
  op_case("softmax_cross_entropy of rows, " .. n, {
    f = function(x) return F.softmax_cross_entropy(x, labels(dg.ones(n))) end,
    inputs = function(r) return { r(-2, 2, { n, 1 }) } end,
    shapes = { {} },
    elementwise = false,
    error_name = "softmax_cross_entropy",
  })
end

for _, reduce in ipairs { "mean", "no" } do
  op_case("softmax_cross_entropy of soft targets, " .. reduce, {
    f = function(x, t) return F.softmax_cross_entropy(x, t, { reduce = reduce }) end,
    inputs = function(r) return { r(-2, 2, { 5, 4 }), r(0, 1, { 5, 4 }) } end,
    shapes = { {} },
    layouts = { { { 0, 3 }, { 0, 3 } }, { { 1, 1 }, { 1, 1 } } },
    bad_shapes = { { { 5, 4 }, { 5, 3 } }, { { 5, 4 }, { 4 } } },
    elementwise = false,
    bad_dtypes = {},
    nan = "some",
    error_name = "softmax_cross_entropy",
  })
end

op_case("softmax_cross_entropy of soft targets, as a divergence", {
  f = function(x, t)
    return F.softmax_cross_entropy(x, t, { soft_target_loss = "kl-divergence" })
  end,
  inputs = function(r) return { r(-2, 2, { 5, 4 }), r(0.1, 1, { 5, 4 }) } end,
  shapes = { {} },
  elementwise = false,
  bad_dtypes = {},
  nan = "some",
  error_name = "softmax_cross_entropy",
})

describe("softmax_cross_entropy", function()
  it("is 0 as a divergence from the same, and takes labels as before", function()
    local t = dg.tensor({ { 0.5, 0.5, 0 }, { 0.2, 0.3, 0.5 } }, "float64")
    local scores = F.log(F.clip(t, 1e-300, 1))
    for _, reduce in ipairs { "mean", "no" } do
      local options = { soft_target_loss = "kl-divergence", reduce = reduce }
      local y = F.softmax_cross_entropy(scores, t, options)
      assert.near(0, F.abs(y):max():item(), 1e-15)
      local hard = F.softmax_cross_entropy(scores, labels { 1, 3 }, options)
      assert.same(F.softmax_cross_entropy(scores, labels { 1, 3 }, { reduce = reduce }):totable(),
        hard:totable())
    end
    assert.error_matches(function()
      F.softmax_cross_entropy(scores, t, { soft_target_loss = "mse" })
    end, 'soft_target_loss must be "cross%-entropy" or "kl%-divergence", got "mse"')
  end)

  local x = dg.tensor({ { 1, 2, 3 }, { 0, 0, 0 } }, "float64")
  local first = math.log(math.exp(-2) + math.exp(-1) + 1) -- of class 3
  local second = math.log(3)

  it("is the mean over the labels that count", function()
    local both, one = labels { 3, 1 }, labels { 3, -1 }
    assert.near((first + second) / 2, F.softmax_cross_entropy(x, both):item(), 1e-14)
    assert.near(first, F.softmax_cross_entropy(x, one):item(), 1e-14)
    local halved = F.softmax_cross_entropy(x, one, { normalize = false })
    assert.near(first / 2, halved:item(), 1e-14)
    assert.equal(0, F.softmax_cross_entropy(x, labels { -1, -1 }):item())
  end)

  it("takes any label as the one to ignore", function()
    local y = F.softmax_cross_entropy(x, labels { 3, 2 }, { ignore_label = 3, reduce = "no" })
    assert.same({ 0 }, { y[1]:item() })
    assert.near(second, y[2]:item(), 1e-14)
  end)

  it("survives large scores", function()
    local y = F.softmax_cross_entropy(dg.tensor { { 1e4, 0 }, { -1e4, 0 } }, labels { 1, 1 },
      { reduce = "no" })
    assert.same({ 0, 1e4 }, y:totable())
  end)

  it("gives NaN for NaN, but not in ignored rows", function()
    local nan = dg.tensor { { 0 / 0, 1 }, { 0, 0 } }
    local y = F.softmax_cross_entropy(nan, labels { 2, 1 }):item()
    assert.is_true(y ~= y)
    assert.near(math.log(2), F.softmax_cross_entropy(nan, labels { -1, 1 }):item(), 1e-6)
  end)

  it("refuses labels that are no class", function()
    assert.error_matches(function() F.softmax_cross_entropy(x, labels { 1, 4 }) end,
      "softmax_cross_entropy: label 4 %(element 2%) is not one of 1 to 3")
    assert.error_matches(function() F.softmax_cross_entropy(x, labels { 0, 1 }) end,
      "label 0 %(element 1%) is not one of 1 to 3: classes count from 1")
    local huge = dg.tensor({ -0x8000000000000000LL }, "int64")
    assert.error_matches(function() F.softmax_cross_entropy(x[{ { 1, 1 } }], huge) end,
      "label %-9223372036854775808")
  end)

  it("refuses what does not fit", function()
    assert.error_matches(function() F.softmax_cross_entropy(x, labels { 1 }) end,
      "labels of shape 1 do not fit 2x3")
    assert.error_matches(function() F.softmax_cross_entropy(x, dg.zeros(2)) end,
      "soft targets of shape 2 do not fit 2x3")
    assert.error_matches(function() F.softmax_cross_entropy(x, dg.zeros({ 2 }, "bool")) end,
      "wanted int32, int64 or uint8 labels, got bool")
    local weight = dg.ones({ 2 }, "float64")
    assert.error_matches(function()
      F.softmax_cross_entropy(x, labels { 1, 2 }, { class_weight = weight })
    end, "class_weight has shape 2, wanted 3")
  end)
end)
