--- Adam by the name under which it is used with weight decay: `AdamW { weight_decay_rate = 0.01 }`.
local Adam = require "dgraph.optimizers.adam"

---@class dgraph.AdamW: dgraph.Adam
---@overload fun(alpha?: number|table, ...): dgraph.AdamW
return Adam:extend("AdamW")
