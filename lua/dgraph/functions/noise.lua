--- Functions that draw random numbers.
local config = require "dgraph.config"
local native = require "dgraph.native"

local C, wrap = native.C, native.wrap

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- Sets each element to 0 with probability `ratio` and divides the others by 1 - ratio, while
  --- `dg.config.train` is true; x itself otherwise.
  declare("dropout(x, ratio: number = 0.5)", function(x, ratio)
    if not config.values.train then return x end
    return wrap(C.dg_dropout(x, ratio))
  end)
end
