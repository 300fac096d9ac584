--- Draws curves of means, as SVG.
local Extension = require "dgraph.training.extension"
local arguments = require "dgraph.links.arguments"
local errors = require "dgraph.errors"
local filename = require "dgraph.training.extensions.filename"
local files = require "dgraph.utils.files"
local get_trigger = require "dgraph.training.triggers.get_trigger"
local state = require "dgraph.training.state"
local summary = require "dgraph.training.summary"
local svg_plot = require "dgraph.utils.svg_plot"

---@class dgraph.PlotReport: dgraph.Extension
---@overload fun(y_keys: string|string[], ...): dgraph.PlotReport
local PlotReport = Extension.Extension:extend("PlotReport")

---@param y_keys string|string[]  what is drawn
---@param ... any  x_key = "iteration", trigger = {1, "epoch"}, when to draw, postprocess, called
---  with the chart (dgraph.Chart) before it is drawn, filename = "plot.svg"; by position, or by
---  name in one table
function PlotReport:init(y_keys, ...)
  local opts = arguments.read("PlotReport", { "x_key", "trigger", "postprocess", "filename" }, ...)
  self._y_keys = type(y_keys) == "string" and { y_keys } or y_keys
  self._x_key, self._postprocess = opts.x_key or "iteration", opts.postprocess
  self._plot_trigger = get_trigger(opts.trigger or { 1, "epoch" })
  self._filename = opts.filename or "plot.svg"
  self._points, self._summary = {}, summary.DictSummary()
end

local function chart_of(self)
  local series = {}
  for _, key in ipairs(self._y_keys) do
    local x, y = {}, {}
    for _, point in ipairs(self._points) do
      if point[key] then x[#x + 1], y[#y + 1] = point[self._x_key], point[key] end
    end
    if #y > 0 then series[#series + 1] = { name = key, x = x, y = y } end
  end
  return { xlabel = self._x_key, series = series }
end

--- Adds what was observed; when the time has come, the means become points, and all is drawn.
---@param trainer dgraph.Trainer
function PlotReport:__call(trainer)
  local observation = {}
  for _, key in ipairs(self._y_keys) do observation[key] = trainer.observation[key] end
  self._summary:add(observation)
  if not self._plot_trigger(trainer) then return end
  local point = self._summary:compute_mean()
  self._summary = summary.DictSummary()
  point[self._x_key] = point[self._x_key] or trainer.observation[self._x_key]
    or trainer.updater[self._x_key]
  if type(point[self._x_key]) ~= "number" then
    errors.raisef("PlotReport: there is no number %s for x", self._x_key)
  end
  table.insert(self._points, point)
  local chart = chart_of(self)
  if #chart.series == 0 then return end
  if self._postprocess then self._postprocess(chart) end
  local path = trainer.out .. "/" .. filename(self._filename, trainer)
  local done, message = files.write(path, svg_plot.render(chart))
  if not done then errors.raise("PlotReport: " .. message) end
end

--- Saves or loads the points and the means so far.
---@param serializer dgraph.Serializer
function PlotReport:serialize(serializer)
  state.object(serializer._trigger, self._plot_trigger)
  self._summary:serialize(serializer._summary)
  self._points = state.records(serializer, "_points", self._points)
end

return PlotReport
