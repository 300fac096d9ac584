--- The parameters of a model as a list, made again only when a layer was added or exchanged.
--
-- An optimizer goes through all parameters at each step. Assignments to new fields are counted
-- here; those to fields that hold a layer or parameter already leave no trace, so each of these is
-- compared with what it held before.
local ffi = require "ffi"
local native = require "dgraph.native"
local unroll = require "dgraph.utils.unroll"

local structure = {}

local count = 0

--- Notes that a layer or parameter was assigned somewhere.
function structure.changed() count = count + 1 end

---@class dgraph.LinkList
---@field params dgraph.Parameter[]
---@field n integer
local List = {}
List.__index = List

--- A name as a constant of the program: the JIT compiler looks it up without a hash. "$" and "%"
--- mean something to `unroll`.
local function constant(name)
  if type(name) ~= "string" then return tostring(name) end
  return '"' .. name:gsub("[^%w_]", function(c) return ("\\%03d"):format(c:byte()) end) .. '"'
end

--- The parameters of a model, each once.
---@param model dgraph.Link
---@return dgraph.LinkList
function structure.list(model)
  local self = setmetatable({ model = model, n = 0 }, List)
  self:_read()
  return self
end

function List:_read()
  local links, names, values, params = {}, {}, {}, {}
  for link in self.model:links() do
    link:_watched(function(name, value)
      links[#links + 1], names[#names + 1] = link, name
      values[#links] = value
    end)
  end
  for param in self.model:params() do params[#params + 1] = param end
  self._links, self._names, self._values, self._count = links, names, values, count
  self._is_same = unroll("links, names, values", #links,
    "if not rawequal(rawget(links[$i], names[$i]), values[$i]) then return false end",
    "return true", function(i)
      return ("if not rawequal(rawget(links[$i], %s), values[$i]) then return false end"):format(
        constant(names[i]))
    end)
  self.params, self.n = params, #params
  -- The same for C; what it says about each goes into `marks`.
  self.marks = ffi.new("uint8_t[?]", math.max(#params, 1))
  self.handles = ffi.new("dg_tensor *[?]", math.max(#params, 1), params)
end

function List:_is_fresh()
  if self._count ~= count then return false end
  return self._is_same(self._links, self._names, self._values)
end

--- Makes the list again when the model has changed; true when it has.
---@return boolean changed
function List:refresh()
  if self:_is_fresh() then return false end
  self:_read()
  return true
end

--- Forgets all gradients.
function List:cleargrads() native.check(native.C.dg_gradients_clear(self.n, self.handles)) end

return structure
