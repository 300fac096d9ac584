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

--- The classes that programs have defined, by name; the newest where names are equal.
local classes = setmetatable({}, { __mode = "v" })

--- All classes, also those whose name another has.
local every_class = setmetatable({}, { __mode = "k" })

--- Makes a class known, so that files can name it.
function kinds.register_class(made)
  classes[made._name] = made
  every_class[made] = true
end

--- Iterates over all classes.
---@return fun(): table?
function kinds.each_class()
  local made
  return function()
    made = next(every_class, made)
    return made
  end
end

local CONTAINERS = {
  Link = "link", Chain = "chain", ChainList = "chain_list", Sequential = "sequential",
}

--- The class of this name: one of dgraph's own, or what the program has defined.
---@param name string
---@return table?
function kinds.find_class(name)
  if CONTAINERS[name] then return require("dgraph." .. CONTAINERS[name]) end
  return require "dgraph.links"[name] or classes[name]
end

local function remember(value)
  if kinds.is_tensor(value) then
    if native.depth == 0 then return value end
    return value:detach():copy():keep() -- the scope may close before it is asked for
  elseif type(value) == "table" and getmetatable(value) == nil then
    local copy = {}
    for key, item in pairs(value) do copy[key] = remember(item) end
    return copy
  end
  return value
end

--- What a link was made with, to be remembered: tables of options are copied, as their owner may
--- change them.
function kinds.remember(...)
  local list = { n = select("#", ...), ... }
  for i = 1, list.n do list[i] = remember(list[i]) end
  return list
end

--- What calling a link calls, by the `forward` of its class: that itself, as a rule.
function kinds.forward_itself(forward) return forward end

--- The same, while hooks watch: what stands in for it (dgraph.watch.links).
kinds.call_of = kinds.forward_itself

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
