--- How many buffers, which Lua's collector takes for a few bytes each, something makes and frees.
local buffer = require "dgraph.utils.buffer"

---@param f fun()
---@return integer made
---@return integer freed
return function(f)
  local made, freed = 0, 0
  local new, free = buffer.new, buffer.free
  function buffer.new(size)
    local bytes, message = new(size)
    if bytes then made = made + 1 end
    return bytes, message
  end
  function buffer.free(bytes)
    if bytes ~= nil then freed = freed + 1 end
    return free(bytes)
  end
  local done, message = pcall(f)
  buffer.new, buffer.free = new, free
  if not done then error(message, 0) end
  return made, freed
end
