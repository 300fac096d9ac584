--- Libraries of the system, opened at their first use.
local ffi = require "ffi"

--- A function that opens a library once and returns it.
---@param what string  its name for people
---@param names string[]  what it is called by systems, the likeliest first
---@param packages string  what to install
---@return fun(): ffi.namespace*
local function shared_library(what, names, packages)
  local library
  return function()
    if library then return library end
    local tried = {}
    for _, name in ipairs(names) do
      local found, loaded = pcall(ffi.load, name)
      if found then
        library = loaded
        return library
      end
      tried[#tried + 1] = loaded
    end
    error(("%s was not found; install it (%s)\n  %s"):format(what, packages,
      table.concat(tried, "\n  ")), 0)
  end
end

return shared_library
