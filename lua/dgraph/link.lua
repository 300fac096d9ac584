--- A layer: parameters, other layers, and a function of them.
--
-- A Link or Parameter that is assigned to a field of a link is registered there, and lies in the
-- table itself, so that `self.W` is an ordinary look-up. All other fields lie in `_values`: an
-- assignment to one of them always passes `__newindex`, which keeps a tensor alive when the scope
-- that it was made in closes.
local class = require "dgraph.class"
local create = require "dgraph.create"
local devices = require "dgraph.devices"
local errors = require "dgraph.errors"
local kinds = require "dgraph.link_kinds"
local native = require "dgraph.native"
local parameter = require "dgraph.parameter"
local structure = require "dgraph.link_structure"

local cleargrads, list_of = structure.cleargrads, structure.list

local C = native.C
local is_link, is_parameter, is_tensor = kinds.is_link, kinds.is_parameter, kinds.is_tensor

---@class dgraph.Link
---@field name string?  what its parent calls it
---@field update_enabled boolean  whether optimizers change any of its parameters
---@overload fun(...): any
local Link = class.new("Link")
Link.is_link = true

-- -- Fields ----------------------------------------------------------------------------------

local function register(self, name, value)
  if type(getmetatable(self)[name]) == "function" then
    errors.raisef("%s: %s is a method, so no layer or parameter can have this name", self._name,
      tostring(name))
  end
  self._values[name] = nil
  rawset(self, name, value)
  if is_link(value) then value.name = tostring(name) end
  structure.changed()
  for _, known in ipairs(self._order) do
    if known == name then return end
  end
  table.insert(self._order, name)
end

--- Only called for names that the table itself does not hold.
local function assign(self, name, value)
  local kind = type(value)
  if kind == "table" and is_link(value) or kind == "cdata" and is_parameter(value) then
    return register(self, name, value)
  end
  if kind == "cdata" and is_tensor(value) then value = value:keep() end
  self._values[name] = value
end

local properties = {}

function properties.update_enabled(self)
  for param in self:params() do
    local rule = param.update_rule
    if rule and rule.enabled then return true end
  end
  return false
end

--- How objects of a class find a field that is neither a layer nor a parameter.
local function index_of(made)
  return function(self, name)
    local value = rawget(self, "_values")[name]
    if value ~= nil then return value end
    value = made[name]
    if value == nil and properties[name] then return properties[name](self) end
    return value
  end
end

Link.__newindex = assign

--- Calling an object is calling `forward` of its class, without a function in between: LuaJIT gives
--- up on traces with more than 15 tail calls.
local function define(made, name, value)
  rawset(made, name, value)
  if name == "forward" then rawset(made, "__call", kinds.call_of(value)) end
end

--- Makes a class of layers. `init` receives what the class is called with, and sets the fields;
--- `forward` is what an object does when it is called.
---@param name? string
---@return any
function Link:extend(name)
  local made = class.extend(self, name or self._name)
  made.__index = index_of(made)
  getmetatable(made).__newindex = define
  kinds.register_class(made)
  return made
end

Link.__index = index_of(Link)

--- Makes a link and has `init` fill it.
---@return any
function Link:new(...)
  local link = setmetatable({ _values = {}, _order = {}, _persistent = {} }, self)
  if self.init ~= self._collect then rawset(link, "_arguments", kinds.remember(...)) end
  link:init(...)
  return link
end

--- With what `new` would make such a link again: a list and its length `n`. A class whose `init`
--- is its `_collect` only takes up the layers that it is given, and asks them.
---@return { n: integer, [integer]: any }
function Link:_construction() return rawget(self, "_arguments") or { n = 0 } end

--- What a link starts with: every class has its own.
function Link.init() end

--- What the layer does: every class has its own.
function Link:forward()
  errors.raisef("%s has no method forward", self._name)
end

Link.__call = Link.forward

--- Runs `f(self)`, for those who are used to Chainer: fields register themselves everywhere.
---@param f fun(link: dgraph.Link)
function Link:init_scope(f) f(self) end

--- Makes a parameter and assigns it to the field `name`.
---@param name string
---@param shape? integer[]  nil: `initialize` is called later
---@param initializer? dgraph.InitializerLike
---@return dgraph.Parameter
function Link:add_param(name, shape, initializer)
  if self[name] ~= nil then errors.raisef("%s: it has a %s already", self._name, name) end
  self[name] = parameter(initializer, shape)
  return self[name]
end

--- Assigns a value to the field `name` that is saved with the parameters, but not learned.
---@param name string
---@param value dgraph.Tensor|number|boolean|nil
function Link:add_persistent(name, value)
  if self[name] ~= nil then errors.raisef("%s: it has a %s already", self._name, name) end
  self[name] = value
  self:register_persistent(name)
end

--- Saves the field `name` with the parameters from now on.
---@param name string
function Link:register_persistent(name)
  for _, known in ipairs(self._persistent) do
    if known == name then return end
  end
  table.insert(self._persistent, name)
end

-- -- What it holds ---------------------------------------------------------------------------

