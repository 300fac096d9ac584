local dg = require "dgraph"
local op_case = require "spec.support.op_case"
local reference = require "spec.support.reference"

local F = dg.F

for _, name in ipairs { "precision", "recall", "f1_score", "classification_summary" } do
  op_case(name, {
    f = function(y)
      local t = dg.ones({ y.ndim > 0 and y:dim(1) or 0 }, "int32")
      if t.size > 2 then t[2] = 3 end
      return F[name](y, t)
    end,
    inputs = function(r) return { r(-2, 2) } end,
    shapes = { { 1, 1 }, { 0, 3 }, { 4, 3 }, { 5, 3 } },
    bad_shapes = { { { 3 } }, { { 2, 3, 2 } } },
    elementwise = false,
    differentiable = false,
    nan = "none",
    error_name = "F." .. name,
  })
end

op_case("binary_accuracy", {
  f = F.binary_accuracy,
  inputs = function(r) return { r(-2, 2), dg.tensor(r.pick { -1, 0, 1 }, "int32") } end,
  bad_shapes = { { { 2, 3 }, { 3 } } },
  elementwise = false,
  differentiable = false,
  nan = "none",
  error_name = "F.binary_accuracy",
})

op_case("r2_score", {
  f = F.r2_score,
  inputs = function(r) return { r(-2, 2), r(-2, 2) } end,
  shapes = { { 1 }, { 0, 3 }, { 4, 3 }, { 2, 3, 2 } },
  bad_shapes = { { { 3 }, { 3, 1 } } },
  elementwise = false,
  differentiable = false,
  nan = "some",
  error_name = "F.r2_score",
})

reference("evaluation", {
  binary_accuracy = F.binary_accuracy,
  precision = F.precision,
  recall = F.recall,
  f1_score = F.f1_score,
  classification_summary = F.classification_summary,
  ["classification_summary beta=2"] = function(y, t)
    return F.classification_summary(y, t, { beta = 2 })
  end,
  ["classification_summary images"] = F.classification_summary,
  r2_score = F.r2_score,
  ["r2_score raw_values"] = function(pred, truth)
    return F.r2_score(pred, truth, { multioutput = "raw_values" })
  end,
})

