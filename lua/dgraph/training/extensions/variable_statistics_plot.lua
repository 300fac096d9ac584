--- Draws how the distribution of parameters and gradients changes, as SVG.
local Extension = require "dgraph.training.extension"
local arguments = require "dgraph.links.arguments"
local errors = require "dgraph.errors"
local files = require "dgraph.utils.files"
local get_trigger = require "dgraph.training.triggers.get_trigger"
local native = require "dgraph.native"
local random = require "dgraph.random"
local state = require "dgraph.training.state"
local statistics = require "dgraph.training.extensions.statistics"
local svg_plot = require "dgraph.utils.svg_plot"

---@class dgraph.VariableStatisticsPlot: dgraph.Extension
---@overload fun(targets: any, ...): dgraph.VariableStatisticsPlot
local VariableStatisticsPlot = Extension.Extension:extend("VariableStatisticsPlot")

local OPTIONS = { "max_sample_size", "report_data", "report_grad", "plot_mean", "plot_std",
  "percentile_sigmas", "trigger", "filename" }
local SIGMAS = { 0, 0.13, 2.28, 15.87, 50, 84.13, 97.72, 99.87, 100 }
local TITLES = { data = "the values", grad = "the gradients" }
local WIDTH, HEIGHT = 720, 420 -- of one chart, in pixels

local function gather(targets, found)
  if native.is_tensor(targets) then
    found[#found + 1] = targets
  elseif targets.is_link then
    for param in targets:params() do found[#found + 1] = param end
  else
    for _, target in ipairs(targets) do gather(target, found) end
  end
  return found
end

--- A random sample of the calls is kept and drawn, each with the same chance.
---@param targets dgraph.Tensor|dgraph.Link|(dgraph.Tensor|dgraph.Link)[]  taken together
---@param ... any  max_sample_size = 1000, report_data = true, report_grad = true, plot_mean = true,
---  plot_std = true, percentile_sigmas = {0, 0.13, 2.28, 15.87, 50, 84.13, 97.72, 99.87, 100},
---  false for none, trigger = {1, "epoch"}, when to draw, filename = "statistics.svg"; by position,
---  or by name in one table
function VariableStatisticsPlot:init(targets, ...)
  local opts = arguments.read("VariableStatisticsPlot", OPTIONS, ...)
  self._variables = gather(targets, {})
  if #self._variables == 0 then errors.raise "VariableStatisticsPlot: there are no variables" end
  self._size = opts.max_sample_size or 1000
  self._attributes = {}
  if opts.report_data ~= false then table.insert(self._attributes, "data") end
  if opts.report_grad ~= false then table.insert(self._attributes, "grad") end
  self._mean, self._std = opts.plot_mean ~= false, opts.plot_std ~= false
  local sigmas = opts.percentile_sigmas
  if sigmas == nil then sigmas = SIGMAS end
  if type(sigmas) == "number" then sigmas = { sigmas } end
  self._sigmas = sigmas or {}
  if not self._mean and not self._std and #self._sigmas == 0 then
    errors.raise "VariableStatisticsPlot: nothing to plot"
  end
  self._plot_trigger = get_trigger(opts.trigger or { 1, "epoch" })
  self._filename, self._samples, self._count = opts.filename or "statistics.svg", {}, 0
end

--- All elements of all variables, or of their gradients.
local function elements_of(self, attribute)
  local all = {}
  for _, x in ipairs(self._variables) do
    if attribute == "grad" then x = x.is_initialized ~= false and x.grad or nil end
    if x and x.is_initialized ~= false then
      for _, value in ipairs(statistics.elements(x)) do all[#all + 1] = value end
    end
  end
  return all
end

local function sample_of(self, trainer)
  local sample = { iteration = trainer.updater.iteration }
  for _, attribute in ipairs(self._attributes) do
    local elements = elements_of(self, attribute)
    if #elements > 0 then
      if self._mean then sample[attribute .. "/mean"] = statistics.mean(elements) end
      if self._std then sample[attribute .. "/std"] = statistics.std(elements) end
      for i, value in ipairs(statistics.percentile(elements, self._sigmas)) do
        sample[("%s/%g %%"):format(attribute, self._sigmas[i])] = value
      end
    end
  end
  return sample
end

--- Keeps a sample, in the place of another one when there are enough.
local function keep(self, sample)
  self._count = self._count + 1
  if #self._samples < self._size then
    table.insert(self._samples, sample)
  elseif random.uniform() < self._size / self._count then
    self._samples[random.randint(self._size) + 1] = sample
  end
end

local function chart_of(samples, attribute, title, names)
  local series = {}
  for _, name in ipairs(names) do
    local x, y = {}, {}
    for _, sample in ipairs(samples) do
      local value = sample[attribute .. "/" .. name]
      if value then x[#x + 1], y[#y + 1] = sample.iteration, value end
    end
    if #y > 0 then series[#series + 1] = { name = name, x = x, y = y } end
  end
  if #series == 0 then return nil end
  return svg_plot.render { title = ("%s of %s"):format(title, TITLES[attribute]),
    xlabel = "iteration", series = series, width = WIDTH, height = HEIGHT }
end

--- One picture of all charts: a row for each kind of statistics, a column for each attribute.
local function picture_of(self)
  local samples = { unpack(self._samples) }
  table.sort(samples, function(a, b) return a.iteration < b.iteration end)
  local moments, percentiles = { title = "Mean and deviation" }, { title = "Percentiles" }
  if self._mean then moments[1] = "mean" end
  if self._std then moments[#moments + 1] = "std" end
  for i = #self._sigmas, 1, -1 do -- the legend reads as the lines lie
    percentiles[#percentiles + 1] = ("%g %%"):format(self._sigmas[i])
  end
  local rows, parts = {}, {}
  if #moments > 0 then rows[1] = moments end
  if #percentiles > 0 then rows[#rows + 1] = percentiles end
  for i, names in ipairs(rows) do
    for k, attribute in ipairs(self._attributes) do
      local chart = chart_of(samples, attribute, names.title, names)
      if chart then
        parts[#parts + 1] = ('<g transform="translate(%d %d)">\n%s</g>'):format((k - 1) * WIDTH,
          (i - 1) * HEIGHT, chart)
      end
    end
  end
  return ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d">\n%s\n</svg>\n'):format(
    #self._attributes * WIDTH, #rows * HEIGHT, table.concat(parts, "\n"))
end

--- Takes a sample; when the time has come, all are drawn.
---@param trainer dgraph.Trainer
function VariableStatisticsPlot:__call(trainer)
  keep(self, sample_of(self, trainer))
  if not self._plot_trigger(trainer) then return end
  local done, message = files.write(trainer.out .. "/" .. self._filename, picture_of(self))
  if not done then errors.raise("VariableStatisticsPlot: " .. message) end
end

--- Saves or loads the samples.
---@param serializer dgraph.Serializer
function VariableStatisticsPlot:serialize(serializer)
  self._count = serializer("_count", self._count)
  self._samples = state.records(serializer, "_samples", self._samples)
  state.object(serializer._trigger, self._plot_trigger)
end

return VariableStatisticsPlot
