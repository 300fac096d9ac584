--- Pictures of graphs: what a result was computed from, as DOT, as SVG through Graphviz, or as a
--- tree of text for a terminal.
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local files = require "dgraph.utils.files"
local native = require "dgraph.native"

---@class dgraph.GraphOptions
---@field model dgraph.Link?  its parameters are shown by their paths: "/l1/W"
---@field rankdir string?  "TB" (from top to bottom, the default), "LR" ...
---@field variables boolean?  results on the way are nodes of their own, as in Chainer; false

---@class dgraph.ComputationalGraph
---@field nodes table[]  operators and leaves, the newest first
---@field edges table[]  from an operator's input to the operator
local Graph = {}
Graph.__index = Graph

local OPTIONS = { model = true, rankdir = true, variables = true }

--- dtype and shape, as text.
local function label_of(x) return (x.label:gsub("%s+$", "")) end

--- The paths of a model's parameters, by their id.
local function paths_of(model)
  local paths = {}
  if model then
    for path, param in model:namedparams() do paths[param.id] = path end
  end
  return paths
end

local function leaf_of(self, x, paths)
  local id = x.id
  local leaf = self._leaves[id]
  if not leaf then
    leaf = {
      kind = "leaf", key = "v" .. id, name = paths[id] or x.name, label = label_of(x),
      requires_grad = x.requires_grad, is_parameter = paths[id] ~= nil,
    }
    self._leaves[id] = leaf
    table.insert(self.nodes, leaf)
  end
  return leaf
end

