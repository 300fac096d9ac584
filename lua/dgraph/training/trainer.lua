--- The loop around it all: updates, and after each of them the extensions whose time has come.
local arguments = require "dgraph.links.arguments"
local class = require "dgraph.class"
local clock = require "dgraph.utils.clock"
local errors = require "dgraph.errors"
local folder = require "dgraph.training.folder"
local get_trigger = require "dgraph.training.triggers.get_trigger"
local random = require "dgraph.random"
local reporter = require "dgraph.reporter"
local serializers = require "dgraph.serializers.serializer"
local state = require "dgraph.training.state"
local traced = require "dgraph.training.traced"

---@class dgraph.Trainer
---@field updater dgraph.Updater
---@field stop_trigger fun(trainer: dgraph.Trainer): boolean
---@field out string  the folder for what extensions write
---@field observation table<string, number>  what was reported since the last update began
---@field reporter dgraph.Reporter
---@field elapsed_time number  seconds of training, those before a snapshot included
---@field is_before_training boolean
---@overload fun(updater: dgraph.Updater, ...): dgraph.Trainer
local Trainer = class.new("Trainer")

local properties = {}

function properties:elapsed_time()
  if self._final_elapsed_time then return self._final_elapsed_time end
  if not self._start_at then errors.raise "Trainer: the training has not started yet" end
  return clock() - self._start_at + self._snapshot_elapsed_time
end

function properties:is_before_training() return self.updater.iteration == 0 end

function Trainer.__index(self, key)
  local property = properties[key]
  if property then return property(self) end
  return getmetatable(self)[key]
end

---@param updater dgraph.Updater
---@param ... any  stop_trigger (never by default), out = "result", extensions = {}; by position, or
---  by name in one table
function Trainer:init(updater, ...)
  local opts = arguments.read("Trainer", { "stop_trigger", "out", "extensions" }, ...)
  self.updater, self.out = updater, opts.out or "result"
  self.stop_trigger = get_trigger(opts.stop_trigger)
  self.observation, self.reporter = {}, reporter.Reporter()
  self._entries, self._by_name = {}, {}
  self._snapshot_elapsed_time = 0
  for name, optimizer in pairs(updater:get_all_optimizers()) do
    self.reporter:add_observers(name, optimizer.target:namedlinks())
  end
  updater:connect_trainer(self)
  for _, extension in ipairs(opts.extensions or {}) do self:extend(extension) end
end

local function field(extension, name)
  if type(extension) == "table" then return extension[name] end
end

local OPTIONS = { "name", "trigger", "priority", "call_before_training" }

--- Adds an extension: a function, or an object as `dgraph.training.extension` describes it. One
--- whose name is taken gets a number behind it.
---@param extension fun(trainer: dgraph.Trainer)|dgraph.Extension|table
---@param ... any  name, trigger, priority (what the extension says by default; PRIORITY_READER each
---  iteration for a function), call_before_training = false; by position, or by name in one table
---@return self
function Trainer:extend(extension, ...)
  local opts = arguments.read("extend", OPTIONS, ...)
  local name = opts.name or field(extension, "name") or field(extension, "default_name")
    or field(extension, "_name") or "extension"
  if name == "training" then errors.raise 'extend: no extension can be called "training"' end
  local unique, number = name, 0
  while self._by_name[unique] do
    number = number + 1
    unique = ("%s_%d"):format(name, number)
  end
  local entry = {
    name = unique, extension = extension, order = #self._entries,
    trigger = get_trigger(opts.trigger or field(extension, "trigger") or { 1, "iteration" }),
    priority = opts.priority or field(extension, "priority") or 100,
    call_before_training = opts.call_before_training == true,
  }
  if type(extension) == "table" then extension.name = unique end
  table.insert(self._entries, entry)
  self._by_name[unique] = entry
  return self
end

--- The extension of a name.
---@param name string
---@return any
function Trainer:get_extension(name)
  local entry = self._by_name[name]
  if not entry then errors.raisef("get_extension: there is no extension %s", tostring(name)) end
  return entry.extension
end

--- Calls a method of all extensions that have it, those of the highest priority first.
local function call_all(self, method, ...)
  for _, entry in ipairs(self._entries) do
    local f = field(entry.extension, method)
    if f then f(entry.extension, self, ...) end
  end
end

local function call_before_training(self)
  for _, entry in ipairs(self._entries) do
    if entry.call_before_training then entry.extension(self) end
  end
end

