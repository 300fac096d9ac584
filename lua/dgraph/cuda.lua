--- dg.cuda: NVIDIA's cards.
local ffi = require "ffi"
local check = require "dgraph.check"
local devices = require "dgraph.devices"
local native = require "dgraph.native"

local C = native.C

local cuda = {}

--- Whether there is a card that can be used; if not, why.
---@return boolean
---@return string? reason
function cuda.is_available()
  if C.dg_device_count() > 0 then return true end
  return false, devices.reason()
end

--- How many cards there are.
---@return integer
function cuda.device_count() return C.dg_device_count() end

local function id_of(device, who)
  return devices.id(device == nil and "cuda" or device, who)
end

--- What a card is: its name and compute capability.
---@param device? dgraph.Device  the first card
---@return string
function cuda.device_name(device)
  local text = C.dg_device_text(id_of(device, "dg.cuda.device_name"))
  if text == nil then native.raise_last() end
  return ffi.string(text)
end

--- Waits until a card has done all that was asked of it. Reading a value waits by itself.
---@param device? dgraph.Device  the first card
function cuda.synchronize(device)
  native.check(C.dg_device_wait(id_of(device, "dg.cuda.synchronize")))
end

--- The time by a card's own clock, in seconds, when it has done all that was asked of it: the
--- difference of two calls is what the work between them took there.
---@param device? dgraph.Device  the first card
---@return number
function cuda.time(device)
  local now = C.dg_device_time(id_of(device, "dg.cuda.time"))
  if now ~= now then native.raise_last() end
  return now
end

--- Whether products of float32 on cards (matmul, linear, convolution ...) may be computed in TF32:
--- several times as fast, with factors of 10 bits of fraction. false at first; for all threads.
---@param on boolean
---@return boolean before  whether they might until now
function cuda.allow_tf32(on)
  return C.dg_device_allow_tf32(check.boolean(on, "dg.cuda.allow_tf32", "on") and 1 or 0) == 1
end

--- Sets how many bytes of tensors may be alive on a card; what would go over it is an error. nil:
--- no limit.
---@param bytes number?
---@param device? dgraph.Device  the first card
function cuda.set_memory_limit(bytes, device)
  local who = "dg.cuda.set_memory_limit"
  local most = bytes and check.number(bytes, who, "bytes") or 0
  native.check(C.dg_device_limit(id_of(device, who), most))
end

--- Gives a card's free blocks back to its driver.
---@param device? dgraph.Device  the first card
function cuda.trim(device) native.check(C.dg_device_trim(id_of(device, "dg.cuda.trim"))) end

--- `dg.cuda.available`, as in Chainer: whether there is a card.
return setmetatable(cuda, {
  __index = function(_, name)
    if name == "available" then return (cuda.is_available()) end
  end,
})