--- The layer's own parameters, by name, in the order of their registration.
---@return string[] names
---@return dgraph.Parameter[] parameters
function Link:_own_params()
  local names, params = {}, {}
  for _, name in ipairs(self._order) do
    local value = rawget(self, name)
    if is_parameter(value) then
      names[#names + 1], params[#params + 1] = name, value
    end
  end
  return names, params
end

--- The layers in this one, by name, in the order of their registration.
---@return string[] names
---@return dgraph.Link[] links
function Link:_own_links()
  local names, links = {}, {}
  for _, name in ipairs(self._order) do
    local value = rawget(self, name)
    if is_link(value) then
      names[#names + 1], links[#links + 1] = name, value
    end
  end
  return names, links
end

--- Where registered values lie: pairs of a field and what is there, for `link_structure`.
function Link:_watched(watch)
  for _, name in ipairs(self._order) do watch(name, rawget(self, name)) end
end

--- Iterates over the layers in this one, not those inside them.
---@return fun(): dgraph.Link?
function Link:children()
  local _, links = self:_own_links()
  return kinds.each(links)
end

local function collect_links(link, path, paths, links)
  paths[#paths + 1], links[#links + 1] = path, link
  local names, children = link:_own_links()
  for i, child in ipairs(children) do
    collect_links(child, (path == "/" and "" or path) .. "/" .. names[i], paths, links)
  end
end

--- Iterates over this layer and all inside it: "/", itself, then "/l1", its layer l1 ...
---@param skipself? boolean
---@return fun(): string?, dgraph.Link?
function Link:namedlinks(skipself)
  local paths, links = {}, {}
  collect_links(self, "/", paths, links)
  return kinds.each_pair(paths, links, skipself and 1 or 0)
end

--- Iterates over this layer and all inside it, each once.
---@param skipself? boolean
---@return fun(): dgraph.Link?
function Link:links(skipself)
  local paths, links, seen, list = {}, {}, {}, {}
  collect_links(self, "/", paths, links)
  for i, link in ipairs(links) do
    if not seen[link] and not (skipself and i == 1) then list[#list + 1] = link end
    seen[link] = true
  end
  return kinds.each(list)
end

--- Iterates over all parameters with their names: "/l1/W", the parameter ... One that two layers
--- share comes under both names.
---@param include_uninit? boolean  also those that have no shape yet: true by default
---@return fun(): string?, dgraph.Parameter?
function Link:namedparams(include_uninit)
  local paths, params = {}, {}
  for path, link in self:namedlinks() do
    local names, own = link:_own_params()
    for i, param in ipairs(own) do
      if include_uninit ~= false or param.is_initialized then
        paths[#paths + 1] = (path == "/" and "" or path) .. "/" .. names[i]
        params[#params + 1] = param
      end
    end
  end
  return kinds.each_pair(paths, params, 0)
end

--- Iterates over all parameters, each once.
---@param include_uninit? boolean  also those that have no shape yet: true by default
---@return fun(): dgraph.Parameter?
function Link:params(include_uninit)
  local seen, list = {}, {}
  for _, param in self:namedparams(include_uninit) do
    local id = kinds.id(param)
    if not seen[id] then list[#list + 1] = param end
    seen[id] = true
  end
  return kinds.each(list)
end

--- The number of learned numbers, and of parameters whose shape is not known yet.
---@return integer count
---@return integer uninitialized
function Link:count_params()
  local count, uninitialized = 0, 0
  for param in self:params() do
    if param.is_initialized then
      count = count + param.size
    else
      uninitialized = uninitialized + 1
    end
  end
  return count, uninitialized
end

-- -- Devices ---------------------------------------------------------------------------------

--- Moves what a class keeps besides parameters and persistent values, such as the state of a
--- recurrent layer: every class that has some has its own.
---@param device dgraph.Device
function Link:_move(device) end -- luacheck: ignore 212

--- Moves all parameters, persistent tensors and states of the layer and of those inside it to a
--- device, in place: optimizers go on with them.
---@param device dgraph.Device
---@return dgraph.Link self
function Link:to(device)
  local id = devices.id(device, "to")
  for param in self:params() do native.check(C.dg_move(param, id)) end
  for link in self:links() do
    for _, name in ipairs(link._persistent) do
      if native.is_tensor(link[name]) then link[name] = link[name]:to(device) end
    end
    link:_move(device)
  end
  return self
end

--- Moves the layer to the host.
---@return dgraph.Link self
function Link:to_cpu() return self:to "cpu" end

--- Moves the layer to a card.
---@param number? integer  which, from 0: the first by default
---@return dgraph.Link self
function Link:to_gpu(number) return self:to("cuda:" .. (number or 0)) end

-- -- Gradients -------------------------------------------------------------------------------

--- Forgets the gradients of all parameters.
function Link:cleargrads() cleargrads(list_of(self)) end

--- Sets the gradients of all parameters to zero.
function Link:zerograds()
  for param in self:params(false) do param.grad = create.zeros_like(param) end
end

--- Calls `f(own, other)` with the parameters that two layers have under the same name.
local function with_twins(self, other, f)
  local theirs = {}
  for path, param in other:namedparams() do theirs[path] = param end
  for path, param in self:namedparams() do
    if not theirs[path] then
      errors.raisef("%s: the other %s has no parameter %s", self._name, other._name, path)
    end
    f(param, theirs[path])
  end
end

--- Adds the gradients of another layer of the same structure to those of this one.
---@param link dgraph.Link
function Link:addgrads(link)
  with_twins(self, link, function(own, other)
    if other.grad then own:addgrad(other) end
  end)
end

--- Copies the parameters of another layer of the same structure into those of this one.
---@param link dgraph.Link
function Link:copyparams(link)
  with_twins(self, link, function(own, other)
    if not other.is_initialized then return end
    if not own.is_initialized then own:initialize(other.shape) end
    own:copydata(other)
  end)
end

local function enable(self, on)
  for param in self:params() do
    local rule = param.update_rule
    if rule then rule.enabled = on end
  end
end

--- Has the optimizer change the parameters again.
function Link:enable_update() enable(self, true) end

--- Has the optimizer leave the parameters as they are. Call it after `optimizer:setup`.
function Link:disable_update() enable(self, false) end

-- -- Hooks -----------------------------------------------------------------------------------

--- Has a link hook see each call of this layer, as `dg.using_hook` does for all layers.
---@param hook table  with `forward_preprocess(hook, call)` or `forward_postprocess(hook, call)`
---@param name? string  its field `name` by default
---@return dgraph.Link self
function Link:add_hook(hook, name)
  name = name or type(hook) == "table" and hook.name
  if type(hook) ~= "table" or type(name) ~= "string" then
    errors.raisef("%s:add_hook: wanted a hook that has a name, or a name for it", self._name)
  end
  for _, each in ipairs(self:local_link_hooks()) do
    if each == name then
      errors.raisef("%s:add_hook: there is a hook %s already", self._name, name)
    end
  end
  if hook.added then hook:added(self) end
  require("dgraph.watch.links").add_to(self, hook, name)
  return self
end

--- Takes a link hook off this layer.
---@param name string
function Link:delete_hook(name)
  local hook = require("dgraph.watch.links").remove_from(self, name)
  if not hook then
    errors.raisef("%s:delete_hook: there is no hook %s", self._name, tostring(name))
  end
  if hook.deleted then hook:deleted(self) end
end

--- The names of the link hooks of this layer.
---@return string[]
function Link:local_link_hooks()
  local names = {}
  for i, each in ipairs(rawget(self, "_link_hooks") or {}) do names[i] = each.name end
  return names
end

-- -- Copies, files, text ---------------------------------------------------------------------

--- A copy of the layer and all inside it.
---@param mode? "share"|"copy"|"init"  the parameters of the copy look at the same numbers (the
---  default), have numbers of their own, or are initialized anew
---@return any
function Link:copy(mode) return require "dgraph.link_copy"(self, mode or "share") end

--- `n` copies one after another.
---@param n integer
---@param mode? "init"|"copy"|"share"  "init" by default
---@return dgraph.Sequential
function Link:repeat_(n, mode)
  local copies = {}
  for i = 1, n do copies[i] = self:copy(mode or "init") end
  return require "dgraph.sequential"(unpack(copies))
end

--- Saves or loads parameters and persistent values, under the names that Chainer gives them.
---@param serializer dgraph.Serializer
function Link:serialize(serializer)
  local names, params = self:_own_params()
  for i, name in ipairs(names) do serializer(name, params[i]) end
  for _, name in ipairs(self._persistent) do self[name] = serializer(name, self[name]) end
  local children
  names, children = self:_own_links()
  for i, child in ipairs(children) do child:serialize(serializer[names[i]]) end
end

--- What stands in the brackets when the layer is printed: `{ { "in_size", 784 }, ... }`.
---@return { [1]: string, [2]: any }[]
function Link.printable_specs() return {} end

--- The layer, its sizes and all inside it, as text.
---@return string
function Link:to_string()
  local names, children = self:_own_links()
  local words = {}
  for _, spec in ipairs(self:printable_specs()) do
    words[#words + 1] = ("%s=%s"):format(spec[1], tostring(spec[2]))
  end
  if #children == 0 then return ("%s(%s)"):format(self._name, table.concat(words, ", ")) end
  local lines = {}
  for i, child in ipairs(children) do
    lines[i] = ("  (%s): %s,"):format(names[i], (child:to_string():gsub("\n", "\n  ")))
  end
  return ("%s(%s\n%s\n)"):format(self._name, table.concat(words, ", "), table.concat(lines, "\n"))
end

function Link:__tostring() return self:to_string() end

--- Runs a copy of the model on an input, in test mode, and tells of each layer what it returned,
--- its own parameters and their bytes, and its floating point operations, those of layers in it not
--- included: `print(model:summary(x))`. What counts as how many operations is in dgraph.flops. The
--- model itself stays as it is, also where its parameters have no shape yet.
---@param ... any  what the model is called with
---@return dgraph.Summary
function Link:summary(...) return require "dgraph.summary"(self, ...) end

return Link
