--- Layers and functions one after another.
local ChainList = require "dgraph.chain_list"
local F = require "dgraph.functions"
local check = require "dgraph.check"
local errors = require "dgraph.errors"
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

--- The way of one value through `n` layers, written out: the JIT compiler cannot follow a loop over
--- layers that differ.
local function write_out(n)
  local lines = {}
  for i = 1, n - 1 do
    lines[i] = ("x, b, c, d = self[%d](x)\n"):format(i)
      .. ("if b ~= nil then return pass(self, %d, x, b, c, d) end"):format(i + 1)
  end
  local code = ("local pass = ...\nreturn function(self, x)\nlocal b, c, d\n%s\n"
    .. "return self[%d](x)\nend"):format(table.concat(lines, "\n"), n)
  return assert(loadstring(code, errors.chunk_name("sequential")))(pass)
end

local by_length = {}

--- Passes the arguments to the first layer, and what each one returns (at most four values) to the
--- next.
---@param x any
---@return any ...
function Sequential:forward(x, ...)
  local n = #self
  if n == 0 or n > 40 or select("#", ...) > 0 then return pass(self, 1, x, ...) end
  local f = by_length[n]
  if not f then
    f = write_out(n)
    by_length[n] = f
  end
  return f(self, x)
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

--- Whether an item is what a name says: that of its class, or of a function in dgraph.functions.
local function is_called(item, name)
  if type(item) == "function" then return rawequal(F[name], item) end
  return item._name == name
end

local function check_name(name, who)
  if type(name) ~= "string" then
    errors.raisef("%s: wanted the name of a class or function, got %s", who, check.spell(name))
  end
end

--- How many items there are of a kind: "Linear" for layers, "relu" for functions. Classes that
--- extend one count under their own names, items of sequences inside this one not at all.
---@param name string
---@return integer
function Sequential:count_by_layer_type(name)
  check_name(name, "count_by_layer_type")
  local count = 0
  for i = 1, #self do
    if is_called(self[i], name) then count = count + 1 end
  end
  return count
end

--- Takes all items of a kind out: see `count_by_layer_type`.
---@param name string
---@return self
function Sequential:remove_by_layer_type(name)
  check_name(name, "remove_by_layer_type")
  for i = #self, 1, -1 do
    if is_called(self[i], name) then self:remove(i) end
  end
  return self
end

return Sequential
