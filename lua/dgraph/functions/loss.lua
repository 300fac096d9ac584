--- Losses. Labels are positions and count from 1; targets that are values do not shift.
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C, wrap = native.C, native.wrap

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  local function wants_mean(reduce, who)
    if reduce ~= "mean" and reduce ~= "no" then
      errors.raisef("%s: reduce must be \"mean\" or \"no\", got %s", who, check.spell(reduce))
    end
    return reduce == "mean"
  end

  --- The cross entropy of softmax(x) and the labels t, which count from 1. x: batch x classes or
  --- batch x classes x ..., t: batch x ..., or probabilities in x's shape. Labels `ignore_label` do
  --- not count. The mean over the labels that count (`normalize`) or over all; reduce "no" gives
  --- one number for each.
  declare("softmax_cross_entropy(x, t, normalize: boolean = true, cache_score: any = true, "
    .. "class_weight: tensor?, ignore_label: integer = -1, reduce: any = 'mean', "
    .. "enable_double_backprop: any?)",
    function(x, t, normalize, _, class_weight, ignore_label, reduce)
      local mean = wants_mean(reduce, "F.softmax_cross_entropy")
      return wrap(C.dg_softmax_cross_entropy(x, t, class_weight, 1, ignore_label, normalize, mean))
    end)

  --- The cross entropy of sigmoid(x) and targets of x's shape: 0 or 1, where -1 counts for nothing,
  --- or probabilities. Divided by how many count (`normalize`) or by the size of the first axis.
  declare("sigmoid_cross_entropy(x, t, normalize: boolean = true, reduce: any = 'mean')",
    function(x, t, normalize, reduce)
      local mean = wants_mean(reduce, "F.sigmoid_cross_entropy")
      return wrap(C.dg_sigmoid_cross_entropy(x, t, normalize, mean))
    end)

  --- The mean of (x0 - x1)^2 over all elements; both of one shape.
  declare "mean_squared_error(x0, x1)"
end
