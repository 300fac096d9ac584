--- dg.capture: a step that is recorded on a card once, and then done again at once.
--
-- What must be as it was when the step was recorded is its signature: dtypes and shapes of the
-- tensors that it is called with, other arguments, the variables around the function, the settings
-- of dg.config. For each signature there is a variant: its first call runs the function, the second
-- records it, the others replay it. docs/capture.md tells what that asks of the function.
local ffi = require "ffi"
local check = require "dgraph.check"
local config = require "dgraph.config"
local devices = require "dgraph.devices"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local optimizers = require "dgraph.capture_optimizers"
local scopes = require "dgraph.scope"

local C, is_tensor = native.C, native.is_tensor

--- One way to call the function.
---@class dgraph.CaptureVariant
---@field inputs any[]  the arguments, tensors as the copies that the recorded work reads
---@field n integer  how many they are
---@field device integer
---@field around any[]  the variables around the function
---@field settings table<string, any>
---@field handle ffi.cdata*?  what C has of it; nil before it is recorded
---@field results any[]?
---@field updates dgraph.CapturedUpdates?
---@field reason string?  why it is not to be recorded

---@class dgraph.Capture
---@field captures integer  how often the function was recorded
---@field replays integer  how often that was done again
---@field runs integer  how often the function itself ran to do the step
---@field reason string?  why the last call ran the function, or nil
---@overload fun(...): any
local Capture = {}
Capture.__index = Capture

--- A reference of its own for what C returned, which no scope ends.
local function hold(h)
  if h == nil then native.raise_last() end
  if native.depth == 0 then return native.wrap(h) end
  if C.dg_keep(h) == nil then native.raise_last() end
  return native.own_copy(h)
end

--- A copy of a tensor's elements on a device, without its graph.
local function copy_on(x, device)
  local plain = native.wrap(C.dg_detach(x))
  return hold(C.dg_to(plain, device))
end

-- -- Signatures -----------------------------------------------------------------------------------

--- The values of the variables around a function, and their names.
local function variables_of(f)
  local values, names = {}, {}
  if type(f) ~= "function" then return values, names end
  for i = 1, 255 do
    local name, value = debug.getupvalue(f, i)
    if not name then break end
    names[i], values[i] = name, value == nil and names or value
  end
  return values, names
end

--- The name of the first variable around f that is not what it was, or nil.
local function changed_variable(f, values)
  if type(f) ~= "function" then return nil end
  for i = 1, #values do
    local name, value = debug.getupvalue(f, i)
    local was = values[i]
    if is_tensor(value) then
      if not native.same(value, was) then return name end
    elseif value ~= nil and not rawequal(value, was) and (value == value or was == was) then
      return name
    elseif value == nil and (type(was) ~= "table" or was[i] ~= name) then
      return name
    end
  end
  return nil
end

local function copy_settings()
  local settings = {}
  for name, value in pairs(config.values) do settings[name] = value end
  return settings
end

--- The name of the first setting of dg.config that is not what it was, or nil.
local function changed_setting(settings)
  for name, value in pairs(config.values) do
    if settings[name] ~= value then return name end
  end
  return nil
end

local function is_same_input(was, value)
  if is_tensor(value) then return is_tensor(was) and C.dg_capture_fits(was, value) == 1 end
  return rawequal(was, value) or value ~= value and was ~= was
end

--- What of a call is not as a variant has it, in words, or nil.
local function difference(self, variant, device, n, ...)
  if variant.n ~= n then return "the number of arguments" end
  if variant.device ~= device then return "the device" end
  for i = 1, n do
    if not is_same_input(variant.inputs[i], (select(i, ...))) then return "argument " .. i end
  end
  local setting = changed_setting(variant.settings)
  if setting then return "dg.config." .. setting end
  local name = changed_variable(self.f, variant.around)
  return name and "the variable " .. name
end

--- Which device a call works on: that of its first tensor on a card, or where new tensors are made.
local function device_of(n, ...)
  for i = 1, n do
    local x = select(i, ...)
    local device = is_tensor(x) and native.check(C.dg_device_of(x)) or 0
    if device > 0 then return device end
  end
  return devices.id(config.values.device, "dg.capture")
end

