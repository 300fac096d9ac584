--- Errors that point at the line of the user, however deep inside dgraph they are raised.
local getinfo = debug.getinfo

local errors = {}

-- The start of the chunk names of all of dgraph: "@.../dgraph/", whatever the host calls folders.
local own_source = getinfo(1, "S").source
local prefix = own_source:sub(1, #own_source - #own_source:match "[^/\\]*$")

--- Whether a function belongs to dgraph, or to the host's C code, rather than to its user.
local function is_inner(info)
  return info.what == "C" or #prefix > 1 and info.source:sub(1, #prefix) == prefix
end

--- The chunk name of code that dgraph generates, so that it counts as part of dgraph.
---@param name string
---@return string
function errors.chunk_name(name) return prefix .. name end

--- The level, as seen from the function that calls this one, of the innermost user code.
---@return integer
local function user_level()
  local level = 3
  local info = getinfo(level, "S")
  while info and is_inner(info) do
    level = level + 1
    info = getinfo(level, "S")
  end
  return info and level - 1 or 2
end

--- Raises an error at the line of the user.
---@param message string
function errors.raise(message) error(message, user_level()) end

--- Raises an error whose message is made of a format and its arguments.
---@param format string
---@param ... any
function errors.raisef(format, ...) error(format:format(...), user_level()) end

--- Where the innermost user code is: "file.lua:12".
---@return string
function errors.where()
  local info = getinfo(user_level(), "Sl")
  return info and ("%s:%d"):format(info.short_src, info.currentline) or "?"
end

return errors
