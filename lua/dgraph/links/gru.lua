--- Another name of StatefulGRU.
local StatefulGRU = require "dgraph.links.stateful_gru"

---@class dgraph.GRU: dgraph.StatefulGRU
---@overload fun(in_size: integer?, out_size: integer, ...): dgraph.GRU
local GRU = StatefulGRU:extend("GRU")

return GRU
