--- The base of hooks that watch operators: a class for those who like classes; any table will do.
local class = require "dgraph.class"

---@class dgraph.FunctionHook
---@field name string
---@field forward_preprocess? fun(self, fn: dgraph.Application)
---@field forward_postprocess? fun(self, fn: dgraph.Application)
---@field backward_preprocess? fun(self, fn: dgraph.Application)
---@field backward_postprocess? fun(self, fn: dgraph.Application)
---@field added? fun(self)
---@field deleted? fun(self)
local FunctionHook = class.new("FunctionHook")

return FunctionHook
