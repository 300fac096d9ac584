--- Draws what a loss was computed from, once.
local Extension = require "dgraph.training.extension"
local arguments = require "dgraph.links.arguments"
local computational_graph = require "dgraph.computational_graph"
local errors = require "dgraph.errors"
local files = require "dgraph.utils.files"
local native = require "dgraph.native"

---@class dgraph.DumpGraph: dgraph.Extension
---@overload fun(root_name: string, ...): dgraph.DumpGraph
local DumpGraph = Extension.Extension:extend("DumpGraph")
DumpGraph.default_name = "DumpGraph"

function DumpGraph.trigger(trainer) return trainer.updater.iteration == 1 end

--- Writes the graph behind what is reported as `root_name` in the first iteration, in the language
--- of Graphviz.
---@param root_name string  "main/loss"
---@param ... any  filename = "cg.dot", in the trainer's folder, model, whose parameters are shown
---  by their paths, rankdir = "TB", variables = false; by position, or by name in one table
function DumpGraph:init(root_name, ...)
  local opts = arguments.read("DumpGraph", { "filename", "model", "rankdir", "variables" }, ...)
  self._root, self._filename = root_name, opts.filename or "cg.dot"
  self._options = { model = opts.model, rankdir = opts.rankdir, variables = opts.variables }
end

--- The value that was reported under the name of the root.
local function root_in(values, root)
  for key, value in pairs(values) do
    if (root == key or root:sub(-#key - 1) == "/" .. key) and native.is_tensor(value) then
      return value
    end
  end
end

--- Looks at what is reported: only then the graph is there, later there are only numbers.
---@param trainer dgraph.Trainer
function DumpGraph:initialize(trainer)
  if trainer.updater.iteration > 0 then return end
  local report = trainer.reporter.report -- perhaps that of another DumpGraph
  trainer.reporter.report = function(own, values, observer)
    local before = own.observation[self._root]
    own.observation[self._root] = nil
    report(own, values, observer)
    if own.observation[self._root] == nil then
      own.observation[self._root] = before
      return
    end
    local root = root_in(values, self._root)
    if root then self._dot = computational_graph({ root }, self._options):dot() end
  end
end

--- Writes the file.
---@param trainer dgraph.Trainer
function DumpGraph:__call(trainer)
  trainer.reporter.report = nil
  if not self._dot then errors.raisef("DumpGraph: no tensor was reported as %s", self._root) end
  local done, message = files.write(trainer.out .. "/" .. self._filename, self._dot)
  if not done then errors.raise("DumpGraph: " .. message) end
end

return DumpGraph
