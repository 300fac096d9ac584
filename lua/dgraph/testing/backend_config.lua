--- On what a test runs: the host or a card.
--- Source: Chainer.
local check = require "dgraph.check"
local class = require "dgraph.class"

---@class dgraph.BackendConfig
---@field device dgraph.Device
---@overload fun(params?: { use_cuda?: boolean, cuda_device?: integer }): dgraph.BackendConfig
local BackendConfig = class.new "BackendConfig"

local OPTIONS = { use_cuda = true, cuda_device = true }

---@param params? { use_cuda?: boolean, cuda_device?: integer }  the host by default; cards count
---  from 0
function BackendConfig:init(params)
  params = check.options(params, "BackendConfig", OPTIONS)
  self.use_cuda = params.use_cuda == true
  self.cuda_device = params.cuda_device or 0
  self.device = self.use_cuda and "cuda:" .. self.cuda_device or "cpu"
end

--- Whether the device is there.
---@return boolean
function BackendConfig:is_available()
  if not self.use_cuda then return true end
  local cuda = require "dgraph.cuda"
  return (cuda.is_available()) and cuda.device_count() > self.cuda_device
end

--- Tensors of a list, brought to the device.
---@param tensors dgraph.Tensor[]
---@return dgraph.Tensor[]
function BackendConfig:get_array(tensors)
  local there = {}
  for i, x in ipairs(tensors) do there[i] = x:to(self.device) end
  return there
end

return BackendConfig
