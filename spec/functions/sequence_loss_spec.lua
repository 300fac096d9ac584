local dg = require "dgraph"
local op_case = require "spec.support.op_case"

local F = dg.F

local function ids(t, dtype) return dg.tensor(t, dtype or "int32") end
local function double(t) return dg.tensor(t, "float64") end

--- A tensor of steps as the list of them.
local function steps_of(x) return F.separate(x, 1) end

-- -- Connectionist temporal classification -----------------------------------------------------

local LABELS = ids { { 1, 2 }, { 2, 2 } }
local ONCE = "ctc_grad: ctc has no second derivative"

local function ctc(options, t, blank)
  return function(x)
    return F.connectionist_temporal_classification(steps_of(x), t or LABELS, blank or 3, options)
  end
end

for name, case in pairs {
  [""] = { {}, LABELS }, [", each"] = { { reduce = "no" }, LABELS },
  [" of some steps and labels"] = {
    { input_length = ids { 4, 3 }, label_length = ids({ 0, 1 }, "uint8"), reduce = "no" }, LABELS,
  },
  [" without labels"] = { {}, dg.zeros({ 2, 0 }, "int64") },
} do
  op_case("connectionist_temporal_classification" .. name, {
    f = ctc(case[1], case[2]),
    inputs = function(r) return { r(-2, 2, { 5, 2, 3 }) } end,
    shapes = { {} },
    bad_shapes = { { { 5, 3, 3 }, error_name = "ctc" }, { { 5, 2 }, error_name = "" } },
    elementwise = false, nan = "some",
    error_name = "log_softmax",
    once = ONCE,
  })
end

for _, n in ipairs { 0, 1 } do
  op_case("connectionist_temporal_classification of rows, " .. n, {
    f = function(x)
      local t = dg.zeros({ n, 0 }, "int32")
      return F.connectionist_temporal_classification(steps_of(x), t, 1, { reduce = "no" })
    end,
    inputs = function(r) return { r(-2, 2, { 1, n, 1 }) } end,
    shapes = { {} },
    elementwise = false,
    error_name = "log_softmax",
    once = ONCE,
  })
end