local function is_watched()
  local watchers = package.loaded["dgraph.watch.watchers"]
  local links = package.loaded["dgraph.watch.links"]
  return watchers and #watchers.hooks > 0 or links and links.is_watching()
end

--- Why a call cannot but run the function, or nil.
local function why_eager(n, ...)
  if native.capture then return "it is called while another step is recorded" end
  if config.values.debug then return "debug mode looks at values" end
  if is_watched() then return "hooks watch" end
  for i = 1, n do
    local x = select(i, ...)
    if is_tensor(x) and C.dg_requires_grad(x) == 1 and config.values.enable_backprop then
      return ("argument %d requires a gradient"):format(i)
    end
  end
  return nil
end

-- -- Results --------------------------------------------------------------------------------------

local function is_list(value) return type(value) == "table" and getmetatable(value) == nil end

--- Calls f for each tensor among results, directly or in a plain list; gives all with what f gave.
local function each_tensor(results, f)
  local made = { n = results.n }
  for i = 1, results.n do
    local value = results[i]
    if is_tensor(value) then
      made[i] = f(value)
    elseif is_list(value) then
      made[i] = {}
      for key, item in pairs(value) do made[i][key] = is_tensor(item) and f(item) or item end
    else
      made[i] = value
    end
  end
  return made
end

local function copy_of(x) return native.wrap(C.dg_copy(native.wrap(C.dg_detach(x)))) end

local function pack(...) return { n = select("#", ...), ... } end

-- -- Running, recording, replaying ----------------------------------------------------------------

local function run(self, ...)
  self.runs = self.runs + 1
  return scopes.scope(self.f, ...)
end

--- Runs the function with its arguments on the device.
local function run_on(self, device, n, ...)
  local arguments = { ... }
  for i = 1, n do
    local x = arguments[i]
    if is_tensor(x) and C.dg_device_of(x) ~= device then
      arguments[i] = native.wrap(C.dg_to(x, device))
    end
  end
  return run(self, unpack(arguments, 1, n))
end

local function make_variant(self, device, n, ...)
  local inputs = { ... }
  for i = 1, n do
    if is_tensor(inputs[i]) then inputs[i] = copy_on(inputs[i], device) end
  end
  return {
    inputs = inputs, n = n, device = device, settings = copy_settings(),
    around = variables_of(self.f),
  }
end

local function load(variant, n, ...)
  for i = 1, n do
    local x = select(i, ...)
    if is_tensor(x) then native.check(C.dg_assign(variant.inputs[i], x)) end
  end
end

--- Forgets what was recorded.
local function drop(variant)
  if variant.handle then C.dg_capture_free(ffi.gc(variant.handle, nil)) end
  variant.handle, variant.results, variant.updates = nil, nil, nil
end

--- Why what was just recorded cannot be done again, or nil.
local function why_once(self, variant)
  local name = changed_variable(self.f, variant.around)
  if name then return ("the function assigns to the variable %s around it"):format(name) end
  if C.dg_capture_is_stale(variant.handle) == 1 then
    return "the function reads a tensor from outside that it replaces"
  end
  if C.dg_capture_updates(variant.handle) > variant.updates.covered then
    return "the function changes tensors by update rules other than in an optimizer's update"
  end
  return nil
end

--- Has C record one call of the function. Nothing is done yet.
local function record(self, variant)
  native.collect() -- tensors that nothing refers to must not go while it is recorded
  local handle = C.dg_capture_begin(variant.device)
  if handle == nil then native.raise_last() end
  variant.handle = ffi.gc(handle, C.dg_capture_free)
  variant.updates = optimizers.recorder(handle)
  native.capture = variant.updates
  local results = pack(pcall(scopes.scope, self.f, unpack(variant.inputs, 1, variant.n)))
  native.capture = false
  local message = not results[1] and results[2]
  if results[1] and C.dg_capture_end(handle) < 0 then
    message = ffi.string(C.dg_error_message())
    C.dg_error_clear()
  end
  if message then
    variant.updates:undo()
    drop(variant)
    error(message, 0)
  end
  self.captures = self.captures + 1
  table.remove(results, 1)
  results.n = results.n - 1
  variant.results = each_tensor(results, function(x) return hold(C.dg_detach(x)) end)
