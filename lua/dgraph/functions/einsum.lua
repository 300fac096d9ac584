--- Einstein's summation: a formula of axes as diagonals, sums, transpositions and matrix products.
--
-- An operand is a tensor and its labels, one for each axis: letters, and for the axes of an
-- ellipsis their distance from its end ("1" is the last), so that they meet as broadcasting has it.
local check = require "dgraph.check"
local errors = require "dgraph.errors"

---@class dgraph.EinsumOperand
---@field x dgraph.Tensor
---@field labels string[]

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
local function read_operands(terms, xs)
  if #xs ~= #terms then
    errors.raisef("F.einsum: %d operands for %d terms", #xs, #terms)
  end
  local operands, longest = {}, 0
  for i, term in ipairs(terms) do
    check.tensor(xs[i], "F.einsum", "operand " .. i)
    local hidden = xs[i].ndim - #term.letters
    if hidden < 0 or (hidden > 0 and not term.ellipsis) then
      errors.raisef("F.einsum: operand %d has %d axes, its term %d letters", i, xs[i].ndim,
        #term.letters)
    end
    longest = math.max(longest, hidden)
    operands[i] = { x = xs[i], labels = labels_of(term, hidden) }
  end
  return operands, longest
end

--- The size of each label. Axes of size 1 are broadcast.
local function sizes_of(operands)
  local sizes = {}
  for _, operand in ipairs(operands) do
    for axis, size in ipairs(operand.x.shape) do
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

--- Takes the diagonal of axes with one label, until each has its own.
local function take_diagonals(F, operand)
  local at, axis = {}, 1
  while axis <= #operand.labels do
    local label = operand.labels[axis]
    local first = at[label]
    if first then
      local x = operand.x
      if x:dim(first) ~= x:dim(axis) then
        errors.raisef("F.einsum: index %s has sizes %d and %d in one operand", label, x:dim(first),
          x:dim(axis))
      end
      operand.x = F.diagonal(x, 0, first, axis)
      table.remove(operand.labels, axis)
      table.remove(operand.labels, first)
      operand.labels[#operand.labels + 1] = label
      at, axis = {}, 1
    else
      at[label], axis = axis, axis + 1
    end
  end
end

--- Takes out the axes of size 1 that are broadcast.
local function drop_broadcast(F, operand, sizes)
  local axes, labels = {}, {}
  for axis, label in ipairs(operand.labels) do
    if sizes[label] ~= 1 and operand.x:dim(axis) == 1 then
      axes[#axes + 1] = axis
    else
      labels[#labels + 1] = label
    end
  end
  if #axes > 0 then operand.x, operand.labels = F.squeeze(operand.x, axes), labels end
end

--- How many operands have each label; what the result has counts once more.
local function count_uses(operands, output)
  local uses = {}
  for _, operand in ipairs(operands) do
    for _, label in ipairs(operand.labels) do uses[label] = (uses[label] or 0) + 1 end
  end
  for _, label in ipairs(output) do uses[label] = (uses[label] or 0) + 1 end
  return uses
end

--- Sums over the axes that nothing else has.
local function sum_lone(F, operand, uses)
  local axes, labels = {}, {}
  for axis, label in ipairs(operand.labels) do
    local list = uses[label] == 1 and axes or labels
    list[#list + 1] = uses[label] == 1 and axis or label
  end
  if #axes > 0 then operand.x, operand.labels = F.sum(operand.x, axes), labels end
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

local function product(labels, sizes)
  local n = 1
  for _, label in ipairs(labels) do n = n * sizes[label] end
  return n
end

local function joined(...)
  local all = {}
  for _, list in ipairs { ... } do
    for _, item in ipairs(list) do all[#all + 1] = item end
  end
  return all
end

--- An operand's tensor with its axes in the order of these labels.
local function arranged(F, operand, labels)
  local at, order, moved = {}, {}, false
  for axis, label in ipairs(operand.labels) do at[label] = axis end
  for i, label in ipairs(labels) do
    order[i] = at[label]
    moved = moved or order[i] ~= i
  end
  return moved and F.transpose(operand.x, order) or operand.x
end

local function sizes_list(labels, sizes)
  local list = {}
  for i, label in ipairs(labels) do list[i] = sizes[label] end
  return list
end

local function ones(count)
  local list = {}
  for i = 1, count do list[i] = 1 end
  return list
end

--- The product of a pair without a sum: elementwise, broadcast.
local function multiply(F, a, b, batch, left, right, sizes)
  local x, y = arranged(F, a, joined(batch, left)), arranged(F, b, joined(batch, right))
  if #right > 0 then
    x = F.reshape(x, joined(sizes_list(joined(batch, left), sizes), ones(#right)))
  end
  if #left > 0 then
    y = F.reshape(y,
      joined(sizes_list(batch, sizes), ones(#left), sizes_list(right, sizes)))
  end
  return x * y
end

--- The product of a pair, summed: a stack of matrix products, one for each place of the batch.
local function contract(F, a, b, uses, sizes)
  local batch, summed, left, right = sort_labels(a, b, uses)
  local labels = joined(batch, left, right)
  if #summed == 0 then
    return { x = multiply(F, a, b, batch, left, right, sizes), labels = labels }
  end
  local x = arranged(F, a, joined(batch, left, summed))
  local y = arranged(F, b, joined(batch, summed, right))
  if #left == 0 and #right == 0 and #batch > 0 then
    local axes = {}
    for i = 1, #summed do axes[i] = #batch + i end
    return { x = F.sum(x * y, axes), labels = labels }
  end
  local plain = #left == 1 and #right == 1 and #summed == 1
  if not plain then
    local leading, inner = sizes_list(batch, sizes), product(summed, sizes)
    x = F.reshape(x, joined(leading, { product(left, sizes), inner }))
    y = F.reshape(y, joined(leading, { inner, product(right, sizes) }))
  end
  local z = F.matmul(x, y)
  return { x = plain and z or F.reshape(z, sizes_list(labels, sizes)), labels = labels }
end

--- The pair whose product adds the fewest elements.
local function cheapest(operands, uses, sizes)
  local best, first, second = math.huge, 1, 2
  for i = 1, #operands do
    for j = i + 1, #operands do
      local batch, _, left, right = sort_labels(operands[i], operands[j], uses)
      local cost = product(batch, sizes) * product(left, sizes) * product(right, sizes)
        - operands[i].x.size - operands[j].x.size
      if cost < best then best, first, second = cost, i, j end
    end
  end
  return first, second
end

---@param F dgraph.functions
---@param subscripts string
---@param xs dgraph.Tensor[]
---@return dgraph.Tensor
return function(F, subscripts, xs)
  local formula = parse(subscripts)
  local operands, hidden = read_operands(formula.inputs, xs)
  local sizes = sizes_of(operands)
  local output = formula.output and labels_of(formula.output, hidden) or implied(operands, hidden)
  check_output(output, sizes)
  for _, operand in ipairs(operands) do
    take_diagonals(F, operand)
    drop_broadcast(F, operand, sizes)
  end
  local uses = count_uses(operands, output)
  for _, operand in ipairs(operands) do sum_lone(F, operand, uses) end
  while #operands > 1 do
    local i, j = cheapest(operands, uses, sizes)
    local a, b = operands[i], table.remove(operands, j)
    operands[i] = contract(F, a, b, uses, sizes)
    uses = count_uses(operands, output)
  end
  return arranged(F, operands[1], output)
end
