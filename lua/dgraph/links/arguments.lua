--- Arguments of layers: by position in Chainer's order, or by name in one trailing table.
local errors = require "dgraph.errors"

local arguments = {}

--- Whether a value is a table of options rather than a value: its keys are strings.
---@param value any
---@return boolean
function arguments.is_options(value)
  return type(value) == "table" and getmetatable(value) == nil and type(next(value)) ~= "number"
end

--- Puts optional arguments together. The last one may be a table of those that follow by name.
---@param who string  what errors start with
---@param names string[]  of all optional arguments, in order
---@param ... any  what was given for them
---@return table<string, any>
function arguments.read(who, names, ...)
  local options = {}
  for i, name in ipairs(names) do
    local value = select(i, ...)
    if arguments.is_options(value) then
      for key, item in pairs(value) do options[key] = item end
      break
    end
    options[name] = value
  end
  for key in pairs(options) do
    local found = false
    for _, name in ipairs(names) do found = found or name == key end
    if not found then
      errors.raisef("%s: unknown option %s (known: %s)", who, tostring(key),
        table.concat(names, ", "))
    end
  end
  return options
end

--- Raises an error unless a value is a size.
function arguments.size(who, what, value)
  if type(value) ~= "number" or value < 1 or value % 1 ~= 0 then
    errors.raisef("%s: %s is a positive integer, not %s", who, what, tostring(value))
  end
end

return arguments
