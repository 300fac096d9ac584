--- The inverse square root of symmetric positive definite matrices, for decorrelation.
local Function = require "dgraph.function"
local config = require "dgraph.config"

return function(F)
  ---@class dgraph.InverseRoot: dgraph.Function
  local InverseRoot = Function:extend "inverse_root"

  --- With a = v diag(w) v' that is v diag(w^-1/2) v'.
  function InverseRoot:forward(a)
    self.a = a
    local w, v = F.eigh(a)
    return F.matmul(v * F.expand_dims(F.rsqrt(w), -2), v, false, true)
  end

  --- ga = v (k . (v' g v)) v', where k_ij is the slope of w^-1/2 between w_i and w_j. With s =
  --- sqrt(w) it is -1 / (s_i s_j (s_i + s_j)), which needs no eigenvalues that differ, as the
  --- gradient of eigh would. They are computed again so that this can be differentiated too; the
  --- second derivative does want eigenvalues that differ.
  local function gradient(a, g)
    local w, v = F.eigh(a)
    local s = F.sqrt(w)
    local column, row = F.expand_dims(s, -1), F.expand_dims(s, -2)
    local turned = F.matmul(F.matmul(v, g, true), v)
    local inner = -turned / (column * row * (column + row))
    return F.matmul(F.matmul(v, inner), v, false, true)
  end

  --- Who calls backward under autocast has rules of Lua see it.
  function InverseRoot:backward(g) return config.autocast(false, gradient, self.a, g) end

  return InverseRoot
end
