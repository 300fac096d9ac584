--- The base of hooks that have a layer compute with something else in place of its weight. The
--- parameter itself stays what it is, and is in its place again after each call.
local LinkHook = require "dgraph.link_hooks.link_hook"
local config = require "dgraph.config"
local errors = require "dgraph.errors"
local kinds = require "dgraph.link_kinds"

---@class dgraph.WeightHook: dgraph.LinkHook
---@field weight_name string  what the layer calls its weight
local WeightHook = LinkHook:extend "WeightHook"

--- The weight that the layer is to use: every class has its own.
---@param link dgraph.Link
---@param W dgraph.Parameter
---@return dgraph.Tensor
function WeightHook:weight(link, W) -- luacheck: no unused args
  errors.raisef("%s has no method weight", self._name)
end

function WeightHook:added(link)
  if link == nil then
    errors.raisef("%s: it goes with one layer; link:add_hook(hook) adds it", self.name)
  end
  if not kinds.is_parameter(rawget(link, self.weight_name)) then
    errors.raisef("%s: %s has no parameter %s", self.name, link._name, self.weight_name)
  end
end

function WeightHook:forward_preprocess(call)
  local link, name = call.link, self.weight_name
  local W = rawget(link, name)
  if not W.is_initialized then -- the first call gives it its shape
    config.no_backprop_mode(link, unpack(call.args, 1, call.args.n))
  end
  local made = self:weight(link, W)
  call[self] = W
  rawset(link, name, made)
end

--- The weight, put back.
function WeightHook:forward_postprocess(call)
  if call[self] then rawset(call.link, self.weight_name, call[self]) end
end

WeightHook.forward_failed = WeightHook.forward_postprocess

return WeightHook
