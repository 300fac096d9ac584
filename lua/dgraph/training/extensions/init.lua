--- What a trainer does besides updates.
local observe = require "dgraph.training.extensions.observe"
local shifts = require "dgraph.training.extensions.shifts"
local snapshots = require "dgraph.training.extensions.snapshot"

local extensions = {
  DumpGraph = require "dgraph.training.extensions.dump_graph",
  Evaluator = require "dgraph.training.extensions.evaluator",
  FailOnNonNumber = require "dgraph.training.extensions.fail_on_non_number",
  LogReport = require "dgraph.training.extensions.log_report",
  MicroAverage = require "dgraph.training.extensions.micro_average",
  ParameterStatistics = require "dgraph.training.extensions.parameter_statistics",
  PlotReport = require "dgraph.training.extensions.plot_report",
  PrintReport = require "dgraph.training.extensions.print_report",
  ProgressBar = require "dgraph.training.extensions.progress_bar",
  VariableStatisticsPlot = require "dgraph.training.extensions.variable_statistics_plot",
  observe_lr = observe.observe_lr,
  observe_value = observe.observe_value,
  snapshot = snapshots.snapshot,
  snapshot_object = snapshots.snapshot_object,
  snapshot_writers = require "dgraph.training.extensions.snapshot_writers",
  unchain_variables = require "dgraph.training.extensions.unchain_variables",
}
extensions.dump_graph = extensions.DumpGraph

for name, shift in pairs(shifts) do extensions[name] = shift end

return extensions
