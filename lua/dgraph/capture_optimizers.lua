--- What optimizers do in a step that dg.capture records, and do again before each replay: they
--- count on, and give the numbers of their updates, while the work itself is the graph's.
local native = require "dgraph.native"
local scopes = require "dgraph.scope"
local structure = require "dgraph.link_structure"

local C = native.C

---@class dgraph.CapturedUpdates
---@field handle ffi.cdata*
---@field covered integer  how many of the updates of the step are those of optimizers
---@field list table[]  of each update of an optimizer: from and to which number its changes go
local Updates = {}
Updates.__index = Updates

--- What an optimizer and its rules count, into a table that may have been used before.
local function remember(optimizer, into)
  into.optimizer, into.t = optimizer, optimizer.t
  for i, rule in ipairs(optimizer._rules) do
    local numbers = into[i] or {}
    into[i] = numbers
    numbers.t = rule.t
    for _, name in ipairs(rule.number_names) do numbers[name] = rule[name] end
  end
  return into
end

local function restore(was)
  local optimizer = was.optimizer
  optimizer.t = was.t
  for i, rule in ipairs(optimizer._rules) do
    for name, value in pairs(was[i] or {}) do rule[name] = value end
  end
end

--- The gradients that the parameters have, as handles that no scope ends.
local function gradients_of(optimizer)
  local list = {}
  for i, param in ipairs(optimizer._list.params) do
    local grad = C.dg_has_gradient(param) == 1 and C.dg_gradient(param)
    if grad and grad ~= nil then
      if native.depth > 0 and C.dg_keep(grad) == nil then native.raise_last() end
      list[i] = native.own_copy(grad)
    end
  end
  return list
end

--- Does the update of an optimizer, and notes it.
---@param optimizer dgraph.GradientMethod
---@param change fun(optimizer: dgraph.GradientMethod)
function Updates:record(optimizer, change)
  local entry = {
    optimizer = optimizer, change = change, before = remember(optimizer, {}),
    from = C.dg_capture_updates(self.handle), loss_scale = optimizer.loss_scale,
  }
  self.list[#self.list + 1] = entry -- so that an error undoes it
  change(optimizer)
  entry.to = C.dg_capture_updates(self.handle)
  entry.gradients = gradients_of(optimizer)
  self.covered = self.covered + entry.to - entry.from
end

--- Takes back what optimizers counted.
function Updates:undo()
  for i = #self.list, 1, -1 do restore(self.list[i].before) end
end

--- Gives the parameters the gradients that the recorded work leaves in them.
local function give_gradients(entry)
  for i, param in ipairs(entry.optimizer._list.params) do
    local grad = entry.gradients[i]
    if grad and C.dg_gradient_is(param, grad) ~= 1 then
      native.check(C.dg_gradient_set(param, grad))
    end
  end
end

--- Why an update of an optimizer is not the one that was recorded; nil: its numbers are new.
local function number(self, entry)
  local optimizer = entry.optimizer
  if structure.refresh(optimizer._list) ~= optimizer._version then
    optimizer:_read_rules()
    return "the model of an optimizer has changed"
  end
  if optimizer.loss_scale ~= entry.loss_scale then return "the scale of the loss has changed" end
  give_gradients(entry)
  native.check(C.dg_capture_number(self.handle, entry.from))
  native.capture = self
  local ok, message = pcall(scopes.scope, entry.change, optimizer)
  native.capture = false
  local to = C.dg_capture_numbered(self.handle)
  if not ok then return "an optimizer does not do what it did: " .. tostring(message) end
  return to ~= entry.to and "an optimizer does less than it did" or nil
end

--- Has the optimizers count on and give new numbers. false, with the reason, where that is not what
--- was recorded; then nothing has changed.
---@return boolean
---@return string? reason
function Updates:number()
  for i, entry in ipairs(self.list) do
    remember(entry.optimizer, entry.before)
    local reason = number(self, entry)
    if reason then
      C.dg_error_clear()
      for k = i, 1, -1 do restore(self.list[k].before) end
      return false, reason
    end
  end
  return true
end

local optimizers = {}

--- Notes the optimizers of a step that C is recording.
---@param handle ffi.cdata*
---@return dgraph.CapturedUpdates
function optimizers.recorder(handle)
  return setmetatable({ handle = handle, covered = 0, list = {} }, Updates)
end

return optimizers
