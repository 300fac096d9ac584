--- Losses of sequences, and the sequences of labels that fit best. A batch of sequences is a list
--- of steps, each a tensor of one row for each sequence.
local check = require "dgraph.check"
local checks = require "dgraph.functions.loss_checks"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C, wrap = native.C, native.wrap

-- What no label equals: then none is ignored.
local NONE = -0x8000000000000000LL

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- Family: losses of sequences
  --- Shapes: cost: labels x labels; xs: steps of batch x labels, no step larger than the one
  --- before; ys: steps of batch; y: one number, or as many as sequences with reduce "no".
  --- Dtypes: cost, xs: floats, one for all; ys: int32, int64 or uint8; y has that of cost.
  --- Errors: labels that are not 1 to their number; no steps, or not as many of labels as of
  --- scores; a `reduce` that it does not know.
  --- Source: Chainer.

  --- The loss of A. Graves et al., "Connectionist temporal classification", 2006, for labels whose
  --- places are not known. x: a list of steps, each batch x classes, whose softmax is taken; t:
  --- batch x labels from 1; `blank_symbol` is the class of no label. `input_length` and
  --- `label_length`: how many steps and labels of each sequence count (all). The mean over the
  --- batch; reduce "no" gives one number for each sequence. Infinite where there are too few steps.
  --- Has one derivative, no second.
  --- Shapes: x: steps of batch x classes; t: batch x longest; input_length, label_length: batch; y:
  --- one number, or batch with reduce "no".
  --- Dtypes: x: floats; t and the lengths: int32, int64 or uint8; y has x's.
  --- Errors: labels and a blank_symbol that are not 1 to the number of classes; lengths beyond the
  --- tensors; a `reduce` that it does not know.
  --- Source: Chainer; Graves et al., "Connectionist temporal classification", 2006.
  declare("connectionist_temporal_classification(x: tensors, t: any, blank_symbol: integer, "
    .. "input_length: tensor?, label_length: tensor?, reduce: any = 'mean')",
    function(x, t, blank_symbol, input_length, label_length, reduce)
      local who = "F.connectionist_temporal_classification"
      check.tensor(t, who, "t")
      checks.reduction(who, reduce, checks.MEAN_OR_NO)
      local steps = F.stack(x)
      if C.dg_ndim(steps) ~= 3 or C.dg_ndim(t) ~= 2 then
        errors.raisef("%s: steps have %d axes and t has %d, wanted batch x classes and batch x "
          .. "labels", who, C.dg_ndim(steps) - 1, C.dg_ndim(t))
      end
      local logarithms = F.log_softmax(steps, 3)
      local y = wrap(C.dg_ctc(logarithms, t, input_length, label_length, 1, blank_symbol))
      return reduce == "mean" and F.mean(y) or y
    end)

  -- -- Conditional random fields -----------------------------------------------------------------

  local function wants_steps(who, cost, xs)
    local n = C.dg_ndim(cost) == 2 and cost:dim(1)
    if not n or cost:dim(2) ~= n then
      errors.raisef("%s: cost has shape %s, wanted labels x labels", who,
        table.concat(cost.shape, "x"))
    end
    local before
    for i, x in ipairs(xs) do
      if C.dg_ndim(x) ~= 2 or x:dim(2) ~= n or (before and x:dim(1) > before) then
        errors.raisef("%s: step %d has shape %s, wanted %s x %d", who, i,
          table.concat(x.shape, "x"), before and "at most " .. before or "batch", n)
      end
      before = x:dim(1)
    end
    return n
  end

  --- The first rows of a tensor, and the others, which go to the front of the list `done`.
  local function part(x, rows, done)
    if x:dim(1) == rows then return x end
    local parts = F.split_axis(x, { rows + 1 }, 1)
    table.insert(done, 1, parts[2])
    return parts[1]
  end

  local function first(x, rows) return wrap(C.dg_narrow(x, 0, 0, rows)) end

  local function joined(x, done)
    if #done == 0 then return x end
    table.insert(done, 1, x)
    return F.concat(done, 1)
  end

  --- The logarithms of the sums over all ways to label each sequence.
  local function partition(cost, xs)
    local alpha, done = xs[1], {}
    local costs = F.expand_dims(cost, 1)
    for i = 2, #xs do
      alpha = part(alpha, xs[i]:dim(1), done)
      alpha = F.logsumexp(F.expand_dims(alpha, 3) + costs, 2) + xs[i]
    end
    return F.logsumexp(joined(alpha, done), 2)
  end

  --- What the labels ys of each sequence score.
  local function scores(cost, xs, ys, n)
    local flat, done = F.reshape(cost, { n * n, 1 }), {}
    local score, last = F.select_item(xs[1], ys[1]), ys[1]
    for i = 2, #xs do
      local x, y = xs[i], ys[i]
      local rows = x:dim(1)
      score = part(score, rows, done)
      if last:dim(1) > rows then last = first(last, rows) end
      local pair = (last - 1) * n + y
      score = score + F.select_item(x, y) + F.reshape(F.embed_id(pair, flat), { rows })
      last = y
    end
    return joined(score, done)
  end

  --- The loss of a linear chain conditional random field: minus the logarithm of the probability of
  --- the labels ys. cost: labels x labels, what it scores to go from one to the next; xs: a list of
  --- steps, each batch x labels, whose batches may shrink (the longest sequences come first); ys: a
  --- list of as many steps, each batch, labels from 1. The mean over the sequences; reduce "no"
  --- gives one number for each.
  --- Source: Chainer; Lafferty, McCallum, Pereira, "Conditional random fields", 2001.
  declare("crf1d(cost, xs: tensors, ys: tensors, reduce: any = 'mean')",
    function(cost, xs, ys, reduce)
      local who = "F.crf1d"
      checks.reduction(who, reduce, checks.MEAN_OR_NO)
      local n = wants_steps(who, cost, xs)
      if #ys ~= #xs or #xs == 0 then
        errors.raisef("%s: %d steps of scores and %d of labels", who, #xs, #ys)
      end
      local labels = {}
      for i, y in ipairs(ys) do
        checks.labels(who, xs[i], y)
        native.check(C.dg_count_labels(who, y, n, 1, NONE))
        labels[i] = F.cast(y, "int64")
      end
      local loss = partition(cost, xs) - scores(cost, xs, labels, n)
      return reduce == "no" and loss or F.mean(loss)
    end)

  --- The rows `rows` + 1 ... of the best last labels join those who were there before.
  local function widen(labels, x, rows)
    if labels and labels:dim(1) == rows then return labels end
    local best = x:argmax(2)
    if not labels then return first(best, rows) end
    return F.concat({ labels, best[{ { labels:dim(1) + 1, rows } }] }, 1)
  end

  --- The labels that score most under a conditional random field as in F.crf1d, by A. Viterbi's
  --- algorithm. No gradient flows.
  --- Shapes: cost: labels x labels; xs: steps of batch x labels, no step larger than the one
  --- before; scores: batch; path: steps of batch.
  --- Dtypes: cost, xs: numbers, one for all; scores have it, the path int64.
  --- Errors: no steps.
  --- Source: Chainer; Viterbi, 1967.
  ---@param cost dgraph.Tensor  labels x labels
  ---@param xs dgraph.Tensor[]  a list of steps, each batch x labels
  ---@return dgraph.Tensor scores  batch
  ---@return dgraph.Tensor[] path  a list of steps of labels, counted from 1
  function F.argmax_crf1d(cost, xs)
    check.tensor(cost, "F.argmax_crf1d", "cost")
    check.tensors(xs, "F.argmax_crf1d", "xs")
    wants_steps("F.argmax_crf1d", cost, xs)
    if #xs == 0 then errors.raise "F.argmax_crf1d: there are no steps" end
    cost = wrap(C.dg_detach(cost))
    local steps, done, costs = {}, {}, F.expand_dims(cost, 1)
    for i, x in ipairs(xs) do steps[i] = wrap(C.dg_detach(x)) end
    local alpha, sums, from = steps[1], { steps[1] }, {}
    for i = 2, #steps do
      alpha = part(alpha, steps[i]:dim(1), done)
      local all = F.expand_dims(alpha, 3) + costs
      from[i] = all:argmax(2)
      alpha = F.max(all, 2) + steps[i]
      sums[i] = alpha
    end
    local score = F.max(joined(alpha, done), 2)
    local path = {}
    for i = #steps, 1, -1 do
      local label = path[i + 1] and F.select_item(from[i + 1], path[i + 1]) or nil
      path[i] = widen(label, sums[i], steps[i]:dim(1))
    end
    return score, path
  end
end
