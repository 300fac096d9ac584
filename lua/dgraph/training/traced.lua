--- Calls whose errors carry the stack of where they were raised, through every `pcall` further out.
local TITLE = "\nstack traceback:\n"

local function with_stack(message)
  if type(message) ~= "string" or message:find(TITLE, 1, true) then return message end
  return debug.traceback(message, 2)
end

local function finish(ok, ...)
  if not ok then error((...), 0) end
  return ...
end

--- Calls `f(...)`. The message of an error gets the stack appended, once; an error that is no
--- string goes on as it is.
---@param f fun(...): ...
---@param ... any
---@return any ...
return function(f, ...) return finish(xpcall(f, with_stack, ...)) end
