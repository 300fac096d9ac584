--- Names of files that say where the training is.
local errors = require "dgraph.errors"

--- A field of a field: "updater.iteration".
local function look_up(trainer, path)
  local value = trainer
  for name in path:gmatch "[^.]+" do
    value = type(value) == "table" and value[name] or nil
  end
  if value == nil then errors.raisef("filename: a trainer has no %s", path) end
  return tostring(value)
end

--- Fills in "{.updater.iteration}", or asks a function.
---@param format string|fun(trainer: dgraph.Trainer): string
---@param trainer dgraph.Trainer
---@return string
return function(format, trainer)
  if type(format) == "function" then return format(trainer) end
  return (format:gsub("{%.([%w_.]+)}", function(path) return look_up(trainer, path) end))
end