local function raises(text, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.truthy(message:find(text, 1, true), message)
end

describe("binary_accuracy", function()
  it("counts scores from 0 on as 1, and leaves out -1", function()
    local y = dg.Variable { { -2, 0 }, { 3, -5 } }
    local result = F.binary_accuracy(y, dg.tensor({ { 0, 1 }, { 1, 0 } }, "int32"))
    assert.equal(1, result:item())
    assert.equal("float32", result.dtype)
    assert.is_false(result.requires_grad)
    assert.equal(0.5, F.binary_accuracy(y, dg.tensor({ { 0, 0 }, { 1, 1 } }, "int64")):item())
    assert.equal(1, F.binary_accuracy(y, dg.tensor({ { 0, -1 }, { 1, -1 } }, "int32")):item())
    assert.equal(0, F.binary_accuracy(y, dg.full({ 2, 2 }, -1, "int32")):item())
  end)

  it("refuses other shapes and dtypes", function()
    local t = dg.zeros({ 2 }, "int32")
    raises("F.binary_accuracy: shapes 2x1 and 2 differ", F.binary_accuracy, dg.zeros(2, 1), t)
    raises("F.binary_accuracy: y is int32, wanted floats", F.binary_accuracy, t, t)
    raises("F.binary_accuracy: t is float32, wanted integers", F.binary_accuracy, dg.zeros(2),
      dg.zeros(2))
  end)
end)

describe("classification_summary", function()
  local y = dg.Variable { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 1, 0 }, { 1, 0, 0 } }
  local t = dg.tensor({ 1, 2, 1, -1 }, "int32")

  it("counts classes up to the greatest label, or to label_num", function()
    local precision, recall, f1, support = F.classification_summary(y, t)
    assert.same({ 1, 0.5 }, precision:totable())
    assert.same({ 0.5, 1 }, recall:totable())
    assert.near(2 / 3, f1:totable()[1], 1e-7)
    assert.same({ 2, 1 }, support:totable())
    assert.same({ "float32", "int64" }, { precision.dtype, support.dtype })
    assert.is_false(precision.requires_grad)
    precision, recall, f1, support = F.classification_summary(y, t, 5)
    assert.same({ 2, 1, 0, 0, 0 }, support:totable())
    for _, x in ipairs { precision, recall, f1 } do
      assert.same({ 5 }, x.shape)
      assert.is_true(x:totable()[3] ~= x:totable()[3])
    end
  end)

  it("weighs recall by beta squared", function()
    local _, _, f = F.classification_summary(y, t, nil, 2)
    assert.near(5 * 0.5 / (4 * 1 + 0.5), f:totable()[1], 1e-7)
  end)

  it("leaves out another label", function()
    local _, support = F.precision(y, dg.tensor({ 1, 2, 9, 9 }, "int32"), 3, 9)
    assert.same({ 1, 1, 0 }, support:totable())
  end)

  it("has nothing to say where every label is ignored", function()
    local precision, support = F.precision(y, dg.full({ 4 }, -1, "int32"))
    assert.same({ {}, {} }, { precision:totable(), support:totable() })
  end)

  it("refuses labels that are none, and shapes that do not fit", function()
    raises("F.f1_score: label 0 (element 1) is not one of 1 to 2: classes count from 1",
      F.f1_score, y, dg.tensor({ 0, 1, 2, 1 }, "int32"))
    raises("F.recall: label 2 (element 2) is not one of 1 to 1", F.recall, y, t, 1)
    raises("F.precision: shapes 4 and 3 differ", F.precision, y, dg.ones({ 3 }, "int32"))
    raises("F.precision: y has 1 axes", F.precision, dg.ones(4), t)
    raises("F.precision: y is int32", F.precision, t, t)
    raises("F.recall: label_num is -2", F.recall, y, t, -2)
  end)
end)

for name, wanted in pairs {
  precision = { 1, 0.5 }, recall = { 0.5, 1 }, f1_score = { 2 / 3, 2 / 3 },
} do
  describe(name, function()
    it("gives its number for each class, and how many places that has", function()
      local y = dg.tensor({ { 1, 0, 0 }, { 0, 1, 0 }, { 0, 1, 0 }, { 1, 0, 0 } }, "float64")
      local t = dg.tensor({ 1, 2, 1, -1 }, "int64")
      local x, support = F[name](y, t)
      for k = 1, 2 do assert.near(wanted[k], x:totable()[k], 1e-15) end
      assert.same({ 2, 1 }, support:totable())
      assert.same({ 4 }, F[name](y, t, { label_num = 4 }).shape)
      local _, used = F[name](y, dg.tensor({ 1, 3, 1, 3 }, "int32"), 2, 3)
      assert.same({ 2, 0 }, used:totable())
    end)
  end)
end

describe("r2_score", function()
  it("is 1 for what is right, 0 for the mean, and has no gradient", function()
    local truth = dg.tensor { 1, 2, 3 }
    assert.equal(1, F.r2_score(truth, truth):item())
    local score = F.r2_score(dg.Variable { 2, 2, 2 }, truth)
    assert.equal(0, score:item())
    assert.is_false(score.requires_grad)
    assert.equal(0, F.r2_score(dg.ones(3), dg.zeros(3)):item())
  end)

  it("refuses weights, other shapes, and other ways to put together", function()
    local x = dg.ones(3)
    raises("F.r2_score: there are no weights", F.r2_score, x, x, x)
    raises("F.r2_score: shapes 3 and 3x1 differ", F.r2_score, x, dg.ones(3, 1))
    raises('F.r2_score: multioutput must be', F.r2_score, x, x, { multioutput = "sum" })
    raises("F.r2_score: pred is int32", F.r2_score, dg.ones({ 3 }, "int32"), x)
  end)
end)
