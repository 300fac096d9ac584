--- Einstein's summation: a formula of axes as diagonals, sums, transpositions and matrix products.
--
-- A formula and the shapes of its operands make a plan, a list of operators, which is kept. While
-- it is made an operand is its place among the values that the plan works on, and its labels, one
-- for each axis: letters, and for the axes of an ellipsis their distance from its end ("1" is the
-- last), so that they meet as broadcasting has it.
local ffi = require "ffi"
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.EinsumOperand
---@field place integer
---@field labels string[]

---@class dgraph.EinsumStep  values[place] = F[op](values[place], a, b, c)
---@field op string
---@field place integer
---@field other integer?  the place of a second operand, instead of `a`
---@field a any
---@field b any
---@field c any

-- -- The formula --------------------------------------------------------------------------------

--- The letters of one term, and whether and behind how many of them "..." stands.
local function parse_term(term, subscripts)
  local before, after = term:match "^(%a*)%.%.%.(%a*)$"
  if not before and not term:match "^%a*$" then
    errors.raisef("F.einsum: %q is no list of letters with at most one \"...\" (in %q)", term,
      subscripts)
  end
  local letters = {}
  for letter in (before and before .. after or term):gmatch "%a" do
    letters[#letters + 1] = letter
  end
  return { letters = letters, ellipsis = before and #before }
end

local parsed = {}

--- The terms of a formula; parsed once.
local function parse(subscripts)
  if type(subscripts) ~= "string" then
    errors.raisef("F.einsum: the subscripts must be a string, got %s", check.spell(subscripts))
  end
  if parsed[subscripts] then return parsed[subscripts] end
  local left, right = subscripts:gsub("%s", ""), nil
  if left:find "->" then left, right = left:match "^(.-)%->(.*)$" end
  local terms = {}
  for term in (left .. ","):gmatch "([^,]*)," do
    terms[#terms + 1] = parse_term(term, subscripts)
  end
  local result = { inputs = terms, output = right and parse_term(right, subscripts) }
  parsed[subscripts] = result
  return result
end

--- The labels of a term's axes, when the ellipsis stands for `hidden` of them.
local function labels_of(term, hidden)
  local labels = {}
  for i = 0, #term.letters do
    if i > 0 then labels[#labels + 1] = term.letters[i] end
    if i == term.ellipsis then
      for k = hidden, 1, -1 do labels[#labels + 1] = tostring(k) end
    end
  end
  return labels
end

--- The operands, and how many axes the longest ellipsis stands for.
local function read_operands(terms, shapes)
  local operands, longest = {}, 0
  for i, term in ipairs(terms) do
    local hidden = #shapes[i] - #term.letters
    if hidden < 0 or (hidden > 0 and not term.ellipsis) then
      errors.raisef("F.einsum: operand %d has %d axes, its term %d letters", i, #shapes[i],
        #term.letters)
    end
    longest = math.max(longest, hidden)
    operands[i] = { place = i, labels = labels_of(term, hidden) }
  end
  return operands, longest
end

--- The size of each label. Axes of size 1 are broadcast.
local function sizes_of(operands, shapes)
  local sizes = {}
  for i, operand in ipairs(operands) do
    for axis, size in ipairs(shapes[i]) do
      local label = operand.labels[axis]
      local known = sizes[label]
      if known and known ~= size and known ~= 1 and size ~= 1 then
        errors.raisef("F.einsum: index %s has sizes %d and %d", label, known, size)
      end
      if not known or known == 1 then sizes[label] = size end
    end
  end
  return sizes
end

--- The labels of a result without an arrow: those of the ellipsis, then what occurs once.
local function implied(operands, hidden)
  local counts, labels = {}, {}
  for _, operand in ipairs(operands) do
    for _, label in ipairs(operand.labels) do counts[label] = (counts[label] or 0) + 1 end
  end
  for label, count in pairs(counts) do
    if count == 1 and label:match "%a" then labels[#labels + 1] = label end
  end
  table.sort(labels)
  for k = 1, hidden do table.insert(labels, 1, tostring(k)) end
  return labels
end

local function check_output(labels, sizes)
  local seen = {}
  for _, label in ipairs(labels) do
    if not sizes[label] then errors.raisef("F.einsum: no operand has index %s", label) end
    if seen[label] then errors.raisef("F.einsum: the result has index %s twice", label) end
    seen[label] = true
  end
end

-- -- Lists of labels ----------------------------------------------------------------------------

local function joined(...)
  local all = {}
  for _, list in ipairs { ... } do
    for _, item in ipairs(list) do all[#all + 1] = item end
  end
  return all
end

local function sizes_list(labels, sizes)
  local list = {}
  for i, label in ipairs(labels) do list[i] = sizes[label] end
  return list
end

local function product(labels, sizes)
  local n = 1
  for _, label in ipairs(labels) do n = n * sizes[label] end
  return n
end

local function ones(count)
  local list = {}
  for i = 1, count do list[i] = 1 end
  return list
end

-- -- One operand --------------------------------------------------------------------------------

--- Takes the diagonal of axes with one label, until each has its own.
local function take_diagonals(plan, operand, shape)
  local at, axis = {}, 1
  while axis <= #operand.labels do
    local label = operand.labels[axis]
    local first = at[label]
    if first then
      if shape[first] ~= shape[axis] then
        errors.raisef("F.einsum: index %s has sizes %d and %d in one operand", label, shape[first],
          shape[axis])
      end
      plan[#plan + 1] = { op = "diagonal", place = operand.place, a = 0, b = first, c = axis }
      local size = table.remove(shape, axis)
      table.remove(shape, first)
      table.remove(operand.labels, axis)
      table.remove(operand.labels, first)
      operand.labels[#operand.labels + 1], shape[#shape + 1] = label, size
      at, axis = {}, 1
    else
      at[label], axis = axis, axis + 1
    end
  end
end

--- Takes out the axes for which `goes` is true, by an operator that takes a list of them.
local function drop(plan, op, operand, goes)
  local axes, labels = {}, {}
  for axis, label in ipairs(operand.labels) do
    if goes(label, axis) then axes[#axes + 1] = axis else labels[#labels + 1] = label end
  end
  if #axes == 0 then return end
  plan[#plan + 1] = { op = op, place = operand.place, a = axes }
  operand.labels = labels
end

--- Puts the axes in the order of these labels.
local function arrange(plan, operand, labels)
  local at, order, moved = {}, {}, false
  for axis, label in ipairs(operand.labels) do at[label] = axis end
  for i, label in ipairs(labels) do
    order[i] = at[label]
    moved = moved or order[i] ~= i
  end
  if moved then plan[#plan + 1] = { op = "transpose", place = operand.place, a = order } end
end

local function reshape(plan, operand, shape)
  plan[#plan + 1] = { op = "reshape", place = operand.place, a = shape }
end

-- -- Pairs --------------------------------------------------------------------------------------

--- How many operands have each label; what the result has counts once more.
local function count_uses(operands, output)
  local uses = {}
  for _, operand in ipairs(operands) do
    for _, label in ipairs(operand.labels) do uses[label] = (uses[label] or 0) + 1 end
  end
  for _, label in ipairs(output) do uses[label] = (uses[label] or 0) + 1 end
  return uses
end

--- Sorts the labels of a pair: in both and wanted further on, in both and summed, in one alone.
local function sort_labels(a, b, uses)
  local in_a, in_b = {}, {}
  for _, label in ipairs(a.labels) do in_a[label] = true end
  for _, label in ipairs(b.labels) do in_b[label] = true end
  local batch, summed, left, right = {}, {}, {}, {}
  for _, label in ipairs(a.labels) do
    local list = not in_b[label] and left or uses[label] > 2 and batch or summed
    list[#list + 1] = label
  end
  for _, label in ipairs(b.labels) do
    if not in_a[label] then right[#right + 1] = label end
  end
  return batch, summed, left, right
end

--- The product of a pair element by element, broadcast.
local function multiply(plan, a, b, batch, left, right, sizes)
  arrange(plan, a, joined(batch, left))
  arrange(plan, b, joined(batch, right))
  if #right > 0 then
    reshape(plan, a, joined(sizes_list(joined(batch, left), sizes), ones(#right)))
  end
  if #left > 0 then
    reshape(plan, b, joined(sizes_list(batch, sizes), ones(#left), sizes_list(right, sizes)))
  end
  plan[#plan + 1] = { op = "mul", place = a.place, other = b.place }
end

--- The product of a pair, summed: a stack of matrix products, one for each place of the batch.
local function contract(plan, a, b, uses, sizes)
  local batch, summed, left, right = sort_labels(a, b, uses)
  local result = { place = a.place, labels = joined(batch, left, right) }
  if #summed == 0 then
    multiply(plan, a, b, batch, left, right, sizes)
  elseif #left == 0 and #right == 0 and #batch > 0 then
    local axes = {}
    for i = 1, #summed do axes[i] = #batch + i end
    multiply(plan, a, b, joined(batch, summed), {}, {}, sizes)
    plan[#plan + 1] = { op = "sum", place = a.place, a = axes }
  else
    arrange(plan, a, joined(batch, left, summed))
    arrange(plan, b, joined(batch, summed, right))
    local plain = #left == 1 and #right == 1 and #summed == 1
    if not plain then
      local leading, inner = sizes_list(batch, sizes), product(summed, sizes)
      reshape(plan, a, joined(leading, { product(left, sizes), inner }))
      reshape(plan, b, joined(leading, { inner, product(right, sizes) }))
    end
    plan[#plan + 1] = { op = "matmul", place = a.place, other = b.place }
    if not plain then reshape(plan, a, sizes_list(result.labels, sizes)) end
  end
  return result
end

--- The pair whose product adds the fewest elements.
local function cheapest(operands, uses, sizes)
  local best, first, second = math.huge, 1, 2
  for i = 1, #operands do
    for j = i + 1, #operands do
      local batch, _, left, right = sort_labels(operands[i], operands[j], uses)
      local cost = product(batch, sizes) * product(left, sizes) * product(right, sizes)
        - product(operands[i].labels, sizes) - product(operands[j].labels, sizes)
      if cost < best then best, first, second = cost, i, j end
    end
  end
  return first, second
end

-- -- Plans --------------------------------------------------------------------------------------

---@return dgraph.EinsumStep[] plan
local function make_plan(formula, shapes)
  local operands, hidden = read_operands(formula.inputs, shapes)
  local sizes = sizes_of(operands, shapes)
  local output = formula.output and labels_of(formula.output, hidden) or implied(operands, hidden)
  check_output(output, sizes)
  local plan = {}
  for i, operand in ipairs(operands) do
    local shape = shapes[i]
    take_diagonals(plan, operand, shape)
    drop(plan, "squeeze", operand, function(label, axis)
      return sizes[label] ~= 1 and shape[axis] == 1
    end)
  end
  local uses = count_uses(operands, output)
  for _, operand in ipairs(operands) do
    drop(plan, "sum", operand, function(label) return uses[label] == 1 end)
  end
  while #operands > 1 do
    local i, j = cheapest(operands, uses, sizes)
    local a, b = operands[i], table.remove(operands, j)
    operands[i] = contract(plan, a, b, uses, sizes)
    uses = count_uses(operands, output)
  end
  arrange(plan, operands[1], output)
  plan.result = operands[1].place
  return plan
end

local MOST_PLANS = 256 -- then all are forgotten: shapes that change all the time would fill memory
local plans, count = {}, 0
local shape_of = ffi.new("int64_t[?]", C.DG_MAX_NDIM)

--- The plan for a formula and operands.
local function plan_for(subscripts, xs)
  local formula = parse(subscripts)
  if #xs ~= #formula.inputs then
    errors.raisef("F.einsum: %d operands for %d terms", #xs, #formula.inputs)
  end
  local key = subscripts
  for i = 1, #xs do
    check.tensor(xs[i], "F.einsum", "operand " .. i)
    key = key .. ";"
    for axis = 0, native.check(C.dg_shape(xs[i], shape_of)) - 1 do
      key = key .. tonumber(shape_of[axis]) .. ","
    end
  end
  if plans[key] then return plans[key] end
  local shapes = {}
  for i, x in ipairs(xs) do shapes[i] = x.shape end
  local plan = make_plan(formula, shapes)
  if count == MOST_PLANS then plans, count = {}, 0 end
  plans[key], count = plan, count + 1
  return plan
end

---@param F dgraph.functions
---@param subscripts string
---@param xs dgraph.Tensor[]
---@return dgraph.Tensor
return function(F, subscripts, xs)
  local plan = plan_for(subscripts, xs)
  for i = 1, #plan do
    local step = plan[i]
    local a = step.a
    if step.other then a, xs[step.other] = xs[step.other], nil end
    local x = xs[step.place]
    local y = F[step.op](x, a, step.b, step.c)
    if step.op == "sum" and y.dtype ~= x.dtype then y = F.cast(y, x.dtype) end
    xs[step.place] = y
  end
  return xs[plan.result]
end
