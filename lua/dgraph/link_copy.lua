--- Copies of layers: `Link:copy`.
local parameter = require "dgraph.parameter"
local errors = require "dgraph.errors"
local kinds = require "dgraph.link_kinds"

local function shallow(list)
  local copy = {}
  for key, value in pairs(list) do copy[key] = value end
  return copy
end

local copy_param = {}

--- The same numbers, with a gradient of its own.
function copy_param.share(param) return parameter.from(param:detach(), param.initializer) end

function copy_param.copy(param)
  return parameter.from(param:detach():copy(), param.initializer)
end

function copy_param.init(param)
  if param.initializer == nil then return copy_param.copy(param) end
  return parameter.new(param.initializer, param.shape)
end

--- One that waits for its shape has nothing to share.
local function duplicate_param(param, mode)
  local copy
  if param.is_initialized then
    copy = copy_param[mode](param)
  else
    copy = parameter.new(param.initializer)
  end
  copy.name = param.name
  return copy
end

local duplicate

--- Layers and parameters that are in two places stay one thing: `twins` knows them.
local function duplicate_member(value, mode, twins)
  if kinds.is_link(value) then return duplicate(value, mode, twins) end
  if not kinds.is_parameter(value) then return value end
  local id = kinds.id(value)
  twins[id] = twins[id] or duplicate_param(value, mode)
  return twins[id]
end

--- Layers that a link was made with are those of the copy.
local function duplicate_arguments(arguments, mode, twins)
  local copy = {}
  for i, value in pairs(arguments) do
    if kinds.is_link(value) then
      value = duplicate(value, mode, twins)
    elseif type(value) == "table" and getmetatable(value) == nil then
      value = duplicate_arguments(value, mode, twins)
    end
    copy[i] = value
  end
  return copy
end

function duplicate(link, mode, twins)
  if twins[link] then return twins[link] end
  local copy = {}
  twins[link] = copy
  for key, value in pairs(link) do copy[key] = duplicate_member(value, mode, twins) end
  copy._values, copy._order = shallow(link._values), shallow(link._order)
  copy._persistent = shallow(link._persistent)
  if link._arguments then
    copy._arguments = duplicate_arguments(link._arguments, mode, twins)
  end
  copy._list = nil -- of the parameters: it is the original's
  if mode ~= "share" then
    for _, name in ipairs(link._persistent) do
      local value = copy._values[name]
      if kinds.is_tensor(value) then copy._values[name] = value:detach():copy() end
    end
  end
  return setmetatable(copy, getmetatable(link))
end

--- Copies a layer and all inside it.
---@param link dgraph.Link
---@param mode "share"|"copy"|"init"
---@return dgraph.Link
return function(link, mode)
  if not copy_param[mode] then
    errors.raisef("copy: the mode is share, copy or init, not %s", tostring(mode))
  end
  return duplicate(link, mode, {})
end
