--- The base of hooks that watch the calls of links.
local class = require "dgraph.class"

---@class dgraph.LinkHook
---@field name string  for `link:add_hook`
---@field forward_preprocess? fun(self, call: dgraph.LinkCall)
---@field forward_postprocess? fun(self, call: dgraph.LinkCall)
---@field forward_failed? fun(self, call: dgraph.LinkCall)  after an error, in place of
---  forward_postprocess
---@field added? fun(self, link: dgraph.Link?)
---@field deleted? fun(self, link: dgraph.Link?)
local LinkHook = class.new("LinkHook")

--- What tells `dg.using_hook` that links are to be watched, not operators.
LinkHook.watches_links = true

return LinkHook
