--- Has functions of specs run on the device that DGRAPH_TEST_DEVICE names (make test-cuda).
local dg = require "dgraph"

local DEVICE = os.getenv "DGRAPH_TEST_DEVICE" or "cpu"

--- A tensor, or a plain table with tensors in it, on the device that is tried.
local function placed(value)
  if dg.is_tensor(value) then return value:to(DEVICE) end
  if type(value) ~= "table" or getmetatable(value) then return value end
  local copy = {}
  for key, item in pairs(value) do copy[key] = dg.is_tensor(item) and item:to(DEVICE) or item end
  return copy
end

--- Gives f values of its own in place of the tensors that it shares with the rest of its spec.
local function place_upvalues(f)
  local name, value = debug.getupvalue(f, 1)
  local i = 1
  while name do
    local own = placed(value)
    if own ~= value then debug.upvaluejoin(f, i, function() return own end, 1) end
    i = i + 1
    name, value = debug.getupvalue(f, i)
  end
end

return setmetatable({ NAME = DEVICE }, {
  --- f with the tensors that it captured, and those that it makes, on the device.
  __call = function(_, f)
    if DEVICE == "cpu" then return f end
    place_upvalues(f)
    return function(...) return dg.using_device(DEVICE, f, ...) end
  end,
})
