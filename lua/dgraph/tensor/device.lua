--- Tensors on other devices: `x:to "cuda"`.
local devices = require "dgraph.devices"
local dtypes = require "dgraph.dtypes"
local native = require "dgraph.native"
local tensor = require "dgraph.tensor"

local C, methods = native.C, tensor.methods

--- x on a device, or in a dtype; x itself where it is that already. Gradients flow back.
---@param x dgraph.Tensor
---@param target dgraph.Device|dgraph.Dtype
---@return dgraph.Tensor
function methods.to(x, target)
  if dtypes.exists(target) then
    if C.dg_dtype_of(x) == dtypes.id(target, "to") then return x end
    return x:cast(target)
  end
  local id = devices.id(target, "to")
  if native.check(C.dg_device_of(x)) == id then return x end
  local y = C.dg_to(x, id)
  return y ~= nil and native.wrap(y) or native.again("dg_to", x, id)
end

--- x on the host.
---@param x dgraph.Tensor
---@return dgraph.Tensor
function methods.to_cpu(x) return methods.to(x, "cpu") end

--- x on a card.
---@param x dgraph.Tensor
---@param number? integer  which, from 0: the first by default
---@return dgraph.Tensor
function methods.to_gpu(x, number) return methods.to(x, "cuda:" .. (number or 0)) end
