--- What computes in float32 under autocast, and gives that, as normalizations do: where numbers of
--- 16 bits would be too coarse.
local config = require "dgraph.config"
local dtypes = require "dgraph.dtypes"
local native = require "dgraph.native"

local C, is_tensor, wrap = native.C, native.is_tensor, native.wrap

--- f, which under autocast is called without it, its first `count` arguments in float32 where they
--- are tensors of 16 bits.
---@param count integer
---@param f fun(...): dgraph.Tensor
---@return fun(...): dgraph.Tensor
return function(count, f)
  return function(...)
    if not config.values.autocast then return (f(...)) end
    local given = { ... }
    for i = 1, count do
      local x = given[i]
      if is_tensor(x) and dtypes.names_half(x.dtype) then
        given[i] = wrap(C.dg_cast(x, C.DG_F32))
      end
    end
    return (config.autocast(false, f, unpack(given, 1, select("#", ...))))
  end
end
