--- Classes: `local Sub = Base:extend("Sub")`, `function Sub:init(...)`, `Sub(...)`.
local class = {}

--- Looks a name up in a class and those it extends.
local function inherit(base)
  return { __index = base, __call = function(self, ...) return self:new(...) end,
    __tostring = function(self) return "class " .. self._name end }
end

--- Makes a class. Metamethods of the base are taken over; a field is looked up in the base.
---@param base table?
---@param name string
---@return table
function class.extend(base, name)
  local made = { _name = name, _base = base }
  for key, value in pairs(base or {}) do
    if type(key) == "string" and key:sub(1, 2) == "__" then made[key] = value end
  end
  if not made.__index or base and base.__index == base then made.__index = made end
  return setmetatable(made, inherit(base))
end

--- A class without a base.
---@param name string
---@return table
function class.new(name)
  local made = class.extend(nil, name)
  made.extend = class.extend
  function made.new(self, ...)
    local object = setmetatable({}, self)
    if object.init then object:init(...) end
    return object
  end
  --- Whether an object is of a class or of one that extends it.
  function made.is(object, wanted)
    local at = getmetatable(object)
    while at and at ~= wanted do at = rawget(at, "_base") end
    return at == wanted
  end
  return made
end

return class