--- Walks back from the outputs with a list of what is still to be seen: no depth is too much.
local function build(self, outputs, paths)
  local waiting, seen = {}, {}
  local function item_of(x)
    local node = x.creator
    if not node then return leaf_of(self, x, paths) end
    local key = "f" .. ("%.0f"):format(node.sequence)
    if not seen[key] then
      seen[key] = {
        kind = "operator", key = key, name = node.name, inputs = {}, where = node.where,
      }
      table.insert(self.nodes, seen[key])
      waiting[#waiting + 1] = { seen[key], node }
    end
    return seen[key]
  end
  for i, y in ipairs(outputs) do
    self.outputs[i] = { item = item_of(y), label = label_of(y), id = y.id, name = y.name }
  end
  while #waiting > 0 do
    local item, node = unpack(table.remove(waiting))
    for i, x in ipairs(node.inputs) do
      local from = item_of(x)
      item.inputs[i] = { item = from, label = label_of(x), id = x.id, name = x.name }
      table.insert(self.edges, {
        from = from, to = item, label = label_of(x), id = x.id, name = x.name,
      })
    end
  end
end

local function quote(text) return '"' .. text:gsub('[\\"]', "\\%0"):gsub("\n", "\\n") .. '"' end

local function text_of(item)
  if item.kind == "operator" then return item.name end
  return (item.name and item.name .. "\n" or "") .. item.label
end

local LEAF = "shape=ellipse, style=filled, fillcolor=%s"

local function style_of(item)
  if item.kind == "operator" then
    return 'shape=box, style="filled,rounded", fillcolor="#dbe7f5"'
  end
  return LEAF:format(item.requires_grad and '"#fbe3b8"' or '"#eeeeee"')
end

--- The graph in the language of Graphviz. Where nodes know the line that made them (in debug mode,
--- or under a hook), SVG shows it when the mouse is on a node.
---@return string
function Graph:dot()
  local lines = {
    "digraph computation {", ("  rankdir=%s;"):format(self._rankdir),
    '  node [fontname="Helvetica", fontsize=11]; edge [fontname="Helvetica", fontsize=9];',
  }
  local function add(format, ...) lines[#lines + 1] = format:format(...) end
  for _, item in ipairs(self.nodes) do
    add("  %s [label=%s, %s%s];", item.key, quote(text_of(item)), style_of(item),
      item.where and ", tooltip=" .. quote(item.where) or "")
  end
  local drawn = {}
  --- Where an edge begins: a result on the way may be a node of its own.
  local function source(edge)
    local from = edge.from or edge.item
    if from.kind == "leaf" or not self._variables then return from.key, edge.label end
    local key = "v" .. edge.id
    if not drawn[key] then
      drawn[key] = true
      add("  %s [label=%s, shape=octagon];", key,
        quote((edge.name and edge.name .. "\n" or "") .. edge.label))
      add("  %s -> %s;", from.key, key)
    end
    return key
  end
  for _, edge in ipairs(self.edges) do
    local key, label = source(edge)
    if edge.from.kind == "leaf" then label = nil end
    add("  %s -> %s%s;", key, edge.to.key, label and " [label=" .. quote(label) .. "]" or "")
  end
  for i, output in ipairs(self.outputs) do
    if output.item.kind == "operator" then
      local key = source(output)
      add("  out%d [label=%s, shape=plaintext];", i, quote(output.name or output.label))
      add("  %s -> out%d;", key, i)
    end
  end
  lines[#lines + 1] = "}\n"
  return table.concat(lines, "\n")
end

--- The graph as a picture, drawn by Graphviz's `dot`, which must be installed.
---@return string? svg
---@return string? message
function Graph:svg()
  local path = os.tmpname()
  local written, message = files.write(path, self:dot())
  if not written then return nil, message end
  local pipe = io.popen(("dot -Tsvg '%s' 2>&1"):format(path))
  local text = pipe and pipe:read "*a" or ""
  if pipe then pipe:close() end
  os.remove(path)
  if text:find "<svg" then return text end
  return nil, "Graphviz did not draw it (is `dot` installed?): " .. text:gsub("%s+$", "")
end

--- Writes the graph to a file: a picture if its name ends in ".svg", else DOT.
---@param path string
---@return true? done
---@return string? message
function Graph:save(path)
  local text, message
  if path:find "%.svg$" then
    text, message = self:svg()
  else
    text = self:dot()
  end
  if not text then return nil, message end
  return files.write(path, text)
end

--- The graph as a tree for a terminal: each operator above its inputs, with the line that made it
--- if that is known. What was shown before is not shown again.
---@return string
function Graph:text()
  local lines, numbers, count = {}, {}, 0
  local waiting = {}
  for i = #self.outputs, 1, -1 do
    waiting[#waiting + 1] = { self.outputs[i], "", "" }
  end
  while #waiting > 0 do
    local edge, head, indent = unpack(table.remove(waiting))
    local item = edge.item
    local words = item.kind == "leaf" and (item.name and item.name .. "  " or "") .. item.label
      or item.name .. "  " .. edge.label
    if item.kind == "operator" and numbers[item] then
      lines[#lines + 1] = ("%s%s  (#%d above)"):format(head, words, numbers[item])
    elseif item.kind == "operator" then
      count = count + 1
      numbers[item] = count
      lines[#lines + 1] = ("%s#%d %s%s"):format(head, count, words,
        item.where and "  " .. item.where or "")
      for i = #item.inputs, 1, -1 do
        local last = i == #item.inputs
        waiting[#waiting + 1] = {
          item.inputs[i], indent .. (last and "└─ " or "├─ "), indent .. (last and "   " or "│  "),
        }
      end
    else
      lines[#lines + 1] = head .. words
    end
  end
  return table.concat(lines, "\n")
end

Graph.__tostring = Graph.text
--- `build_computational_graph(y):dump()`, as in Chainer: the same as `dot`.
Graph.dump = Graph.dot

local computational_graph = {}

--- What one or several results were computed from.
---@param outputs dgraph.Tensor|dgraph.Tensor[]
---@param options? dgraph.GraphOptions
---@return dgraph.ComputationalGraph
function computational_graph.build_computational_graph(outputs, options)
  local who = "dg.computational_graph"
  options = check.options(options, who, OPTIONS)
  if native.is_tensor(outputs) then outputs = { outputs } end
  if type(outputs) ~= "table" or #outputs == 0 then
    errors.raisef("%s: wanted a tensor or a list of tensors, got %s", who, check.spell(outputs))
  end
  for i, y in ipairs(outputs) do check.tensor(y, who, "output " .. i) end
  local self = setmetatable({
    nodes = {}, edges = {}, outputs = {}, _leaves = {}, _rankdir = options.rankdir or "TB",
    _variables = options.variables == true,
  }, Graph)
  build(self, outputs, paths_of(options.model))
  return self
end

return setmetatable(computational_graph, {
  __call = function(_, ...) return computational_graph.build_computational_graph(...) end,
})
