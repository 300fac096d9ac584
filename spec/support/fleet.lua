-- Several client processes at once: each runs a function, and writes lines that the parent reads.
local ffi = require "ffi"
local nginx = require "spec.support.nginx"

ffi.cdef [[
int spec_fork(void) asm("fork");
void spec_exit(int status) asm("_exit");
int spec_waitpid(int pid, int *status, int options) asm("waitpid");
]]

local fleet = {}

---@class spec.Fleet
---@field pids integer[]
local Fleet = {}
Fleet.__index = Fleet

--- Starts `count` processes that call `f(i)` and leave the text that it gives in `folder`.
function fleet.start(count, folder, f)
  local self = setmetatable({ pids = {}, folder = folder }, Fleet)
  io.stdout:flush()
  for i = 1, count do
    local pid = ffi.C.spec_fork()
    if pid == 0 then
      local ok, text = pcall(f, i)
      nginx.write(("%s/client-%d"):format(folder, i), ok and text or "error " .. tostring(text))
      ffi.C.spec_exit(0)
    end
    self.pids[i] = pid
  end
  return self
end

--- Whether one of them still runs.
function Fleet:runs()
  for i, pid in pairs(self.pids) do
    if ffi.C.spec_waitpid(pid, nil, 1) == 0 then return true end
    self.pids[i] = nil
  end
  return false
end

--- Waits for all; gives their texts.
function Fleet:wait()
  for _, pid in pairs(self.pids) do ffi.C.spec_waitpid(pid, nil, 0) end
  self.pids = {}
  local texts, i = {}, 1
  while true do
    local path = ("%s/client-%d"):format(self.folder, i)
    local text = nginx.read(path)
    if not text then return texts end
    os.remove(path)
    if text:find "^error" then error(text, 0) end
    texts[i], i = text, i + 1
  end
end

--- Ends those that still run.
function Fleet:stop()
  for _, pid in pairs(self.pids) do
    nginx.kill(pid, 9)
    ffi.C.spec_waitpid(pid, nil, 0)
  end
  self.pids = {}
end

return fleet
