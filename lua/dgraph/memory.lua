--- What memory is used for, and how much of it there may be.
local check = require "dgraph.check"
local devices = require "dgraph.devices"
local native = require "dgraph.native"

local C = native.C

local memory = {}

---@class dgraph.MemoryReport
---@field live number  bytes of all living tensors
---@field parameters number
---@field activations number
---@field gradients number
---@field workspace number
---@field cache number  free blocks that wait for their next use
---@field tensors integer  how many are alive
---@field nodes integer

local KINDS = {
  parameters = C.DG_PARAMETER, activations = C.DG_ACTIVATION, gradients = C.DG_GRADIENT,
  workspace = C.DG_WORKSPACE, cache = C.DG_CACHE,
}

--- The same of a card: its bytes alone.
local function of_card(device)
  local id, report = devices.id(device, "dg.memory"), { live = 0 }
  for name, kind in pairs(KINDS) do
    report[name] = native.check(C.dg_device_bytes(id, kind))
    if name ~= "cache" then report.live = report.live + report[name] end
  end
  return report
end

--- Bytes by what they are for, and how many tensors and nodes are alive. `live` counts the cards'
--- as well; the others are the host's, or with a device, its own.
---@param device? dgraph.Device  "cuda", "cuda:1" ...
---@return dgraph.MemoryReport
function memory.memory(device)
  if device ~= nil and device ~= "cpu" then return of_card(device) end
  return {
    live = C.dg_memory_live(),
    parameters = C.dg_memory_bytes(C.DG_PARAMETER),
    activations = C.dg_memory_bytes(C.DG_ACTIVATION),
    gradients = C.dg_memory_bytes(C.DG_GRADIENT),
    workspace = C.dg_memory_bytes(C.DG_WORKSPACE),
    cache = C.dg_memory_bytes(C.DG_CACHE),
    tensors = C.dg_memory_tensors(),
    nodes = C.dg_memory_nodes(),
  }
end

--- Sets how many bytes of tensors may be alive; what would go over it is an error. nil: no limit.
---@param bytes number?
function memory.set_memory_limit(bytes)
  C.dg_memory_limit(bytes and check.number(bytes, "dg.set_memory_limit", "bytes") or 0)
end

--- Sets how many bytes of tensors may be alive outside scopes before Lua's garbage is collected:
--- at least so many, or twice what was alive after the last collection. 256 MB without this.
---@param bytes number
function memory.set_gc_limit(bytes)
  native.gc_floor = check.number(bytes, "dg.set_gc_limit", "bytes")
  native.gc_limit = bytes
end

--- Gives free blocks back to the system.
function memory.trim() C.dg_memory_trim() end

return memory
