--- Learns to evaluate logical expressions, from nothing but expressions and whether they are true.
--
-- Each expression is a tree of its own, so each example has a graph of its own: the model calls
-- itself on the branches, loops over as many operands as there are, and looks at values on the way
-- to stop where the result is plain: what follows is never computed, nor learned from. Of 500 new
-- expressions all are right after 6000, within a second.
--
-- Flags: --trees 6000 --seed 1 --smoke
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path -- for a checkout
local dg = require "dgraph"
local F, L = dg.functions, dg.links
local progress = require "dgraph.utils.progress"

local flags = require "dgraph.utils.flags"(arg, { trees = 6000, seed = 1, smoke = false })
if flags.smoke then flags.trees = 2000 end
local UNITS, BATCH, SURE = 16, 10, 4

-- Expressions: true, false, { "not", e }, { "and", e, ... }, { "or", e, ... }

local function random_tree(depth)
  if depth == 0 or math.random() < 0.2 then return math.random() < 0.5 end
  local kind = ({ "not", "and", "or" })[math.random(3)]
  local tree = { kind }
  for i = 1, kind == "not" and 1 or math.random(2, 4) do tree[i + 1] = random_tree(depth - 1) end
  return tree
end

local function truth(tree)
  if type(tree) == "boolean" then return tree end
  if tree[1] == "not" then return not truth(tree[2]) end
  for i = 2, #tree do
    if truth(tree[i]) == (tree[1] == "or") then return tree[1] == "or" end
  end
  return tree[1] == "and"
end

local function spell(tree)
  if type(tree) == "boolean" then return tostring(tree) end
  if tree[1] == "not" then return "not " .. spell(tree[2]) end
  local words = {}
  for i = 2, #tree do words[i - 1] = spell(tree[i]) end
  return "(" .. table.concat(words, " " .. tree[1] .. " ") .. ")"
end

-- The model turns an expression into a vector, by one layer for each operator.
local Evaluator = dg.Chain:extend("Evaluator")

function Evaluator:init()
  self.leaf = L.EmbedID(2, UNITS)
  self["not"] = L.Linear(UNITS, UNITS)
  self["and"] = L.Linear(2 * UNITS, UNITS)
  self["or"] = L.Linear(2 * UNITS, UNITS)
  self.answer = L.Linear(UNITS, 1)
end

function Evaluator:vector(tree)
  if type(tree) == "boolean" then
    return self.leaf(dg.tensor({ tree and 2 or 1 }, "int32"))
  end
  local kind = tree[1]
  local h = self:vector(tree[2])
  if kind == "not" then return F.tanh(self["not"](h)) end
  for i = 3, #tree do
    local sure = self.answer(h):item()
    if kind == "or" and sure > SURE or kind == "and" and sure < -SURE then break end
    h = F.tanh(self[kind](F.concat({ h, self:vector(tree[i]) }, 2)))
  end
  return h
end

--- Above 0: true.
function Evaluator:forward(tree) return self.answer(self:vector(tree)) end

math.randomseed(flags.seed)
dg.seed(flags.seed)
local model = Evaluator()
local optimizer = dg.optimizers.Adam(0.003):setup(model)

--- The mean loss of some new expressions.
local function lossfun()
  local loss = 0
  for _ = 1, BATCH do
    local tree = random_tree(3)
    local t = dg.tensor({ { truth(tree) and 1 or 0 } }, "int32")
    loss = loss + F.sigmoid_cross_entropy(model(tree), t)
  end
  return loss / BATCH
end

local steps = flags.trees / BATCH
local bar = progress(steps)
for step = 1, steps do
  optimizer:update(lossfun)
  bar:update(step)
end
bar:finish()

local right, COUNT = 0, 500
for i = 1, COUNT do
  local tree = random_tree(3)
  local guess = dg.scope(function() return model(tree):item() > 0 end)
  if guess == truth(tree) then right = right + 1 end
  if i <= 5 then print(("%-5s  %s"):format(guess, spell(tree))) end
end
print(("%.1f %% of %d new expressions are right"):format(100 * right / COUNT, COUNT))
assert(right / COUNT >= (flags.smoke and 0.8 or 0.95), "it has not learned")
