--- How one parameter changes: the formula, its state, and settings that may differ from those of
--- the optimizer.
---
--- A parameter of float16 or bfloat16 has a master: float32 numbers, which the formula changes by
--- the gradient as float32, and of which the parameter gets roundings. Small steps would be lost
--- otherwise. The state is float32 then, too.
local class = require "dgraph.class"
local create = require "dgraph.create"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local structure = require "dgraph.link_structure"

local C = native.C

---@class dgraph.UpdateRule
---@field hyperparam table  what is not set here comes from the optimizer
---@field enabled boolean  whether the parameter changes at all
---@field t integer  how often it has changed
---@field state table<string, dgraph.Tensor>?  nil before the first update
---@field master dgraph.Tensor|false  of a parameter of 16 bits; false: there is none
local UpdateRule = class.new("UpdateRule")

--- The names of the tensors in `state`.
UpdateRule.state_names = {}

--- What their elements are at first, where that is not 0.
UpdateRule.state_values = {}

--- The names of numbers that are saved as well, fields of the rule.
UpdateRule.number_names = {}

--- Whether `update_core` does with a gradient that is some rows of a matrix, as the functions
--- `dg_update_...` do: they change these rows and their state, and leave the others. Otherwise it
--- gets the whole matrix.
UpdateRule.takes_rows = false

UpdateRule.master = false

--- What does the work of `update_core` for many parameters in one call of C, where a class has it:
--- `update_all(optimizer, n, params, states, marks, t)`, with the settings of the optimizer,
--- `states` an array of what `state_names` says for each parameter, and t the number of this step.
--- It gives a status as the functions `dg_update_..._all` do. A class that has another
--- `update_core` than the one that this stands beside goes by that.
UpdateRule.update_all = nil ---@type fun(...): integer

--- The names of the settings that `update_all` reads.
UpdateRule.setting_names = {}

--- Whether `update_all` looks at t, which then has to be the same for all parameters.
UpdateRule.counts_steps = false

--- How often a field was assigned that decides whether rules can be applied together. Such fields
--- do not lie in the rule itself, so each assignment is seen.
UpdateRule.changes = { count = 0 }

local changes = UpdateRule.changes
local WATCHED = {
  enabled = true, hyperparam = true, state = true, master = true, update_core = true,
}

function UpdateRule.__index(rule, name)
  local own = rawget(rule, "_own")
  local value = own and own[name]
  if value ~= nil then return value end
  return getmetatable(rule)[name]
end

function UpdateRule.__newindex(rule, name, value)
  if not WATCHED[name] then return rawset(rule, name, value) and nil end
  if not rawget(rule, "_own") then rawset(rule, "_own", {}) end
  rawget(rule, "_own")[name] = value
  changes.count = changes.count + 1
end

--- The same for settings: a first value of their own is seen, and with one they are not plain.
local function set_own(settings, name, value)
  rawset(settings, name, value)
  changes.count = changes.count + 1
end

local WEAK = { __mode = "v" }

--- The metatable of what takes its settings from an optimizer. It keeps an optimizer that has no
--- model. One that has a model it does not: the model's parameters have the rules, and none of them
--- would ever be collected.
---@param parent dgraph.Optimizer
---@return table
function UpdateRule.inherits(parent)
  local made = rawget(parent, "_inherits")
  if not made then
    local holder = { parent }
    made = { holder = holder, __newindex = set_own }
    function made.__index(_, name)
      local optimizer = holder[1]
      if not optimizer then
        errors.raisef("update rule: its optimizer, which has %s, is gone; "
          .. "keep it as long as the rule", name)
      end
      return optimizer[name]
    end
    rawset(parent, "_inherits", made)
  end
  if parent.target then setmetatable(made.holder, WEAK) end
  return made
end

---@param parent table  the optimizer, or a table of settings
function UpdateRule:init(parent)
  local is_optimizer = getmetatable(parent) ~= nil
  local inherits = is_optimizer and UpdateRule.inherits(parent) or { __index = parent }
  self.hyperparam = setmetatable({}, inherits)
  self.enabled = true
  self.t = 0
  self.state = nil
  self._hooks = {}
end

--- A tensor like a parameter, its elements `value`, that no scope ends: the handle owns it, so that
--- it goes as soon as the rule does.
local function full_like(param, value, dtype)
  local made = create.full_like(param, value, dtype)
  native.check(C.dg_count_as_parameter(made))
  if C.dg_keep(made) == nil then native.raise_last() end
  return native.own_copy(made)
