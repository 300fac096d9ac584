--- Measures of how good predictions are; no gradient flows through them.
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C, wrap = native.C, native.wrap

local NONE = -0x8000000000000000LL

local IS_FLOAT = { float32 = true, float64 = true, float16 = true, bfloat16 = true }

local function wants_float(x, who, what)
  if not IS_FLOAT[x.dtype] then errors.raisef("%s: %s is %s, wanted floats", who, what, x.dtype) end
end

local function wants_same_shape(s, u, who)
  local same = #s == #u
  for i = 1, #s do same = same and s[i] == u[i] end
  if not same then
    errors.raisef("%s: shapes %s and %s differ", who, table.concat(s, "x"), table.concat(u, "x"))
  end
end

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- Family: measures of classes and of regression
  --- Shapes: y: batch x classes or batch x classes x ...; t: y's without the classes; each result:
  --- classes.
  --- Dtypes: y: floats; t: int32, int64 or uint8; rates have y's, support int64.
  --- Errors: labels that are neither 1 to the number of classes nor ignore_label; a negative
  --- label_num.
  --- Source: Chainer.

  --- The share of rows of y whose greatest element is at the position t, which counts from 1.
  --- Shapes: y: batch x classes or batch x classes x ...; t: y's without the classes; the result:
  --- one number.
  --- Dtypes: y: any; t: int32, int64 or uint8; the result has y's, float32 for integers and bools.
  --- Errors: labels that are neither 1 to the number of classes nor ignore_label.
  declare("accuracy(y, t, ignore_label: integer?)", function(y, t, ignore_label)
    return wrap(C.dg_accuracy(y, t, 1, ignore_label or NONE))
  end)

  --- The share of scores y that are on the right side: from 0 on where the target t is 1, below
  --- where it is 0. Targets -1 do not count; 0 if none is left. t: integers in y's shape, values
  --- that do not shift. Not differentiable.
  --- Shapes: y, t: one shape, any; the result: one number.
  --- Dtypes: y: floats; t: int32, int64 or uint8; the result has y's.
  --- Errors: floats or bool as t.
  declare("binary_accuracy(y, t)", function(y, t)
    wants_float(y, "F.binary_accuracy", "y")
    wants_same_shape(y.shape, t.shape, "F.binary_accuracy")
    if IS_FLOAT[t.dtype] or t.dtype == "bool" then
      errors.raisef("F.binary_accuracy: t is %s, wanted integers", t.dtype)
    end
    local hits = F.sum(F.eq(F.cast(F.ge(y, 0), t.dtype), t))
    local count = F.maximum(F.sum(F.ne(t, -1)), 1)
    return F.cast(hits, y.dtype) / F.cast(count, y.dtype)
  end)

  local function wants_labels(y, t, who)
    local shape = y.shape
    if #shape < 2 then errors.raisef("%s: y has %d axes, wanted a batch of scores", who, #shape) end
    table.remove(shape, 2)
    wants_same_shape(shape, t.shape, who)
  end

  --- Of each label from 1 to `classes` the sum of the weights, shaped like t, over its places.
  local function count(t, weights, classes, ignore_label)
    local column = F.expand_dims(weights, -1)
    return F.reshape(wrap(C.dg_embed_id_grad(t, column, classes, 1, ignore_label)), -1)
  end

  --- Precision and recall of each class, and how often it is the label.
  local function rates(who, y, t, label_num, ignore_label)
    wants_float(y, who, "y")
    wants_labels(y, t, who)
    if not label_num then label_num = t.size > 0 and math.max(F.max(t):item(), 0) or 0 end
    if label_num < 0 then errors.raisef("%s: label_num is %d", who, label_num) end
    native.check(C.dg_count_labels(who, t, label_num, 1, ignore_label))
    local predicted, used = F.argmax(y, 2), F.ne(t, ignore_label)
    local hits = F.logical_and(F.eq(F.cast(t, "int64"), predicted), used)
    local support = count(t, F.cast(used, "float64"), label_num, ignore_label)
    local right = count(t, F.cast(hits, y.dtype), label_num, ignore_label)
    local classes = math.max(native.check(C.dg_dim(y, 1)), label_num)
    local relevant = count(predicted, F.cast(used, y.dtype), classes, NONE)
    relevant = wrap(C.dg_narrow(relevant, 0, 0, label_num))
    return right / relevant, right / F.cast(support, y.dtype), F.cast(support, "int64")
  end

  local function f_score(precision, recall, beta)
    local square = beta * beta
    return precision * recall * (1 + square) / (precision * square + recall)
  end

  --- Of each class: the share of the places predicted as it that are it (precision), the share of
  --- its places that are predicted so (recall), their harmonic mean with weight beta^2 for recall,
  --- and how many places it has. y: scores, batch x classes (x ...); t: labels, batch (x ...),
  --- which count from 1 up to `label_num`, the greatest label when nil. Labels `ignore_label` do
  --- not count. A class without places, or never predicted, has NaN. Not differentiable.
  ---@return dgraph.Tensor precision
  ---@return dgraph.Tensor recall
  ---@return dgraph.Tensor f_beta
  ---@return dgraph.Tensor support
  declare("classification_summary(y, t, label_num: integer?, beta: number = 1, "
    .. "ignore_label: integer = -1)",
    function(y, t, label_num, beta, ignore_label)
      local precision, recall, support =
        rates("F.classification_summary", y, t, label_num, ignore_label)
      return precision, recall, f_score(precision, recall, beta), support
    end, 4)

  --- The precision of each class, and how many places it has: see classification_summary.
  ---@return dgraph.Tensor precision
  ---@return dgraph.Tensor support
  declare("precision(y, t, label_num: integer?, ignore_label: integer = -1)",
    function(y, t, label_num, ignore_label)
      local precision, _, support = rates("F.precision", y, t, label_num, ignore_label)
      return precision, support
    end, 2)

  --- The recall of each class, and how many places it has: see classification_summary.
  ---@return dgraph.Tensor recall
  ---@return dgraph.Tensor support
  declare("recall(y, t, label_num: integer?, ignore_label: integer = -1)",
    function(y, t, label_num, ignore_label)
      local _, recall, support = rates("F.recall", y, t, label_num, ignore_label)
      return recall, support
    end, 2)

  --- The harmonic mean of precision and recall of each class, and how many places it has: see
  --- classification_summary.
  ---@return dgraph.Tensor f1
  ---@return dgraph.Tensor support
  declare("f1_score(y, t, label_num: integer?, ignore_label: integer = -1)",
    function(y, t, label_num, ignore_label)
      local precision, recall, support = rates("F.f1_score", y, t, label_num, ignore_label)
      return f_score(precision, recall, 1), support
    end, 2)

  --- The coefficient of determination: 1 less the sum of (pred - truth)^2 over the sum of (truth -
  --- mean)^2, along the first axis; 0 where the latter is 0. The mean of these numbers, or with
  --- multioutput "raw_values" all of them. pred and truth: floats of one shape. sample_weight is
  --- there for the order of arguments alone. Not differentiable.
  --- Shapes: pred, truth: one shape, batch x ...; the result: one number, or pred's without the
  --- batch.
  --- Dtypes: floats, one for both; the result has it.
  --- Errors: a sample_weight; a multioutput that is neither of the two.
  ---@param sample_weight? nil
  ---@param multioutput? string  "uniform_average" or "raw_values"
  declare("r2_score(pred, truth, sample_weight: any?, multioutput: any = 'uniform_average')",
    function(pred, truth, sample_weight, multioutput)
      if sample_weight ~= nil then
        errors.raisef("F.r2_score: there are no weights yet, got %s", check.spell(sample_weight))
      end
      if multioutput ~= "uniform_average" and multioutput ~= "raw_values" then
        errors.raisef("F.r2_score: multioutput must be \"uniform_average\" or \"raw_values\", "
          .. "got %s", check.spell(multioutput))
      end
      wants_float(pred, "F.r2_score", "pred")
      wants_same_shape(pred.shape, truth.shape, "F.r2_score")
      pred, truth = wrap(C.dg_detach(pred)), wrap(C.dg_detach(truth))
      local rest = F.sum(F.square(pred - truth), 1)
      local spread = F.sum(F.square(truth - F.mean(truth, 1, true)), 1)
      local varies = F.cast(F.ne(spread, 0), spread.dtype)
      local score = (1 - rest / (spread + (1 - varies))) * varies
      return multioutput == "raw_values" and score or F.mean(score)
    end)
end
