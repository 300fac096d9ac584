--- Measures a model on examples that it does not learn from.
local Extension = require "dgraph.training.extension"
local arguments = require "dgraph.links.arguments"
local config = require "dgraph.config"
local convert = require "dgraph.training.convert"
local reporter = require "dgraph.reporter"
local scopes = require "dgraph.scope"
local summary = require "dgraph.training.summary"

---@class dgraph.Evaluator: dgraph.Extension
---@field converter? fun(batch: any, device?: dgraph.Device): ...
---@field device? dgraph.Device
---@field eval_hook? fun(evaluator: dgraph.Evaluator)
---@field eval_func? fun(...)
---@overload fun(iterator: any, target: any, ...): dgraph.Evaluator
local Evaluator = Extension.Extension:extend("Evaluator")
Evaluator.trigger = { 1, "epoch" }
Evaluator.default_name = "validation"
Evaluator.priority = Extension.PRIORITY_WRITER

local OPTIONS = { "converter", "device", "eval_hook", "eval_func" }

--- Batches come from an iterator that does not repeat and can be `reset`; the one called "main"
--- where there are several by name, as there may be targets.
---@param iterator dgraph.SerialIterator|table<string, dgraph.SerialIterator>
---@param target dgraph.Link|table<string, dgraph.Link>
---@param ... any  converter, device, eval_hook (called with the evaluator before each evaluation),
---  eval_func (the target by default); by position, or by name in one table
function Evaluator:init(iterator, target, ...)
  local opts = arguments.read("Evaluator", OPTIONS, ...)
  self._iterators = type(iterator.next) == "function" and { main = iterator } or iterator
  self._targets = target.is_link and { main = target } or target
  self.converter, self.device = opts.converter, opts.device
  self.eval_hook, self.eval_func = opts.eval_hook, opts.eval_func
end

--- The iterator of a name.
---@param name string
---@return dgraph.SerialIterator
function Evaluator:get_iterator(name) return self._iterators[name] end

--- The model of a name.
---@param name string
---@return dgraph.Link
function Evaluator:get_target(name) return self._targets[name] end

--- Evaluates, and reports the means as "validation/main/loss" ...; also without a trainer.
---@return table<string, number> means
function Evaluator:__call()
  local own = reporter.Reporter()
  local prefix = self.name and self.name .. "/" or ""
  for name, target in pairs(self._targets) do
    own:add_observers(prefix .. name, target:namedlinks())
  end
  local means = own:run(config.test_mode, config.no_backprop_mode, self.evaluate, self)
  reporter.report(means)
  return means
end

--- One batch; false at the end.
local function evaluate_batch(self, iterator, evaluate, total)
  local observation = {}
  local function run(...)
    if select("#", ...) == 0 then return false end
    reporter.report_scope(observation, evaluate, ...)
    total:add(observation)
    return true
  end
  return run(convert(iterator, self.converter, self.device))
end

--- Goes through all batches and averages what is reported, each batch alike, as in Chainer. A class
--- of one's own may do something else here.
---@return table<string, number> means
function Evaluator:evaluate()
  local iterator, evaluate = self._iterators.main, self.eval_func or self._targets.main
  if self.eval_hook then self.eval_hook(self) end
  iterator:reset()
  local total = summary.DictSummary()
  while scopes.scope(evaluate_batch, self, iterator, evaluate, total) do end
  return total:compute_mean()
end

--- Closes the iterators, when the training ends.
function Evaluator:finalize()
  for _, iterator in pairs(self._iterators) do
    if iterator.finalize then iterator:finalize() end
  end
end

return Evaluator
