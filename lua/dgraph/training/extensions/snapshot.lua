--- Saves the training, or some object, again and again, so that it can go on after a crash.
local Extension = require "dgraph.training.extension"
local arguments = require "dgraph.links.arguments"
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local filename = require "dgraph.training.extensions.filename"
local folder = require "dgraph.training.folder"
local npz = require "dgraph.serializers.npz"
local SimpleWriter = require "dgraph.training.extensions.snapshot_writers.simple_writer"

---@class dgraph.Snapshot: dgraph.Extension
local Snapshot = Extension.Extension:extend("Snapshot")
Snapshot.trigger = { 1, "epoch" }
Snapshot.priority = -100

function Snapshot:init(target, format, opts)
  if opts.savefun ~= nil and opts.writer ~= nil then
    errors.raise "snapshot: savefun and writer exclude each other"
  end
  if opts.writer ~= nil then check.callable(opts.writer, "snapshot: writer") end
  self._target, self._format = target, format
  self._writer = opts.writer or SimpleWriter(opts.savefun)
  self._condition = opts.condition
  self._on_error = opts.snapshot_on_error == true
  self._retains, self._autoload = opts.n_retains or -1, opts.autoload == true
  if type(format) == "function" and (self._retains > 0 or self._autoload) then
    errors.raise "snapshot: n_retains and autoload want a filename, not a function"
  end
end

local function quote(text) return (text:gsub("[%^%$%(%)%%%.%[%]%*%+%-%?]", "%%%0")) end

--- A pattern for the names that a format makes, with one capture for each field.
local function pattern_of(format)
  local pattern, at = "", 1
  for before, after in format:gmatch "(){%.[%w_.]+}()" do
    pattern = pattern .. quote(format:sub(at, before - 1)) .. "(.-)"
    at = after
  end
  return "^" .. pattern .. quote(format:sub(at)) .. "$"
end

--- Whether one name comes before another: by numbers where there are some.
local function is_older(a, b)
  for i, value in ipairs(a.fields) do
    local other = b.fields[i]
    if value ~= other then
      local x, y = tonumber(value), tonumber(other)
      if x and y then return x < y end
      return value < other
    end
  end
  return false
end

--- The snapshots in a folder, the oldest first: those with smaller numbers in their names.
local function find(self, out)
  local found, pattern = {}, pattern_of(self._format)
  for _, name in ipairs(folder.list(out, self._format:match "^[^{]*")) do
    local fields = { name:match(pattern) }
    if fields[1] then found[#found + 1] = { name = name, fields = fields } end
  end
  table.sort(found, is_older)
  return found
end

--- Loads the newest snapshot, if there is one.
---@param trainer dgraph.Trainer
function Snapshot:restore(trainer)
  if not self._autoload then return end
  local found = find(self, trainer.out)
  if #found == 0 then return end
  local path = trainer.out .. "/" .. found[#found].name
  local report, message = npz.load_npz(path, self._target or trainer)
  if not report then errors.raise("snapshot: " .. message) end
end

--- Removes all but the newest, as many as are to be kept.
local function remove_old(self, out)
  local found = find(self, out)
  for i = 1, #found - self._retains do os.remove(out .. "/" .. found[i].name) end
end

local function save(self, trainer)
  local writer, after = self._writer, nil
  if self._retains > 0 then
    after = function(out) remove_old(self, out) end
  end
  local knows = type(writer) == "table" and writer.save ~= nil -- when its file is whole
  if knows then writer.after_save = after end
  writer(filename(self._format, trainer), trainer.out, self._target or trainer)
  if after and not knows then after(trainer.out) end
end

--- Waits for a writer that is at work still.
function Snapshot:finalize()
  local writer = self._writer
  if type(writer) == "table" and writer.finalize then writer:finalize() end
end

--- Saves.
---@param trainer dgraph.Trainer
function Snapshot:__call(trainer)
  if not self._condition or self._condition() then save(self, trainer) end
end

--- Saves once more, where that is wanted.
---@param trainer dgraph.Trainer
function Snapshot:on_error(trainer) if self._on_error then save(self, trainer) end end

local OPTIONS = { "savefun", "filename", "target", "condition", "writer", "snapshot_on_error",
  "n_retains", "autoload" }

local snapshots = {}

--- Saves the trainer, by default once in an epoch, to its folder. A file is replaced as a whole or
--- not at all. A training that was loaded from it goes on exactly as it would have.
---@param ... any  savefun = save_npz, filename = "snapshot_iter_{.updater.iteration}", target = the
---  trainer, condition, a function that may say no, writer = SimpleWriter(savefun), see
---  extensions.snapshot_writers, snapshot_on_error = false, n_retains = -1, how many to keep (all),
---  autoload = false, whether to load the newest before training; by position, or by name in one
---  table
---@return dgraph.Extension
function snapshots.snapshot(...)
  local opts = arguments.read("snapshot", OPTIONS, ...)
  return Snapshot(opts.target, opts.filename or "snapshot_iter_{.updater.iteration}", opts)
end

--- Saves an object, by default once in an epoch, to the trainer's folder.
---@param target { serialize: function }
---@param format string|fun(trainer: dgraph.Trainer): string  "model_{.updater.iteration}.npz"
---@param ... any  savefun, condition, writer, snapshot_on_error, n_retains, autoload, as in
---  `snapshot`; by position, or by name in one table
---@return dgraph.Extension
function snapshots.snapshot_object(target, format, ...)
  local opts = arguments.read("snapshot_object",
    { "savefun", "condition", "writer", "snapshot_on_error", "n_retains", "autoload" }, ...)
  return Snapshot(target, format, opts)
end

return snapshots
