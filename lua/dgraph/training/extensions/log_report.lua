--- Keeps a log of means, and writes it as JSON.
local Extension = require "dgraph.training.extension"
local arguments = require "dgraph.links.arguments"
local errors = require "dgraph.errors"
local files = require "dgraph.utils.files"
local filename = require "dgraph.training.extensions.filename"
local get_trigger = require "dgraph.training.triggers.get_trigger"
local state = require "dgraph.training.state"
local summary = require "dgraph.training.summary"

---@class dgraph.LogReport: dgraph.Extension
---@field log table<string, number>[]  what was written so far
---@overload fun(...): dgraph.LogReport
local LogReport = Extension.Extension:extend("LogReport")

local OPTIONS = { "keys", "trigger", "postprocess", "filename" }

---@param ... any  keys (all by default), trigger = {1, "epoch"}, when to write, postprocess, called
---  with each entry before it is written, filename = "log", in the trainer's folder, false for
---  none; by position, or by name in one table
function LogReport:init(...)
  local opts = arguments.read("LogReport", OPTIONS, ...)
  self._keys, self._postprocess = opts.keys, opts.postprocess
  self._log_trigger = get_trigger(opts.trigger or { 1, "epoch" })
  self._filename = opts.filename == nil and "log" or opts.filename
  self.log, self._summary = {}, summary.DictSummary()
end

--- A number in JSON; NaN and infinities as Python writes and reads them.
local function spell_number(value)
  if value ~= value then return "NaN" end
  if math.abs(value) == math.huge then return value > 0 and "Infinity" or "-Infinity" end
  if value % 1 == 0 and math.abs(value) < 2 ^ 53 then return ("%.0f"):format(value) end
  return ("%.17g"):format(value)
end

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\" }

local function spell_string(text)
  return '"' .. text:gsub('[%c"\\]', function(character)
    return ESCAPES[character] or ("\\u%04x"):format(character:byte())
  end) .. '"'
end

local function spell_log(log)
  local entries = {}
  for i, entry in ipairs(log) do
    local names, lines = {}, {}
    for name in pairs(entry) do names[#names + 1] = name end
    table.sort(names)
    for k, name in ipairs(names) do
      lines[k] = ("        %s: %s"):format(spell_string(name), spell_number(entry[name]))
    end
    entries[i] = "    {\n" .. table.concat(lines, ",\n") .. "\n    }"
  end
  return "[\n" .. table.concat(entries, ",\n") .. "\n]\n"
end

local function add_entry(self, trainer)
  local entry, updater = self._summary:compute_mean(), trainer.updater
  entry.epoch, entry.iteration = updater.epoch, updater.iteration
  entry.elapsed_time = trainer.elapsed_time
  if self._postprocess then self._postprocess(entry) end
  for name, value in pairs(entry) do
    if type(value) ~= "number" then
      errors.raisef("LogReport: %s is a %s, not a number", tostring(name), type(value))
    end
  end
  table.insert(self.log, entry)
  self._summary = summary.DictSummary()
end

--- Adds what was observed; when the time has come, the means become an entry of the log.
---@param trainer dgraph.Trainer
function LogReport:__call(trainer)
  local observation = trainer.observation
  if self._keys then
    observation = {}
    for _, key in ipairs(self._keys) do observation[key] = trainer.observation[key] end
  end
  self._summary:add(observation)
  if not (trainer.is_before_training or self._log_trigger(trainer)) then return end
  add_entry(self, trainer)
  if self._filename then
    local path = trainer.out .. "/" .. filename(self._filename, trainer)
    local done, message = files.write(path, spell_log(self.log))
    if not done then errors.raise("LogReport: " .. message) end
  end
end

--- Saves or loads the log and the means so far.
---@param serializer dgraph.Serializer
function LogReport:serialize(serializer)
  state.object(serializer._trigger, self._log_trigger)
  self._summary:serialize(serializer._summary)
  self.log = state.records(serializer, "_log", self.log)
end

return LogReport
