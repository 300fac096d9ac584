--- What a trainer calls after updates: functions, or objects with a few fields and methods.
--
--     trigger        when it is called; { 1, "iteration" } by default
--     priority       of those called together, the higher come first
--     name           what snapshots and `trainer:get_extension` call it
--     restore        restore(self, trainer): before all `initialize`, to load a state
--     initialize     initialize(self, trainer): before the first update
--     on_error       on_error(self, trainer, message): when training fails
--     finalize       finalize(self, trainer): at the end, also after an error
--     serialize      serialize(self, serializer): saves or loads its state
--
-- All of them may be missing. The object itself is called with the trainer.
local arguments = require "dgraph.links.arguments"
local class = require "dgraph.class"

--- Reports values that others use: evaluators.
local PRIORITY_WRITER = 300
--- Changes reported values.
local PRIORITY_EDITOR = 200
--- Uses reported values: logs, plots.
local PRIORITY_READER = 100

--- The base of extensions that are objects. A class has the method `__call(self, trainer)`.
---@class dgraph.Extension
---@field trigger any  a trigger, or what `get_trigger` makes one of
---@field priority integer
---@field name string?
---@field default_name string?  what it is called where no name is given
local Extension = class.new("Extension")
Extension.trigger = { 1, "iteration" }
Extension.priority = PRIORITY_READER

local Made = Extension:extend("extension")

function Made:init(f, opts)
  self._call = f
  self.trigger, self.priority, self.default_name = opts.trigger, opts.priority, opts.default_name
  local function method(hook) return hook and function(_, ...) return hook(...) end end
  self.initialize, self.finalize = method(opts.initializer), method(opts.finalizer)
  self.on_error = method(opts.on_error)
end

function Made:__call(trainer) return self._call(trainer) end

local OPTIONS = { "trigger", "default_name", "priority", "finalizer", "initializer", "on_error" }

--- Makes an extension of a function: `make_extension { trigger = { 1, "epoch" } }(f)`. The hooks
--- are called with the trainer, `on_error` with the message of the error as well.
---@param ... any  trigger = {1, "iteration"}, default_name, priority = PRIORITY_READER, finalizer,
---  initializer, on_error; by position, or by name in one table
---@return fun(f: fun(trainer: dgraph.Trainer)): dgraph.Extension
local function make_extension(...)
  local opts = arguments.read("make_extension", OPTIONS, ...)
  return function(f) return Made(f, opts) end
end

return {
  Extension = Extension, make_extension = make_extension,
  PRIORITY_WRITER = PRIORITY_WRITER, PRIORITY_EDITOR = PRIORITY_EDITOR,
  PRIORITY_READER = PRIORITY_READER,
}
