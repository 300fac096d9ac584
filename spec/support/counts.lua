--- What is alive: tensors, nodes and bytes. Specs compare it before and after.
local dg = require "dgraph"

---@return { tensors: integer, nodes: integer, live: integer }
return function()
  local m = dg.memory()
  return { tensors = m.tensors, nodes = m.nodes, live = m.live }
end
