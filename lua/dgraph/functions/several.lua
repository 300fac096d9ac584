--- Calls of C that give several tensors at once.
local ffi = require "ffi"
local native = require "dgraph.native"

--- Calls a function that fills an array of `count` tensors, and gives them as a list.
---@param count integer
---@param f fun(array: ffi.cdata*, ...): number
---@param ... any  what follows the array
---@return dgraph.Tensor[]
return function(count, f, ...)
  local array, list = ffi.new("dg_tensor *[?]", math.max(count, 1)), {}
  native.check(f(array, ...))
  for i = 1, count do list[i] = native.wrap(array[i - 1]) end
  return list
end
