--- The loss of many classes as the leaves of a binary tree: at each node on the way to the right
--- one a yes-or-no answer. F. Morin, Y. Bengio, "Hierarchical probabilistic neural network language
--- model", 2005.
--- Source: Chainer.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local arguments = require "dgraph.links.arguments"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local initializers = require "dgraph.initializers"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.BinaryHierarchicalSoftmax: dgraph.Link
---@field W dgraph.Parameter  nodes x in
---@overload fun(in_size: integer, tree: table): dgraph.BinaryHierarchicalSoftmax
local BinaryHierarchicalSoftmax = Link:extend("BinaryHierarchicalSoftmax")

--- A tree of D. Huffman: leaves that are often visited lie near the root.
---@param word_counts table<integer, number>  how often each class, counted from 1, occurs
---@return table tree  a pair of trees, or a class
function BinaryHierarchicalSoftmax.create_huffman_tree(word_counts)
  local queue = {}
  for word, count in pairs(word_counts) do
    queue[#queue + 1] = { count = count, first = word, node = word }
  end
  if #queue == 0 then errors.raise "create_huffman_tree: there are no words" end
  local function before(a, b)
    if a.count ~= b.count then return a.count < b.count end
    return a.first < b.first
  end
  table.sort(queue, before)
  -- Pairs come in order of their counts: a second queue keeps them sorted.
  local pairs_made, at, made_at = {}, 1, 1
  local function take()
    local a, b = queue[at], pairs_made[made_at]
    if a and (not b or before(a, b)) then
      at = at + 1
      return a
    end
    made_at = made_at + 1
    return b
  end
  for _ = 2, #queue do
    local a, b = take(), take()
    pairs_made[#pairs_made + 1] = {
      count = a.count + b.count, first = math.min(a.first, b.first), node = { a.node, b.node },
    }
  end
  return take().node
end

--- The way to each leaf: nodes, counted from 1 in the order of a walk, and at each 1 for the first
--- branch and -1 for the second.
local function parse(tree)
  local ways, nodes, path, code, deepest = {}, 0, {}, {}, 0
  local function visit(node)
    if type(node) == "table" then
      if #node ~= 2 then
        errors.raisef("BinaryHierarchicalSoftmax: a node of the tree has %d branches", #node)
      end
      nodes = nodes + 1
      path[#path + 1] = nodes
      for branch = 1, 2 do
        code[#path] = branch == 1 and 1 or -1
        visit(node[branch])
      end
      path[#path] = nil
      return
    end
    if type(node) ~= "number" or node < 1 or node % 1 ~= 0 or ways[node] then
      errors.raisef("BinaryHierarchicalSoftmax: leaf %s is no class, or is there twice",
        tostring(node))
    end
    ways[node] = { path = { unpack(path) }, code = { unpack(code, 1, #path) } }
    deepest = math.max(deepest, #path)
  end
  visit(tree)
  return ways, nodes, deepest
end

---@param in_size integer
---@param tree table  a pair of trees, or a class: the classes 1, 2 ... are the leaves
function BinaryHierarchicalSoftmax:init(in_size, tree)
  arguments.size("BinaryHierarchicalSoftmax", "in_size", in_size)
  local ways, nodes, deepest = parse(tree)
  if nodes == 0 then errors.raise "BinaryHierarchicalSoftmax: the tree has one leaf" end
  local paths, codes = {}, {}
  for word, way in ipairs(ways) do
    for i = #way.path + 1, deepest do way.path[i], way.code[i] = -1, 0 end
    paths[word], codes[word] = way.path, way.code
  end
  for word in pairs(ways) do
    if word > #paths then
      errors.raisef("BinaryHierarchicalSoftmax: class %d is a leaf, %d is not", word, #paths + 1)
    end
  end
  self._paths = create.tensor(paths, { dtype = "int64", device = "cpu" }):keep()
  self._codes = create.tensor(codes, { dtype = "float32", device = "cpu" }):keep()
  self.W = Parameter(initializers.Uniform(1), { nodes, in_size })
end

---@param x dgraph.Tensor  batch x in
---@param t dgraph.Tensor  batch, classes from 1
---@return dgraph.Tensor  the sum over the batch
function BinaryHierarchicalSoftmax:forward(x, t)
  if self._paths.device ~= x.device then
    self._paths, self._codes = self._paths:to(x.device):keep(), self._codes:to(x.device):keep()
  end
  native.check(C.dg_count_labels("BinaryHierarchicalSoftmax", t, self._paths:dim(1), 1,
    -0x8000000000000000LL))
  local code = F.cast(F.take(self._codes, t), x.dtype)
  local w = F.embed_id(F.take(self._paths, t), self.W, -1)
  local answers = F.squeeze(F.matmul(w, F.expand_dims(x, 3)), 3) * code
  local y = F.sum(F.softplus(-answers) * F.square(code))
  return y
end

return BinaryHierarchicalSoftmax
