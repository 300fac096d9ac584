--- The parameters of a model as a list, made again only when a layer was added or exchanged.
--
-- An optimizer goes through all parameters at each step. Assignments to new fields are counted
-- here; those to fields that hold a layer or parameter already leave no trace, so each of these is
-- compared with what it held before. The step that does so is one trace of the JIT compiler, in
-- which names of fields are constants, and these must not be too many.
local ffi = require "ffi"
local native = require "dgraph.native"
local unroll = require "dgraph.utils.unroll"

local C, check, rawget = native.C, native.check, rawget

local structure = {} -- functions, not methods: a method is more look-ups in a trace

local count = 0

--- Notes that a layer or parameter was assigned somewhere.
function structure.changed() count = count + 1 end

---@class dgraph.LinkList
---@field params dgraph.Parameter[]
---@field n integer
---@field version integer  goes up when it is made again
local List = {}
List.__index = List

--- A name as a constant of the program: the JIT compiler looks it up without a hash. "$" and "%"
--- mean something to `unroll`.
local function constant(name)
  if type(name) ~= "string" then return tostring(name) end
  return '"' .. name:gsub("[^%w_]", function(c) return ("\\%03d"):format(c:byte()) end) .. '"'
end

--- A function that compares what links hold with what is noted of it: `watched` has a link, a name
--- and a value for each of `names`. Where it is written out a link is looked up once.
local function comparison(watched, names)
  local same = "if not rawequal(rawget(%s, %s), watched[3 * $i]) then return false end"
  local in_loop = same:format("watched[3 * $i - 2]", "watched[3 * $i - 1]")
  return unroll("watched", #names, in_loop, "return true", function(i)
    local known = i > 1 and watched[3 * i - 2] == watched[3 * i - 5]
    return (known and "" or i == 1 and "local link = watched[1] " or "link = watched[3 * $i - 2] ")
      .. same:format("link", constant(names[i]))
  end)
end

function List:_read()
  local watched, names, params = {}, {}, {} -- a link, a name, and what the link held under it
  for link in self.model:links() do
    link:_watched(function(name, value)
      names[#names + 1] = name
      local last = 3 * #names
      watched[last - 2], watched[last - 1], watched[last] = link, name, value
    end)
  end
  for param in self.model:params() do params[#params + 1] = param end
  self.version, self._watched, self._count = self.version + 1, watched, count
  self._is_same = comparison(watched, names)
  self.params, self.n = params, #params
  -- The same for C; what it says about each goes into `marks`.
  self.marks = ffi.new("uint8_t[?]", math.max(#params, 1))
  self.handles = ffi.new("dg_tensor *[?]", math.max(#params, 1), params)
end

--- Makes the list again when the model has changed.
---@param self dgraph.LinkList
---@return integer version
local function refresh(self)
  if self._count ~= count or not self._is_same(self._watched) then self:_read() end
  return self.version
end

structure.refresh = refresh

--- The parameters of a model, each once. All who ask get the same list, so that looking at it
--- twice in a step costs the JIT compiler little more than once.
---@param model dgraph.Link
---@return dgraph.LinkList
function structure.list(model)
  local list = rawget(model, "_list")
  if not list then
    list = setmetatable({ model = model, n = 0, version = 0 }, List)
    list:_read()
    rawset(model, "_list", list)
  end
  refresh(list)
  return list
end

--- Forgets the gradients of all parameters.
---@param self dgraph.LinkList
function structure.cleargrads(self) check(C.dg_gradients_clear(self.n, self.handles)) end

return structure
