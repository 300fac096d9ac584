--- The base of snapshot writers: a class says in `__call(self, filename, outdir, target)` when and
--- where `save` is called.
--- Source: Chainer.
local check = require "dgraph.check"
local class = require "dgraph.class"
local errors = require "dgraph.errors"
local npz = require "dgraph.serializers.npz"

---@class dgraph.SnapshotWriter
---@field after_save? fun(outdir: string)  what the snapshot does when a file is whole
local Writer = class.new("Writer")

---@param savefun? fun(path: string, target: table, opts: any): any  save_npz by default; `nil,
---  message` is a failure
---@param opts? any  what savefun gets as its third argument: `{ compression = false }`
function Writer:init(savefun, opts)
  if savefun ~= nil then check.callable(savefun, self._name) end
  self.savefun, self.opts = savefun or npz.save_npz, opts
end

--- Writes the target: every class has its own.
function Writer:__call(filename, outdir, target) -- luacheck: no unused args
  errors.raisef("%s has no method __call", self._name)
end

--- Saves at once, here.
---@param filename string
---@param outdir string  the trainer's folder
---@param target table  what is saved
function Writer:save(filename, outdir, target)
  local done, message = self.savefun(outdir .. "/" .. filename, target, self.opts)
  if done == nil and message then errors.raise("snapshot: " .. message) end
  if self.after_save then self.after_save(outdir) end
end

--- Waits until everything is written: the trainer calls it at the end.
function Writer.finalize() end

return Writer