--- The probability by its definition: the sum over all paths of classes.
local function by_definition(p, label, blank)
  local steps, classes, sum = #p, #p[1], 0
  local path = {}
  local function visit(step, product)
    if step > steps then
      local found, last = {}, nil
      for _, class in ipairs(path) do
        if class ~= last and class ~= blank then found[#found + 1] = class end
        last = class
      end
      if table.concat(found, " ") == table.concat(label, " ") then sum = sum + product end
      return
    end
    for class = 1, classes do
      path[step] = class
      visit(step + 1, product * p[step][class])
    end
  end
  visit(1, 1)
  return sum
end

describe("connectionist_temporal_classification", function()
  dg.seed(3)
  local x = dg.random.normal(0, 1, { 5, 3, 4 }, { dtype = "float64" })
  local p = F.softmax(x, 3)

  local function loss(t, blank, options)
    return F.connectionist_temporal_classification(steps_of(x), t, blank, options)
  end

  it("is minus the logarithm of the sum over all paths", function()
    local labels = { { 1, 2, 3 }, { 2, 2, 4 }, { 4, 4, 4 } }
    for blank = 1, 4, 3 do
      local t = blank == 4 and { { 1, 2, 3 }, { 2, 2, 1 }, { 3, 3, 3 } } or labels
      if blank == 1 then t = { { 2, 3, 4 }, { 2, 2, 4 }, { 4, 4, 4 } } end
      local y = loss(ids(t), blank, { reduce = "no" })
      for row = 1, 3 do
        local wanted = by_definition(p[{ {}, row }]:totable(), t[row], blank)
        assert.near(-math.log(wanted), y[row]:item(), 1e-12)
      end
      assert.near(F.mean(y):item(), loss(ids(t), blank):item(), 1e-14)
    end
  end)

  it("leaves out what is beyond the lengths, whatever it is", function()
    local t = ids { { 1, 77, -5 }, { 2, 2, 0 }, { 3, 3, 3 } }
    local y = loss(t, 4, {
      input_length = ids { 2, 4, 3 }, label_length = ids { 1, 2, 0 }, reduce = "no",
    })
    local function steps(n, row) return p[{ { 1, n }, row }]:totable() end
    assert.near(-math.log(by_definition(steps(2, 1), { 1 }, 4)), y[1]:item(), 1e-12)
    assert.near(-math.log(by_definition(steps(4, 2), { 2, 2 }, 4)), y[2]:item(), 1e-12)
    assert.near(-math.log(by_definition(steps(3, 3), {}, 4)), y[3]:item(), 1e-12)
  end)

  it("is infinite, without a gradient, where labels need more steps", function()
    local z = dg.tensor(x, { dtype = "float64", requires_grad = true })
    local t = ids { { 1, 1, 1 }, { 2, 2, 2 }, { 1, 2, 3 } }
    local lengths = { input_length = ids { 4, 5, 0 }, reduce = "no" }
    local y = F.connectionist_temporal_classification(steps_of(z), t, 4, lengths)
    assert.same({ math.huge, math.huge }, { y[1]:item(), y[3]:item() })
    assert.is_true(y[2]:item() < math.huge)
    y:sum():backward()
    local g = z.grad:totable()
    assert.same({ 0, 0, 0, 0 }, g[1][1])
    assert.same({ 0, 0, 0, 0 }, g[1][3])
    assert.not_same({ 0, 0, 0, 0 }, g[1][2])
  end)

  it("does not depend on the number of threads", function()
    local function run()
      local z = dg.tensor(x, { dtype = "float32", requires_grad = true })
      local t = ids { { 1, 2, 3 }, { 2, 2, 1 }, { 3, 3, 3 } }
      F.connectionist_temporal_classification(steps_of(z), t, 4):backward()
      return z.grad:totable()
    end
    local one = run()
    dg.set_num_threads(3)
    local three = run()
    dg.set_num_threads(1)
    assert.same(one, three)
  end)

  it("refuses what does not fit", function()
    local t = ids { { 1, 2, 3 }, { 2, 2, 1 }, { 3, 3, 3 } }
    local function bad(text, ...)
      local args, n = { ... }, select("#", ...)
      assert.error_matches(function() loss(unpack(args, 1, n)) end, text)
    end
    bad("ctc: the blank symbol 5 is not one of 4 classes from 1 on", t, 5)
    bad("ctc: label 9 %(element 2%) is not one of 1 to 4", ids { { 1, 9 }, { 1, 1 }, { 1, 1 } }, 4)
    bad("ctc: input_length 6 %(element 1%) is not one of 0 to 5", t, 4,
      { input_length = ids { 6, 1, 1 } })
    bad("ctc: label_length 4 %(element 3%) is not one of 0 to 3", t, 4,
      { label_length = ids { 1, 1, 4 } })
    bad("ctc: label_length has shape 2, wanted one for each of 3 rows", t, 4,
      { label_length = ids { 1, 1 } })
    bad("wanted batch x classes and batch x labels", t[1], 4)
    bad("ctc: x has shape 5x3x4, t 2x2", ids { { 1, 1 }, { 1, 1 } }, 4)
    bad("reduce must be", t, 4, { reduce = "sum" })
    bad("ctc: labels and lengths are int32", double { { 1 }, { 2 }, { 3 } }, 4)
  end)
end)

-- -- Conditional random fields -----------------------------------------------------------------

local YS = { ids { 1, 2, 3 }, ids { 3, 3 }, ids { 2, 1 }, ids { 2 } }

--- Steps whose batches shrink.
local function shrinking(r)
  return { r(-1, 1, { 3, 3 }), r(-2, 2, { 3, 3 }), r(-2, 2, { 2, 3 }), r(-2, 2, { 2, 3 }),
    r(-2, 2, { 1, 3 }) }
end

local WRONG = {
  { { 3, 2 }, { 3, 3 }, { 2, 3 }, { 2, 3 }, { 1, 3 } }, -- costs that are not square
  { { 3, 3 }, { 3, 3 }, { 2, 3 }, { 3, 3 }, { 1, 3 } }, -- a batch that grows
  { { 3, 3 }, { 3, 3 }, { 2, 3 }, { 2, 2 }, { 1, 3 } }, -- too few labels
}

for _, n in ipairs { 0, 1 } do
  op_case("crf1d of sequences, " .. n, {
    f = function(cost, a, b)
      local ones = dg.ones({ n }, "int32")
      return F.crf1d(cost, { a, b }, { ones, ones }, "no")
    end,
    inputs = function(r) return { r(-1, 1, { 1, 1 }), r(-1, 1, { n, 1 }), r(-1, 1, { n, 1 }) } end,
    shapes = { {} },
    elementwise = false, nan = n == 0 and "none" or nil,
    error_name = "",
  })
  op_case("argmax_crf1d of sequences, " .. n, {
    f = function(cost, a, b) return (F.argmax_crf1d(cost, { a, b })) end,
    inputs = function(r) return { r(-1, 1, { 1, 1 }), r(-1, 1, { n, 1 }), r(-1, 1, { n, 1 }) } end,
    shapes = { {} },
    elementwise = false, nan = n == 0 and "none" or nil,
    differentiable = false,
    bad_dtypes = {},
  })
end

for _, reduce in ipairs { "mean", "no" } do
  op_case(reduce == "mean" and "crf1d" or "crf1d, each", {
    f = function(cost, ...) return F.crf1d(cost, { ... }, YS, reduce) end,
    inputs = shrinking,
    shapes = { {} },
    bad_shapes = WRONG,
    elementwise = false, nan = "some",
    error_name = "",
  })
end

op_case("argmax_crf1d", {
  f = function(cost, ...)
    local score, path = F.argmax_crf1d(cost, { ... })
    return { score, unpack(path) }
  end,
  inputs = shrinking,
  shapes = { {} },
  bad_shapes = WRONG,
  elementwise = false, nan = "some",
  bad_dtypes = { "bool" },
  differentiable = false,
  error_name = "",
})

describe("crf1d", function()
  local r = require "spec.support.drawer" ({ 3, 3 }, 5)
  local inputs = shrinking(r)
  local cost, xs = inputs[1], { unpack(inputs, 2) }

  --- Scores of all ways to label a sequence.
  local function all_scores(row)
    local c, steps, found = cost:totable(), {}, {}
    for i, x in ipairs(xs) do
      if x:dim(1) >= row then steps[i] = x:totable()[row] end
    end
    local path = {}
    local function visit(i, score)
      if i > #steps then
        found[table.concat(path, " ")] = score
        return
      end
      for label = 1, 3 do
        path[i] = label
        visit(i + 1, score + steps[i][label] + (i > 1 and c[path[i - 1]][label] or 0))
      end
    end
    visit(1, 0)
    return found
  end

  local PATHS = { "1 3 2 2", "2 3 1", "3" }

  it("compares one way to label with all", function()
    local y, mean = F.crf1d(cost, xs, YS, "no"), 0
    for row = 1, 3 do
      local sum, scores = 0, all_scores(row)
      for _, score in pairs(scores) do sum = sum + math.exp(score) end
      local wanted = math.log(sum) - scores[PATHS[row]]
      assert.near(wanted, y[row]:item(), 1e-12)
      mean = mean + wanted / 3
    end
    assert.near(mean, F.crf1d(cost, xs, YS):item(), 1e-12)
  end)

  it("finds the best way", function()
    local score, path = F.argmax_crf1d(cost, xs)
    assert.same({ 3 }, score.shape)
    assert.is_false(score.requires_grad)
    for row = 1, 3 do
      local best, at = -math.huge, nil
      for labels, value in pairs(all_scores(row)) do
        if value > best then best, at = value, labels end
      end
      local found = {}
      for _, step in ipairs(path) do
        if step:dim(1) >= row then found[#found + 1] = step[row]:item() end
      end
      assert.equal(at, table.concat(found, " "))
      assert.near(best, score[row]:item(), 1e-12)
    end
  end)

  it("refuses what does not fit", function()
    assert.error_matches(function() F.crf1d(cost, xs, { YS[1] }) end,
      "crf1d: 4 steps of scores and 1 of labels")
    assert.error_matches(function() F.crf1d(cost[1], xs, YS) end, "cost has shape 3, wanted labels")
    assert.error_matches(function() F.crf1d(cost, { xs[2], xs[1] }, { YS[2], YS[1] }) end,
      "crf1d: step 2 has shape 3x3, wanted at most 2 x 3")
    local bad = { ids { 1, 4, 1 }, YS[2], YS[3], YS[4] }
    assert.error_matches(function() F.crf1d(cost, xs, bad) end,
      "crf1d: label 4 %(element 2%) is not one of 1 to 3")
    assert.error_matches(function() F.crf1d(cost, xs, YS, "sum") end, "crf1d: reduce must be")
  end)
end)
