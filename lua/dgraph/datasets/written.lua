--- Tensors whose numbers Lua writes.
local convert = require "dgraph.tensor.convert"
local dtypes = require "dgraph.dtypes"

--- Makes a tensor and has it written. LuaJIT has no floats of 16 bits: they are written as float32,
--- and rounded.
---@param shape integer[]
---@param dtype dgraph.Dtype
---@param device dgraph.Device?  nil: the default one
---@param write fun(target: ffi.cdata*)  gets a pointer to the elements, which are not set
---@return dgraph.Tensor
return function(shape, dtype, device, write)
  local is_half = dtypes.names_half(dtypes.name(dtypes.id(dtype, "dg.empty")))
  local x = require "dgraph".empty(shape,
    { dtype = is_half and "float32" or dtype, device = "cpu" })
  write(x:pointer())
  if is_half then x = x:cast(dtype) end
  return x:to(device or convert.default_device())
end
