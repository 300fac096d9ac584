--- Adam by the name under which it is used with weight decay: `AdamW { weight_decay_rate = 1e-5 }`.
---
--- As in Chainer the rate is that of a step: PyTorch's weight_decay times its learning rate. What
--- shrinks in the course of a training is `eta`, which scales the step and the decay.
local Adam = require "dgraph.optimizers.adam"

---@class dgraph.AdamW: dgraph.Adam
---@overload fun(alpha?: number|table, ...): dgraph.AdamW
return Adam:extend("AdamW")