end

local function holds_the_same(master, param)
  if master.device ~= param.device then return false end
  local differs = native.wrap(C.dg_ne(native.wrap(C.dg_cast(master, C.dg_dtype_of(param))), param))
  return native.wrap(C.dg_any(differs, 0, nil, 0)):item() == false
end

--- Gives a parameter of 16 bits its master, anew where others have changed it.
local function take_master(rule, param)
  local version = C.dg_version(param)
  if rule.master and rule._version == version then return end
  if not rule.master or not holds_the_same(rule.master, param) then
    rule.master = full_like(param, 0, "float32")
    native.check(C.dg_assign(rule.master, param))
  end
  rule._version = version
end

--- Makes what is missing of the master and of the state.
---@param param dgraph.Parameter  it has a shape
function UpdateRule:prepare(param)
  if not self.master and dtypes.names_half(param.dtype) then take_master(self, param) end
  if not self.state then self:init_state(self.master or param) end
end

--- The gradient of a parameter as `apply` takes it. What needs memory for a parameter with a master
--- is done here, before any changes.
---@param param dgraph.Parameter  it has a gradient
---@return dgraph.Tensor
function UpdateRule:take_gradient(param)
  local grad = native.wrap(self.takes_rows and C.dg_gradient_as_is(param) or C.dg_gradient(param))
  if not self.master then return grad end
  take_master(self, param)
  return native.wrap(C.dg_cast(grad, C.DG_F32))
end

--- Changes a parameter by a gradient, through its master where it has one.
---@param param dgraph.Parameter
---@param grad dgraph.Tensor  what `take_gradient` gave
function UpdateRule:apply(param, grad)
  self.t = self.t + 1
  if not self.master then return self:update_core(param, grad) end
  self:update_core(self.master, grad)
  native.check(C.dg_assign(param, self.master))
  self._version = C.dg_version(param)
end

--- Makes the state, as it is before the first update.
---@param param dgraph.Parameter  or its master
function UpdateRule:init_state(param)
  local state = {}
  for _, name in ipairs(self.state_names) do
    state[name] = full_like(param, self.state_values[name] or 0)
  end
  self.state = state
end

--- Changes a parameter by its gradient: every class has its own.
---@param param dgraph.Parameter  or its master
---@param grad dgraph.Tensor
function UpdateRule:update_core(param, grad) -- luacheck: no unused args
  errors.raisef("%s has no method update_core", self._name)
end

--- Changes a parameter by the gradient it has. Without one, or without a shape, it stays.
---@param param dgraph.Parameter
function UpdateRule:update(param)
  if not self.enabled or not param.is_initialized then return end
  if C.dg_has_gradient(param) ~= 1 then return end
  self:prepare(param)
  for _, hook in ipairs(self._hooks) do hook.call(self, param) end
  self:apply(param, self:take_gradient(param))
end

--- Has `hook(rule, param)` called before each update of this parameter.
---@param hook fun(rule: dgraph.UpdateRule, param: dgraph.Parameter)
---@param name? string
function UpdateRule:add_hook(hook, name)
  table.insert(self._hooks, { call = hook, name = name or type(hook) == "table" and hook.name })
  structure.changed() -- so that optimizers look at their rules again
end

--- Takes a hook off.
---@param name string
function UpdateRule:remove_hook(name)
  for i, hook in ipairs(self._hooks) do
    if hook.name == name then return table.remove(self._hooks, i) end
  end
  errors.raisef("remove_hook: there is no hook %s", tostring(name))
end

--- Saves or loads the state, under the names that Chainer gives it. What has no state yet is saved
--- as none, so that a file also fits where a parameter never had a gradient.
---@param serializer dgraph.Serializer
---@param param? dgraph.Parameter  its state is loaded to where it is; to the CPU when nil
function UpdateRule:serialize(serializer, param)
  self.t = serializer("t", self.t)
  for _, name in ipairs(self.number_names) do self[name] = serializer(name, self[name]) end
  if param and param.is_initialized and dtypes.names_half(param.dtype) then
    local master = serializer("master", self.master or nil)
    self.master = master and master:to(param.device) or false
    self._version = false -- the parameter may be loaded after this
  end
  local state = self.state or {}
  for _, name in ipairs(self.state_names) do
    local value = serializer(name, state[name])
    if value and param and param.is_initialized then value = value:to(param.device) end
    state[name] = value
  end
  if next(state) ~= nil then self.state = state end
end

return UpdateRule
