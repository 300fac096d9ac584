--- A layer made of numbered layers.
local errors = require "dgraph.errors"
local Link = require "dgraph.link"
local kinds = require "dgraph.link_kinds"
local structure = require "dgraph.link_structure"

---@class dgraph.ChainList: dgraph.Link
---@field [integer] dgraph.Link  counted from 1; `#list` is their number
---@overload fun(...: dgraph.Link): dgraph.ChainList
local ChainList = Link:extend("ChainList")

---@param ... dgraph.Link
function ChainList:init(...)
  for i = 1, select("#", ...) do self:append((select(i, ...))) end
end

ChainList._collect = ChainList.init

function ChainList:_construction()
  if self.init ~= ChainList.init then return Link._construction(self) end
  return { n = #self, unpack(self, 1, #self) }
end

--- Whether a value can have a number: only layers here, functions too in a Sequential.
function ChainList._accepts(value) return kinds.is_link(value) end

function ChainList:__newindex(key, value)
  if type(key) ~= "number" then return Link.__newindex(self, key, value) end
  if value ~= nil and not self._accepts(value) then
    errors.raisef("%s: item %s is no link but a %s", self._name, tostring(key), type(value))
  end
  if key ~= #self + 1 and value ~= nil then
    errors.raisef("%s: item %s cannot be set when there are %d", self._name, tostring(key), #self)
  end
  rawset(self, key, value)
  structure.changed()
end

--- Adds a layer at the end.
---@param link dgraph.Link
---@return self
function ChainList:append(link) return self:insert(#self + 1, link) end

ChainList.add_link = ChainList.append

--- Inserts a layer before the one that has this number now.
---@param i integer
---@param link dgraph.Link
---@return self
function ChainList:insert(i, link)
  if not self._accepts(link) then
    errors.raisef("%s: item %s is no link but a %s", self._name, tostring(i), type(link))
  end
  if not (i >= 1 and i <= #self + 1 and i % 1 == 0) then
    errors.raisef("%s: no place %s among %d", self._name, tostring(i), #self)
  end
  table.insert(self, i, link)
  structure.changed()
  return self
end

--- Adds the layers of an array or another list at the end.
---@param links dgraph.Link[]|dgraph.ChainList
---@return self
function ChainList:extend_with(links)
  for i = 1, #links do self:append(links[i]) end
  return self
end

--- The place of an item that has to be there.
local function place_of(self, link)
  for i = 1, #self do
    if rawequal(self[i], link) then return i end
  end
  errors.raisef("%s: it has no such item", self._name)
end

--- Takes a layer out, the last one by default, and returns it.
---@param i? integer|dgraph.Link  its number, negative ones from the end, or the layer: the first
---  place of it
---@return dgraph.Link
function ChainList:remove(i)
  local place = i or -1
  if type(place) ~= "number" then
    place = place_of(self, place)
  elseif place < 0 then
    place = #self + 1 + place
  end
  if not (place >= 1 and place <= #self and place % 1 == 0) then
    errors.raisef("%s: no item %s among %d", self._name, tostring(i or "is"), #self)
  end
  structure.changed()
  return table.remove(self, place)
end

ChainList.pop = ChainList.remove

--- Takes all layers out.
---@return self
function ChainList:clear()
  for i = #self, 1, -1 do self:remove(i) end
  return self
end

--- Turns the order round.
---@return self
function ChainList:reverse()
  local n = #self
  for i = 1, math.floor(n / 2) do self[i], self[n + 1 - i] = self[n + 1 - i], self[i] end
  structure.changed()
  return self
end

--- The number of a layer: its first place. An error where it is not here.
---@param link dgraph.Link
---@return integer
function ChainList:index(link) return place_of(self, link) end

--- How many places a layer has.
---@param link dgraph.Link
---@return integer
function ChainList:count(link)
  local places = 0
  for i = 1, #self do
    if rawequal(self[i], link) then places = places + 1 end
  end
  return places
end

--- The numbered layers: in files and paths they count from 0, as in Chainer.
function ChainList:_own_links()
  local names, links = Link._own_links(self)
  local number = 0
  for i = 1, #self do
    if kinds.is_link(self[i]) then
      names[#names + 1], links[#links + 1] = tostring(number), self[i]
      number = number + 1
    end
  end
  return names, links
end

function ChainList:_watched(watch)
  Link._watched(self, watch)
  for i = 1, #self + 1 do watch(i, rawget(self, i)) end
end

return ChainList
