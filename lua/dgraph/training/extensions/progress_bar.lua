--- Shows how far the training is: a bar on a terminal, a line now and then elsewhere.
local Extension = require "dgraph.training.extension"
local arguments = require "dgraph.links.arguments"
local clock = require "dgraph.utils.clock"
local errors = require "dgraph.errors"
local terminal = require "dgraph.training.terminal"

---@class dgraph.ProgressBar: dgraph.Extension
---@overload fun(...): dgraph.ProgressBar
local ProgressBar = Extension.Extension:extend("ProgressBar")

local OPTIONS = { "training_length", "update_interval", "bar_length", "out", "clock" }
local TIMINGS = 100 -- the speed is that since so many drawings ago
local PLAIN_INTERVAL = 5 -- seconds at least between two plain lines

---@param ... any  training_length = that of the stop trigger, { number, unit }, update_interval =
---  100 iterations between two drawings, bar_length = 50, out = io.stdout, clock, in seconds; by
---  position, or by name in one table
function ProgressBar:init(...)
  local opts = arguments.read("ProgressBar", OPTIONS, ...)
  self._training_length = opts.training_length
  self._update_interval, self._bar_length = opts.update_interval or 100, opts.bar_length or 50
  self._out, self._clock = opts.out or io.stdout, opts.clock or clock
  self._timings, self._drawn = {}, -math.huge
end

--- Finds the length of the training.
---@param trainer dgraph.Trainer
function ProgressBar:initialize(trainer)
  local updater = trainer.updater
  self._is_terminal = terminal.is_terminal(self._out)
  self._timings[1] = {
    time = self._clock(), iteration = updater.iteration, epoch = updater.epoch_detail,
  }
  if self._training_length then return end
  local stop = trainer.stop_trigger
  local length, unit
  if type(stop) == "table" and stop.get_training_length then
    length, unit = stop:get_training_length()
  end
  if not length then
    errors.raise "ProgressBar: the stop trigger does not tell how long; give training_length"
  end
  self._training_length = { length, unit }
end

local function spell_time(seconds)
  if seconds ~= seconds or seconds > 1e7 then return "--:--:--" end
  seconds = math.floor(seconds + 0.5)
  return ("%d:%02d:%02d"):format(math.floor(seconds / 3600), math.floor(seconds / 60) % 60,
    seconds % 60)
end

--- Iterations a second, and seconds to go.
local function speed_of(self, now)
  local timings = self._timings
  table.insert(timings, now)
  if #timings > TIMINGS then table.remove(timings, 1) end
  local first = timings[1]
  local span = now.time - first.time
  if span <= 0 then return 0, math.huge end
  local length, unit = unpack(self._training_length)
  local left = math.max(length - now[unit], 0)
  return (now.iteration - first.iteration) / span, left * span / (now[unit] - first[unit])
end

local function bar(self, title, rate)
  local full = math.floor(rate * self._bar_length + 1e-6)
  return ("%10s [%s%s] %5.2f%%\n"):format(title, ("#"):rep(full),
    ("."):rep(self._bar_length - full), 100 * rate)
end

local function draw(self, updater, is_last)
  local now = { time = self._clock(), iteration = updater.iteration, epoch = updater.epoch_detail }
  local is_early = now.time - self._drawn < PLAIN_INTERVAL
  if is_early and not self._is_terminal and not is_last then return end
  self._drawn = now.time
  local length, unit = unpack(self._training_length)
  local rate = math.min(now[unit] / length, 1)
  local speed, left = speed_of(self, now)
  if self._is_terminal then
    self._out:write(terminal.CLEAR, bar(self, "total", rate),
      bar(self, "this epoch", now.epoch % 1),
      ("%10d iter, %d epoch / %g %ss\n"):format(now.iteration, updater.epoch, length, unit),
      ("%10.5g iters/sec. Estimated time to finish: %s.\n"):format(speed, spell_time(left)),
      terminal.up(4))
  else
    self._out:write(("%6.2f%%  %d iter, %.2f epoch / %g %ss  %.5g iters/sec, %s to go\n"):format(
      100 * rate, now.iteration, now.epoch, length, unit, speed, spell_time(left)))
  end
  self._out:flush()
end

--- Draws, once in so many iterations.
---@param trainer dgraph.Trainer
function ProgressBar:__call(trainer)
  local updater = trainer.updater
  if updater.iteration % self._update_interval == 0 then draw(self, updater) end
end

--- Wipes the bar off a terminal; elsewhere a last line says how far it came.
---@param trainer dgraph.Trainer
function ProgressBar:finalize(trainer)
  if not self._is_terminal then return draw(self, trainer.updater, true) end
  self._out:write(terminal.CLEAR)
  self._out:flush()
end

return ProgressBar
