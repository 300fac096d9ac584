--- When extensions are called, and when training stops.
return {
  IntervalTrigger = require "dgraph.training.triggers.interval_trigger",
  EarlyStoppingTrigger = require "dgraph.training.triggers.early_stopping_trigger",
  BestValueTrigger = require "dgraph.training.triggers.best_value_trigger",
  MaxValueTrigger = require "dgraph.training.triggers.max_value_trigger",
  MinValueTrigger = require "dgraph.training.triggers.min_value_trigger",
  ManualScheduleTrigger = require "dgraph.training.triggers.manual_schedule_trigger",
  OnceTrigger = require "dgraph.training.triggers.once_trigger",
  TimeTrigger = require "dgraph.training.triggers.time_trigger",
}
