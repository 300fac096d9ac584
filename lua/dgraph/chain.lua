--- A layer made of named layers.
local errors = require "dgraph.errors"
local Link = require "dgraph.link"
local kinds = require "dgraph.link_kinds"

---@class dgraph.Chain: dgraph.Link
---@overload fun(links?: table<string, dgraph.Link>): dgraph.Chain
local Chain = Link:extend("Chain")

--- `dg.Chain { l1 = ..., l2 = ... }`. The layers are registered in the order of their names; a
--- class of its own, which assigns them one after another, has them in that order.
---@param links? table<string, dgraph.Link>
function Chain:init(links)
  local names = {}
  for name in pairs(links or {}) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do self:add_link(name, links[name]) end
end

Chain._collect = Chain.init

function Chain:_construction()
  if self.init ~= Chain.init then return Link._construction(self) end
  local names, links = self:_own_links()
  local named = {}
  for i, name in ipairs(names) do named[name] = links[i] end
  return { n = 1, named }
end

--- Assigns a layer to the field `name`.
---@param name string
---@param link dgraph.Link
function Chain:add_link(name, link)
  if not kinds.is_link(link) then
    errors.raisef("%s: %s is no link but a %s", self._name, tostring(name), type(link))
  end
  self[name] = link
end

return Chain
