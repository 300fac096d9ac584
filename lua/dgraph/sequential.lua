--- Layers and functions one after another.
local ChainList = require "dgraph.chain_list"
local kinds = require "dgraph.link_kinds"

---@class dgraph.Sequential: dgraph.ChainList
---@field [integer] dgraph.Link|fun(x: dgraph.Tensor): dgraph.Tensor
---@overload fun(...: dgraph.Link|fun(x: dgraph.Tensor): dgraph.Tensor): dgraph.Sequential
local Sequential = ChainList:extend("Sequential")

--- Layers, functions, and tables that can be called.
function Sequential._accepts(value)
  if type(value) == "function" or kinds.is_link(value) then return true end
  local meta = type(value) == "table" and getmetatable(value)
  return meta and meta.__call ~= nil
end

local function pass(layers, i, ...)
  if i > #layers then return ... end
  return pass(layers, i + 1, layers[i](...))
end

--- Passes the arguments to the first layer, and what each one returns (at most four values) to the
--- next.
---@param x any
---@return any ...
function Sequential:forward(x, ...)
  if select("#", ...) > 0 or #self == 0 then return pass(self, 1, x, ...) end
  for i = 1, #self - 1 do
    local second, third, fourth
    x, second, third, fourth = self[i](x)
    if second ~= nil then return pass(self, i + 1, x, second, third, fourth) end
  end
  return self[#self](x)
end

--- Sequences inside this one dissolved into it.
---@return dgraph.Sequential
function Sequential:flatten()
  local flat = Sequential()
  for i = 1, #self do
    local layer = self[i]
    if kinds.is_link(layer) and Sequential.is(layer, Sequential) then
      flat:extend_with(layer:flatten())
    else
      flat:append(layer)
    end
  end
  return flat
end

return Sequential
