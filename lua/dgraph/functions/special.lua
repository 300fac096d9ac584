--- Special functions: gamma and the error function, with their relatives.
local native = require "dgraph.native"

local C, wrap = native.C, native.wrap

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- Family: special functions
  --- Shapes: x: any; y: the same.
  --- Dtypes: floats; y has x's.
  --- Errors: none.
  --- Source: SciPy, as Chainer has it.

  declare "lgamma(x)"
  declare "digamma(x)"
  --- Derivative n of digamma at x, elementwise. n: a number, or a tensor of whole numbers that
  --- broadcasts with x, and has no gradient.
  --- Shapes: n: a number, or broadcasts with x; y: their common shape.
  --- Dtypes: x: floats; n: any; y has x's.
  ---@param n integer|dgraph.Tensor
  declare("polygamma(n: any, x)", function(n, x)
    if type(n) == "number" then return wrap(C.dg_polygamma_number(n, x)) end
    return wrap(C.dg_polygamma(n, x))
  end)
  --- Shapes: x, q: broadcast; y: their common shape.
  --- Dtypes: floats, one for both; y has it.
  declare "zeta(x, q)"
  declare "erf(x)"
  declare "erfc(x)"
  declare "erfcx(x)"
  declare "erfinv(x)"
  declare "erfcinv(x)"
  declare "ndtr(x)"
  declare "ndtri(x)"
  declare "log_ndtr(x)"
end
