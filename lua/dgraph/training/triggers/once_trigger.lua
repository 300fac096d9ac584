--- Fires once, when it is called first.
local class = require "dgraph.class"

---@class dgraph.OnceTrigger
---@overload fun(call_on_resume?: boolean): dgraph.OnceTrigger
local OnceTrigger = class.new("OnceTrigger")

---@param call_on_resume? boolean  once more after a snapshot was loaded; false
function OnceTrigger:init(call_on_resume)
  self._is_first, self._is_resumed = true, call_on_resume == true
end

--- Whether this is the first call.
---@return boolean
function OnceTrigger:__call()
  local fire = self._is_first or self._is_resumed
  self._is_first, self._is_resumed = false, false
  return fire
end

--- Saves or loads whether it has fired.
---@param serializer dgraph.Serializer
function OnceTrigger:serialize(serializer)
  self._is_first = serializer("_flag_first", self._is_first)
end

return OnceTrigger