local function start(self)
  local done, message = folder.make(self.out)
  if not done then errors.raise("Trainer: " .. message) end
  table.sort(self._entries, function(a, b)
    if a.priority ~= b.priority then return a.priority > b.priority end
    return a.order < b.order
  end)
  self._start_at = clock()
  call_all(self, "restore")
  call_all(self, "initialize")
  self.observation = {}
  self.reporter:scope(self.observation, traced, call_before_training, self)
  self._is_over = self.stop_trigger(self)
  self._has_begun = true
end

--- Goes on with an update, and calls the extensions once it is complete.
local function go_on(self, finish)
  if not self.updater:advance(finish) then return end
  self._is_updating = false
  for _, entry in ipairs(self._entries) do
    if entry.trigger(self) then entry.extension(self) end
  end
end

local function iterate(self, finish)
  if not self._is_updating then
    self.observation, self._is_updating = {}, true
  end
  self.reporter:scope(self.observation, traced, go_on, self, finish)
  if not self._is_updating then self._is_over = self.stop_trigger(self) end
end

local function work(self, finish, to_the_end)
  if not self._start_at then start(self) end
  while not self._is_over do
    iterate(self, finish)
    if not to_the_end and not (finish and clock() < finish) then return end
  end
end

--- Ends the training: everything is finalized, whatever fails.
local function finalize(self)
  self._final_elapsed_time = self._start_at and self.elapsed_time or self._snapshot_elapsed_time
  self._is_done = true
  local problem
  local function try(object)
    local f = field(object, "finalize")
    local ok, message = true, nil
    if f then ok, message = pcall(f, object, self) end
    problem = problem or not ok and message
  end
  for _, entry in ipairs(self._entries) do try(entry.extension) end
  try(self.updater)
  return problem
end

--- Tells all extensions of an error, ends the training, and lets the error go on. Nothing has to be
--- rescued from a training that could not begin.
local function fail(self, message)
  for _, entry in ipairs(self._entries) do
    local f = self._has_begun and field(entry.extension, "on_error")
    if f then pcall(f, entry.extension, self, message) end
  end
  finalize(self)
  error(message, 0)
end

local function guarded(self, finish, to_the_end)
  local ok, message = pcall(traced, work, self, finish, to_the_end)
  if not ok then fail(self, message) end
  if not self._is_over then return false end
  local problem = finalize(self)
  if problem then error(problem, 0) end
  return true
end

--- Trains until the stop trigger fires. An error ends the training: extensions are told of it and
--- finalized, then it is raised again, with the stack of where it happened behind its message.
function Trainer:run()
  if self._is_done then errors.raise "Trainer: it cannot run twice; make a new one" end
  guarded(self, nil, true)
end

--- Trains for about so long and comes back, for a host with a loop of its own:
--- `while not trainer:step(2000) do draw() end`. What takes its time as a whole is one computation
--- of the loss, one step of the optimizer, and one extension; the walk back is interrupted where
--- the updater is a StandardUpdater, or between updates where it is another. Without a budget it is
--- one update, or the rest of one.
---@param budget_us? number  microseconds
---@return boolean over  whether the training has ended
function Trainer:step(budget_us)
  if self._is_done then return true end
  return guarded(self, budget_us and clock() + budget_us * 1e-6, false)
end

local function serialize_random(serializer)
  local now = random.get_state()
  local seed, offset = serializer("seed", now.seed), serializer("offset", now.offset)
  if serializers.loads(serializer) then random.set_state { seed = seed, offset = offset } end
end

--- Saves or loads everything that the training depends on: updater, extensions, triggers, time, and
--- where the random numbers are.
---@param serializer dgraph.Serializer
function Trainer:serialize(serializer)
  local loads = serializers.loads(serializer)
  if self._is_updating and not loads then
    errors.raise "Trainer: an update is half done; trainer:step() without a budget completes it"
  end
  self.updater:serialize(serializer.updater)
  state.object(serializer.stop_trigger, self.stop_trigger)
  for _, entry in ipairs(self._entries) do
    state.object(serializer.extensions[entry.name], entry.extension)
    state.object(serializer.extension_triggers[entry.name], entry.trigger)
  end
  local time = self._snapshot_elapsed_time
  if not loads and self._start_at then time = self.elapsed_time end
  time = serializer("_snapshot_elapsed_time", time)
  if loads then self._snapshot_elapsed_time = time end
  serialize_random(serializer.random) -- the last, as loading may draw some
end

return Trainer
