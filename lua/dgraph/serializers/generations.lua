--- Files of which the last few versions are kept: `path`, before it `path.1`, then `path.2` ...
local files = require "dgraph.utils.files"

---@class dgraph.Found
---@field file string?  what was loaded in place of the newest; nil: it was the newest
---@field passed_over string[]?  why the newer ones were not

local generations = {}

--- A crash between two renames can leave one number free, never two.
local function older(path)
  local list, missing = {}, 0
  for i = 1, math.huge do
    local candidate = ("%s.%d"):format(path, i)
    missing = files.exists(candidate) and 0 or missing + 1
    if missing == 0 then list[#list + 1] = candidate end
    if missing == 2 then return list end
  end
end

--- Gives what `load` makes of the newest generation that it can read. Where none can be read, the
--- message is about the newest.
---@generic T
---@param path string
---@param load fun(path: string): T?, string?
---@return T? loaded
---@return string|dgraph.Found|nil message_or_found  nothing for the newest
function generations.newest(path, load)
  local loaded, message = load(path)
  if loaded ~= nil then return loaded end
  local passed_over = { message }
  for _, candidate in ipairs(older(path)) do
    loaded, message = load(candidate)
    if loaded ~= nil then return loaded, { file = candidate, passed_over = passed_over } end
    passed_over[#passed_over + 1] = message
  end
  return nil, passed_over[1]
end

return generations
