--- Another name of StatefulGRU.
--- Source: Chainer; Cho et al., arXiv:1406.1078.
local StatefulGRU = require "dgraph.links.stateful_gru"

---@class dgraph.GRU: dgraph.StatefulGRU
---@overload fun(in_size: integer?, out_size: integer, ...): dgraph.GRU
local GRU = StatefulGRU:extend("GRU")

return GRU
