--- Reports statistics of parameters and their gradients.
local Extension = require "dgraph.training.extension"
local arguments = require "dgraph.links.arguments"
local get_trigger = require "dgraph.training.triggers.get_trigger"
local reporter = require "dgraph.reporter"
local statistics = require "dgraph.training.extensions.statistics"
local state = require "dgraph.training.state"
local summary = require "dgraph.training.summary"

---@class dgraph.ParameterStatistics: dgraph.Extension
---@overload fun(links: any, ...): dgraph.ParameterStatistics
local ParameterStatistics = Extension.Extension:extend("ParameterStatistics")
ParameterStatistics.default_name = "parameter_statistics"
ParameterStatistics.priority = Extension.PRIORITY_WRITER

---@type table<string, fun(elements: number[]): number|number[]>
ParameterStatistics.default_statistics = {
  mean = statistics.mean, std = statistics.std, min = statistics.min, max = statistics.max,
  zeros = statistics.zeros, percentile = statistics.percentile,
}

local OPTIONS = { "statistics", "report_params", "report_grads", "prefix", "trigger",
  "skip_nan_params" }

--- Names of what is reported are "l1/W/data/mean", "l1/W/grad/percentile/1" ...
---@param links dgraph.Link|dgraph.Link[]
---@param ... any  statistics = default_statistics, functions by names, called with the elements as
---  an array, report_params = true, report_grads = true, prefix, trigger = {1, "epoch"}, when to
---  report the means, skip_nan_params = false, whether to report NaN at once where there is one; by
---  name in one table
function ParameterStatistics:init(links, ...)
  local opts = arguments.read(self._name, OPTIONS, ...)
  self._links = links.is_link and { links } or links
  self._statistics = {}
  for name, f in pairs(opts.statistics or self.default_statistics) do self._statistics[name] = f end
  self._attributes = {}
  if opts.report_params ~= false then table.insert(self._attributes, "data") end
  if opts.report_grads ~= false then table.insert(self._attributes, "grad") end
  self._prefix = opts.prefix and opts.prefix .. "/" or ""
  self._report_trigger = get_trigger(opts.trigger or { 1, "epoch" })
  self._skip_nan, self._summary = opts.skip_nan_params == true, summary.DictSummary()
end

--- Adds a statistic of one's own.
---@param name string
---@param f fun(elements: number[]): number|number[]
function ParameterStatistics:register_statistics(name, f) self._statistics[name] = f end

local function add_all(self, values, key, x)
  local elements = statistics.elements(x)
  local has_nan = self._skip_nan and x:isnan():max():item()
  for name, f in pairs(self._statistics) do
    local value = has_nan and 0 / 0 or f(elements)
    if type(value) == "table" then
      for i, item in ipairs(value) do values[("%s/%s/%d"):format(key, name, i)] = item end
    else
      values[key .. "/" .. name] = value
    end
  end
end

--- Looks at all parameters; when the time has come, the means are reported.
---@param trainer dgraph.Trainer
function ParameterStatistics:__call(trainer)
  local values = {}
  for _, link in ipairs(self._links) do
    for path, param in link:namedparams(false) do
      for _, attribute in ipairs(self._attributes) do
        local x = param
        if attribute == "grad" then x = param.grad end
        if x and x.size > 0 then
          add_all(self, values, ("%s%s%s/%s"):format(self._prefix, link.name or link._name, path,
            attribute), x)
        end
      end
    end
  end
  self._summary:add(values)
  if not self._report_trigger(trainer) then return end
  reporter.report(self._summary:compute_mean())
  self._summary = summary.DictSummary()
end

--- Saves or loads the means so far.
---@param serializer dgraph.Serializer
function ParameterStatistics:serialize(serializer)
  self._summary:serialize(serializer._summary)
  state.object(serializer._trigger, self._report_trigger)
end

return ParameterStatistics