end

local function replay(variant)
  native.check(C.dg_capture_replay(variant.handle))
  local copies = each_tensor(variant.results, copy_of)
  return unpack(copies, 1, copies.n)
end

--- Records a call and does it. What cannot be done again is done this once.
local function record_and_do(self, variant, n, ...)
  load(variant, n, ...)
  record(self, variant)
  local reason = why_once(self, variant)
  local results = pack(replay(variant))
  if reason then
    drop(variant)
    variant.reason, self.reason = reason, reason
  end
  return unpack(results, 1, results.n)
end

--- Whether a variant that was recorded can be replayed, after optimizers gave their numbers.
local function prepare(variant)
  if C.dg_capture_is_stale(variant.handle) == 1 then
    return false, "a tensor that the function reads is gone"
  end
  return variant.updates:number()
end

--- The variant of a call; or nil, and what is not as it was at the last call.
local function find(self, device, n, ...)
  local last, differs = self._last, nil
  if last then
    differs = difference(self, last, device, n, ...)
    if not differs then return last end
  end
  for _, variant in ipairs(self._variants) do
    if variant ~= last and not difference(self, variant, device, n, ...) then
      self._last = variant
      return variant
    end
  end
  return nil, differs
end

function Capture:__call(...)
  local n = select("#", ...)
  local device = device_of(n, ...)
  self.reason = nil
  if device == 0 then return run(self, ...) end
  self.reason = why_eager(n, ...)
  if self.reason then return run_on(self, device, n, ...) end
  local variant, differs = find(self, device, n, ...)
  if not variant then
    if #self._variants < self.variants then
      self._last = make_variant(self, device, n, ...)
      table.insert(self._variants, self._last)
      self.reason = differs and differs .. " is new" or "it is the first call"
    else
      self.reason = ("%s is new, and there are %d variants already"):format(differs, self.variants)
    end
    return run_on(self, device, n, ...)
  end
  if variant.handle then
    local ready, why = prepare(variant)
    if ready then
      load(variant, n, ...)
      self.replays = self.replays + 1
      return replay(variant)
    end
    drop(variant) -- to be recorded anew
    variant.losses = (variant.losses or 0) + 1
    if variant.losses > self.variants then variant.reason = why end
    self.reason = why
    return run_on(self, device, n, ...)
  end
  self.reason = variant.reason
  if variant.reason then return run_on(self, device, n, ...) end
  return record_and_do(self, variant, n, ...)
end

--- Forgets all that was recorded, and gives its memory back.
function Capture:reset()
  for _, variant in ipairs(self._variants) do drop(variant) end
  self._variants, self._last = {}, nil
end

function Capture:__tostring()
  return ("dg.capture: %d recorded, %d replayed, %d run%s"):format(self.captures, self.replays,
    self.runs, self.reason and " (the last one as " .. self.reason .. ")" or "")
end

local capture = {}

--- A step to be called like f. On a card f itself runs at the first call only; the second records
--- all that f asks of the card into a CUDA graph, and later ones replay that: one launch, whatever
--- f does. f then does not run: what it computes on the host, prints or assigns does not happen.
--- Tensors among the arguments are copied to where f found them, optimizers count on, learning
--- rates and random numbers are those of the time; what f returns are copies.
---
--- A call that is not as the recorded one, in shapes, dtypes, other arguments, variables around f
--- or dg.config, runs f, and the next one like it is recorded as well, up to `variants` kinds. To
--- read a value in f is an error. `step.reason` tells why the last call ran f.
---
--- f runs in a scope. Tensors on the host are moved to the card. On the CPU f just runs.
---@generic T
---@param f fun(...): T
---@param options? { variants: integer }  4 by default
---@return dgraph.Capture step
function capture.capture(f, options)
  check.callable(f, "dg.capture")
  local variants = options and options.variants or 4
  if type(variants) ~= "number" or variants < 1 then
    errors.raisef("dg.capture: variants must be 1 or more, got %s", check.spell(variants))
  end
  return setmetatable({
    f = f, variants = variants, captures = 0, replays = 0, runs = 0, _variants = {},
  }, Capture)
end

return capture
