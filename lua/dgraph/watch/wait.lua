--- Waits for the card that the tensors of an application lie on, so that times and bytes are its
--- own.
local native = require "dgraph.native"

local C = native.C

---@param fn dgraph.Application
return function(fn)
  if C.dg_device_count() == 0 then return end
  local x = fn.inputs[1]
  local device = x and C.dg_device_of(x) or 0
  if device > 0 then native.check(C.dg_device_wait(device)) end
end
