--- What a field of a link can be, and ways through lists of them.
local native = require "dgraph.native"
local parameter = require "dgraph.parameter"

local C = native.C

local kinds = {
  --- Whether a value is a tensor; parameters are tensors too.
  is_tensor = native.is_tensor,

  --- Whether a value is a parameter.
  is_parameter = parameter.is_parameter,
}

--- Whether a value is a layer.
function kinds.is_link(value)
  if type(value) ~= "table" then return false end
  local made = getmetatable(value)
  return type(made) == "table" and made.is_link == true
end

--- A number for a tensor, whatever handle refers to it.
function kinds.id(tensor) return C.dg_id(tensor) end

--- Iterates over the values of a list.
function kinds.each(list)
  local i = 0
  return function()
    i = i + 1
    return list[i]
  end
end

--- Iterates over two lists side by side, after the first `skip` items.
function kinds.each_pair(names, values, skip)
  local i = skip
  return function()
    i = i + 1
    return names[i], values[i]
  end
end

return kinds
