--- Writes snapshots in a forked process, while the training goes on.
--
-- The process sees the memory as it was at the fork, so nothing is copied that does not change.
--- Source: Chainer.
local ffi = require "ffi"
local Writer = require "dgraph.training.extensions.snapshot_writers.writer"
local dictionary = require "dgraph.serializers.dictionary"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local worker = require "dgraph.utils.worker"

local Size = ffi.typeof "double[1]"

---@class dgraph.ProcessWriter: dgraph.SnapshotWriter
---@overload fun(savefun?: function, opts?: any): dgraph.ProcessWriter
local ProcessWriter = Writer:extend("ProcessWriter")

--- What the process can save: it cannot use a card that this one used, so what lies there is
--- brought to the host first.
local function readable(target)
  if not target.serialize then return target end
  local serializer, values = dictionary.DictionarySerializer()
  target:serialize(serializer)
  local is_far = false
  for key, value in pairs(values) do
    if native.is_tensor(value) and value.device ~= "cpu" then
      values[key], is_far = value:to "cpu", true
    end
  end
  if not is_far then return target end
  return {
    serialize = function(_, into)
      for key, value in pairs(values) do into(key, value) end
    end,
  }
end

--- Sends the text of an error, or none.
local function send(fd, text)
  worker.send(fd, Size(#text), ffi.sizeof(Size))
  worker.send(fd, ffi.cast("const char *", text), #text)
end

--- Waits for the file that is being written; returns the text of an error, if any.
local function join(self)
  local process, size = self._process, Size()
  if not process then return end
  self._process = nil
  local text
  if worker.receive(process.fd, size, ffi.sizeof(Size)) then
    local bytes = ffi.new("char[?]", size[0] + 1)
    if worker.receive(process.fd, bytes, size[0]) then text = ffi.string(bytes, size[0]) end
  end
  local ending = worker.join(process)
  if not text then
    return ("snapshot: the process that writes %s %s"):format(self._filename, ending)
  end
  return text ~= "" and text or nil
end

--- Has the target written as it is now. Where the file before is not whole yet, that is waited for;
--- what went wrong with it is raised when this one is on its way.
---@param filename string
---@param outdir string
---@param target table
function ProcessWriter:__call(filename, outdir, target)
  local failure, seen = join(self), readable(target)
  local process, message = worker.start(function(fd)
    -- Finalizers would give back what is the other process's, on cards for instance.
    collectgarbage "stop"
    local done, text = pcall(self.save, self, filename, outdir, seen)
    send(fd, done and "" or tostring(text))
  end)
  if not process then errors.raisef("snapshot: cannot start a process: %s", message) end
  self._process, self._filename = process, filename
  if failure then error(failure, 0) end
end

--- Waits until the last file is whole. Without it the process still completes its file.
function ProcessWriter:finalize()
  local failure = join(self)
  if failure then error(failure, 0) end
end

return ProcessWriter
