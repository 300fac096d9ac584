--- The classes of dg.links or dg.optimizers by their names: each is read when it is first used, so
--- `pairs` shows those that were.
---@param package table
---@param path string  of its init.lua, where FILES has the names
---@return table<string, table>
return function(package, path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  local classes = {}
  for name in text:match "FILES = (%b{})":gmatch "(%w+) =" do classes[name] = package[name] end
  assert(next(classes), path)
  return classes
end
