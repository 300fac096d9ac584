--- Where elements lie: "cpu", "cuda" (the first card), "cuda:0", "cuda:1" ...
local ffi = require "ffi"
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C = native.C

---@alias dgraph.Device "cpu"|"cuda"|string

local devices = {}

local names, ids = {}, { cpu = 0, cuda = 1, gpu = 1 }

--- The number of a device; an error when there is no such name. Whether the card exists is C's to
--- say.
---@param name dgraph.Device
---@param who string  what the error starts with
---@return integer
function devices.id(name, who)
  local id = ids[name]
  if id then return id end
  local number = type(name) == "string" and name:match "^cuda:(%d+)$"
  if not number then
    errors.raisef("%s: there is no device %s (\"cpu\", \"cuda\", \"cuda:0\" ...)", who,
      check.spell(name))
  end
  ids[name] = tonumber(number) + 1
  return ids[name]
end

--- The name of a device of C.
---@param id integer
---@return string
function devices.name(id)
  if id == 0 then return "cpu" end
  names[id] = names[id] or "cuda:" .. (id - 1)
  return names[id]
end

--- Whether a string names a device rather than a dtype.
---@param name any
---@return boolean
function devices.exists(name)
  return type(name) == "string" and (ids[name] ~= nil or name:find "^cuda:%d+$" ~= nil)
end

--- Makes a tensor by a function of C, where memory ran out once more after Lua's garbage is gone.
---@param device dgraph.Device?  where to make it; nil: as it is set
---@param who string
---@param name string  of the function in C
---@param ... any  its arguments
---@return dgraph.Tensor
function devices.make(device, who, name, ...)
  local before = device ~= nil and native.check(C.dg_device_set(devices.id(device, who)))
  local x = C[name](...)
  if x == nil and C.dg_error_code() == C.DG_EMEMORY then
    native.make_room()
    C.dg_error_clear()
    x = C[name](...)
  end
  if before then C.dg_device_set(before) end
  return native.wrap(x)
end

--- Why there is no card: "" when there is one.
---@return string
function devices.reason() return ffi.string(C.dg_device_reason()) end

return devices
