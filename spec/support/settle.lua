--- Collects garbage until no tensor goes any more: what specs count must not be what went before
-- them. What holds a tensor may go rounds before the tensor does, and compiled code holds the
-- tables that it was compiled for, a whole model perhaps: so it goes first.
local dg = require "dgraph"

return function()
  jit.flush()
  local quiet, tensors = 0, dg.memory().tensors
  while quiet < 2 do
    collectgarbage()
    local now = dg.memory().tensors
    quiet = now == tensors and quiet + 1 or 0
    tensors = now
  end
end
