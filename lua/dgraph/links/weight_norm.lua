--- A layer whose weight is split into direction and length: W = g v / length of v. Salimans,
--- Kingma, "Weight normalization", 2016.
--- Source: PyTorch's weight_norm, as a layer.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local Parameter = require "dgraph.parameter"
local arguments = require "dgraph.links.arguments"
local config = require "dgraph.config"
local errors = require "dgraph.errors"
local kinds = require "dgraph.link_kinds"

---@class dgraph.WeightNorm: dgraph.Link
---@field link dgraph.Link  the layer; its weight is no parameter of its own any more
---@field param_name string  what the layer calls its weight: the parameters are W_g and W_v then
---@field axis integer  along which each place has a length of its own
---@overload fun(link: dgraph.Link, ...): dgraph.WeightNorm
---@class dgraph.WeightNormOptions
---@field name string?  of the layer's weight: "W" by default
---@field axis integer?  1 by default: the outputs of Linear and Convolution2D

local WeightNorm = Link:extend("WeightNorm")

local OPTIONS = { "name", "axis" }

--- Parameters that are registered no longer stay where the layer looks for them.
local function unregister(link, name)
  for i, known in ipairs(link._order) do
    if known == name then return table.remove(link._order, i) end
  end
end

---@param link dgraph.Link
---@param name? string|dgraph.WeightNormOptions  "W" by default; or the options by name
---@param axis? integer  1 by default
function WeightNorm:init(link, name, axis)
  local opts = arguments.read("WeightNorm", OPTIONS, name, axis)
  self.param_name, self.axis = opts.name or "W", opts.axis or 1
  if not kinds.is_link(link) then
    errors.raisef("WeightNorm: wanted a link, got a %s", type(link))
  end
  local v = rawget(link, self.param_name)
  if not kinds.is_parameter(v) then
    errors.raisef("WeightNorm: %s has no parameter %s", link._name, self.param_name)
  end
  unregister(link, self.param_name)
  self.link = link
  self[self.param_name .. "_g"] = Parameter()
  self[self.param_name .. "_v"] = v
end

--- The length of v at each place along the axis.
local function lengths(v, axis)
  local others = {}
  for i = 1, v.ndim do
    if i ~= axis % (v.ndim + 1) then others[#others + 1] = i end
  end
  if #others == 0 then return F.absolute(v) end
  return F.sqrt(F.sum(v * v, others, true))
end

--- At first the weight is what the layer began with; a call gives it its shape where that is open.
local function see(self, g, v, ...)
  if not v.is_initialized then config.no_backprop_mode(self.link, ...) end
  if g.is_initialized then return end
  config.no_backprop_mode(function()
    local start = lengths(v, self.axis)
    g:initialize(start.shape)
    g:copydata(start)
  end)
end

--- What the layer gives with W = g v / length of v.
---@param ... any  what the layer takes
---@return any ...  what the layer gives
function WeightNorm:forward(...)
  local link, name = self.link, self.param_name
  local g, v = self[name .. "_g"], self[name .. "_v"]
  if not (g.is_initialized and v.is_initialized) then see(self, g, v, ...) end
  rawset(link, name, F.weight_norm(v, g, self.axis))
  local y = link(...)
  rawset(link, name, v)
  return y
end

function WeightNorm:printable_specs()
  return { { "name", self.param_name }, { "axis", self.axis } }
end

return WeightNorm
