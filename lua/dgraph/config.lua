--- Settings, and modes that hold while a function runs.
local check = require "dgraph.check"
local devices = require "dgraph.devices"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local extents = require "dgraph.extents"
local native = require "dgraph.native"

local C = native.C

---@class dgraph.Config
---@field train boolean  dropout and batch normalization behave as in training; true
---@field enable_backprop boolean  operators are recorded; true
---@field dtype dgraph.Dtype  of new tensors and parameters; "float32"
---@field device dgraph.Device  where they are made; "cpu", or what DGRAPH_DEVICE says
---@field autocast "float16"|"bfloat16"|false  what products are computed in: `dg.autocast`; false
---@field in_recomputing boolean  F.forget computes again what it did not keep: averages stay; false
---@field debug boolean  every result and every gradient is looked through for NaN; false, or what
---  DGRAPH_DEBUG says

local values = {
  train = true,
  enable_backprop = true,
  dtype = "float32",
  device = "cpu",
  autocast = false,
  in_recomputing = false,
  debug = false,
}

local function set(name, value)
  if name == "device" then native.check(C.dg_device_set(devices.id(value, "dg.config"))) end
  if name == "enable_backprop" then C.dg_mode_set(C.DG_MODE_BACKPROP, value and 1 or 0) end
  if name == "autocast" then
    native.check(C.dg_mode_set(C.DG_MODE_AUTOCAST, value and dtypes.id(value, "dg.config") or 0))
  end
  if name == "debug" and value ~= values.debug then require "dgraph.watch.debug"(value) end
  values[name] = value
end

local function is_user_key(name) return type(name) == "string" and name:sub(1, 5) == "user_" end

local function check_name(name)
  if values[name] ~= nil or is_user_key(name) then return end
  local names = {}
  for each in pairs(values) do names[#names + 1] = each end
  table.sort(names)
  errors.raisef("dg.config: there is no setting %s (known: %s, and user_...)", check.spell(name),
    table.concat(names, ", "))
end

local function check_value(name, value)
  if is_user_key(name) then return end
  if name == "dtype" then
    if not dtypes.names_float(value) then
      errors.raisef("dg.config: dtype must be the name of a float dtype, got %s",
        check.spell(value))
    end
  elseif name == "device" then
    devices.id(value, "dg.config")
  elseif name == "autocast" then
    if value ~= false and not dtypes.names_half(value) then
      errors.raisef("dg.autocast: wanted \"float16\", \"bfloat16\" or false, got %s",
        check.spell(value))
    end
  else
    check.boolean(value, "dg.config", name)
  end
end

local config = { values = values }

local asked = os.getenv "DGRAPH_DEVICE"
if asked and asked ~= "" then set("device", asked) end

--- Turns debug mode on where the environment asks for it. To be called when all else is loaded.
function config.read_environment()
  local debugs = os.getenv "DGRAPH_DEBUG"
  if debugs and debugs ~= "" and debugs ~= "0" then set("debug", true) end
end

---@type dgraph.Config
config.config = setmetatable({}, {
  __index = function(_, name)
    check_name(name)
    return values[name]
  end,
  __newindex = function(_, name, value)
    check_name(name)
    check_value(name, value)
    set(name, value)
  end,
  __tostring = function()
    local lines = {}
    for name, value in pairs(values) do lines[#lines + 1] = name .. " = " .. tostring(value) end
    table.sort(lines)
    return table.concat(lines, "\n")
  end,
})

local Mode = {}
Mode.__index = Mode

function Mode:undo() set(self.name, self.before) end

local function run(what, name, value, f, ...)
  check.callable(f, what)
  local current = extents.check()
  local mode = setmetatable({
    what = what, name = name, before = values[name], thread = false, is_open = false,
  }, Mode)
  set(name, value)
  return extents.within(mode, current, f, ...)
end

--- Calls `f(...)` with a setting changed, and restores it afterwards, errors or not.
---@param name string
---@param value any
---@param f function
---@param ... any
---@return any ...
function config.using_config(name, value, f, ...)
  check_name(name)
  check_value(name, value)
  return run("dg.using_config", name, value, f, ...)
end

--- Calls `f(...)` without recording operators: for evaluation.
---@param f function
---@param ... any
---@return any ...
function config.no_backprop_mode(f, ...)
  return run("dg.no_backprop_mode", "enable_backprop", false, f, ...)
end

--- Calls `f(...)` with operators recorded again, inside `no_backprop_mode`.
---@param f function
---@param ... any
---@return any ...
function config.force_backprop_mode(f, ...)
  return run("dg.force_backprop_mode", "enable_backprop", true, f, ...)
end

local AUTOCAST = { dtype = true, enabled = true }

--- Calls `f(...)` in mixed precision. Products (matmul, linear, convolution, attention, recurrent
--- layers over whole sequences) are computed in numbers of 16 bits, from float32 by casts; those of
--- a parameter are made once. Sums, exp, log and powers, softmax, normalizations and losses give
--- float32. Other operators take the widest dtype of their inputs. Parameters stay float32, and so
--- do their gradients. Call backward outside or inside: it needs no autocast.
---@param options "float16"|"bfloat16"|{ dtype: string, enabled: boolean }|false  false: off, inside
---  another one
---@param f function
---@param ... any
---@return any ...
function config.autocast(options, f, ...)
  local dtype = options
  if type(options) == "table" then
    check.options(options, "dg.autocast", AUTOCAST)
    dtype = options.enabled ~= false and (options.dtype or "bfloat16")
  end
  check_value("autocast", dtype)
  return run("dg.autocast", "autocast", dtype, f, ...)
end

--- Calls `f(...)` with another device for the tensors that it makes.
---@param device dgraph.Device
---@param f function
---@param ... any
---@return any ...
function config.using_device(device, f, ...)
  check_value("device", device)
  return run("dg.using_device", "device", device, f, ...)
end

--- Calls `f(...)` as in training: `config.train` is true.
---@param f function
---@param ... any
---@return any ...
function config.train_mode(f, ...) return run("dg.train_mode", "train", true, f, ...) end

--- Calls `f(...)` as in use: `config.train` is false.
---@param f function
---@param ... any
---@return any ...
function config.test_mode(f, ...) return run("dg.test_mode", "train", false, f, ...) end

--- Whether debug mode is on: the same as `dg.config.debug`.
---@return boolean
function config.is_debug() return values.debug end

--- Turns debug mode on or off: the same as setting `dg.config.debug`.
---@param on boolean
function config.set_debug(on) config.config.debug = on end

return config
