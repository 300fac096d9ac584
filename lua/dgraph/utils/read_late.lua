--- Tables of classes whose files are read when they are first used.

--- Has `classes` read what it does not have yet: `pairs` shows what was used so far.
---@generic T: table
---@param classes T
---@param folder string  as `require` names it: "dgraph.links"
---@param files table<string, string>  the file of each class, in that folder
---@return T classes
return function(classes, folder, files)
  return setmetatable(classes, {
    __index = function(_, name)
      local file = files[name]
      if not file then return nil end
      local class = require(folder .. "." .. file)
      rawset(classes, name, class)
      return class
    end,
  })
end
