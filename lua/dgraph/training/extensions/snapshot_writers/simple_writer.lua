--- Writes a snapshot at once; the training goes on when it is on the disk.
--- Source: Chainer.
local Writer = require "dgraph.training.extensions.snapshot_writers.writer"

---@class dgraph.SimpleWriter: dgraph.SnapshotWriter
---@overload fun(savefun?: function, opts?: any): dgraph.SimpleWriter
local SimpleWriter = Writer:extend("SimpleWriter")

function SimpleWriter:__call(filename, outdir, target) self:save(filename, outdir, target) end

return SimpleWriter
