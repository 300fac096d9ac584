--- Measures of how good predictions are; no gradient flows through them.
local native = require "dgraph.native"

local C, wrap = native.C, native.wrap

local NONE = -0x8000000000000000LL

return function(F)
  local declare = require "dgraph.functions.declare"(F)

  --- The share of rows of y whose greatest element is at the position t, which counts from 1.
  declare("accuracy(y, t, ignore_label: integer?)", function(y, t, ignore_label)
    return wrap(C.dg_accuracy(y, t, 1, ignore_label or NONE))
  end)
end
