--- Draws positions by their probabilities, each in the same time however many there are. A. Walker,
--- "An efficient method for generating discrete random variables with general distributions", 1977.
local check = require "dgraph.check"
local class = require "dgraph.class"
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local functions = require "dgraph.functions"
local native = require "dgraph.native"
local random = require "dgraph.random"

---@class dgraph.WalkerAlias
---@field count integer  how many positions there are
---@overload fun(probs: number[]|dgraph.Tensor): dgraph.WalkerAlias
local WalkerAlias = class.new("WalkerAlias")

--- The numbers, scaled so that their mean is 1.
local function scaled(probs)
  if native.is_tensor(probs) then probs = probs:totable() end
  if type(probs) ~= "table" or #probs == 0 then
    errors.raisef("WalkerAlias: wanted a list of probabilities, got %s", check.spell(probs))
  end
  local total, result = 0, {}
  for i, p in ipairs(probs) do
    check.number(p, "WalkerAlias", "a probability")
    if p < 0 or p ~= p then errors.raisef("WalkerAlias: probability %d is %g", i, p) end
    total = total + p
  end
  if total <= 0 or total == math.huge then
    errors.raisef("WalkerAlias: the probabilities add up to %g", total)
  end
  for i, p in ipairs(probs) do result[i] = p * #probs / total end
  return result
end

---@param probs number[]|dgraph.Tensor  their sum need not be 1
function WalkerAlias:init(probs)
  local left = scaled(probs)
  local n = #left
  local threshold, alias, small, large = {}, {}, {}, {}
  for i = 1, n do
    threshold[i], alias[i] = 1, i
    local list = left[i] < 1 and small or large
    list[#list + 1] = i
  end
  -- Each one that has less than its share is filled up by one that has more.
  while #small > 0 and #large > 0 do
    local i, j = table.remove(small), large[#large]
    threshold[i], alias[i] = left[i], j
    left[j] = left[j] - (1 - left[i])
    if left[j] < 1 then
      table.remove(large)
      small[#small + 1] = j
    end
  end
  self.count = n
  self._threshold = create.tensor(threshold, { dtype = "float64", device = "cpu" }):keep()
  self._alias = create.tensor(alias, { dtype = "int64", device = "cpu" }):keep()
end

--- Positions, counted from 1.
---@param size integer|integer[]  the shape
---@param device? dgraph.Device  the host by default
---@return dgraph.Tensor  int64
function WalkerAlias:sample(size, device)
  device = device or "cpu"
  if self._threshold.device ~= device then
    self._threshold, self._alias = self._threshold:to(device):keep(), self._alias:to(device):keep()
  end
  local options = { dtype = "float64", device = device }
  local drawn = random.uniform(0, self.count, size, options)
  local whole = functions.floor(drawn)
  local position = functions.cast(whole, "int64") + 1
  local stays = (drawn - whole):lt(functions.take(self._threshold, position))
  return functions.where(stays, position, functions.take(self._alias, position))
end

return WalkerAlias
