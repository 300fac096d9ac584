--- Collects garbage until no tensor goes any more: what specs count must not be what went before
-- them. What holds a tensor may go rounds before the tensor does.
local dg = require "dgraph"

---@param collect fun()?  what collects; by default all garbage, and first compiled code, which
---  holds the tables that it was compiled for, a whole model perhaps
return function(collect)
  if not collect then
    jit.flush()
    collect = collectgarbage
  end
  local quiet, tensors = 0, dg.memory().tensors
  while quiet < 2 do
    collect()
    local now = dg.memory().tensors
    quiet = now == tensors and quiet + 1 or 0
    tensors = now
  end
end
