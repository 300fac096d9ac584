--- The orders in which an epoch visits its examples.
local class = require "dgraph.class"
local errors = require "dgraph.errors"

local samplers = {}

--- The base of samplers: `sample(self, order, position)` gets the order of the epoch that ended (at
--- first all positions as they are) and how many examples of it were visited, and returns the next
--- one: an int64 tensor or an array of positions. A plain function (order, position) does as well.
---@class dgraph.OrderSampler
local OrderSampler = class.new "OrderSampler"
samplers.OrderSampler = OrderSampler

--- The order of the next epoch; a sampler has one of its own.
function OrderSampler:sample(_, _) -- luacheck: no unused args
  errors.raise "OrderSampler: a sampler needs a method sample(order, position)"
end

function OrderSampler:__call(order, position) return self:sample(order, position) end

--- Calls `f` with random numbers that start at a state, and puts `dg.random` back. Returns what f
--- returned, and the state after it.
---@param state { seed: number, offset: number }
---@param f function
---@param ... any
---@return any result
---@return { seed: number, offset: number } state
function samplers.with_random(state, f, ...)
  local random = require "dgraph.random"
  local own = random.get_state()
  random.set_state(state)
  local done, result = pcall(f, ...)
  local after = random.get_state()
  random.set_state(own)
  if not done then error(result, 0) end
  return result, after
end

--- Shuffles. With a seed the orders are drawn from a sequence of its own, which iterators save and
--- restore; without one from `dg.random`.
---@class dgraph.ShuffleOrderSampler: dgraph.OrderSampler
---@overload fun(seed?: integer): dgraph.ShuffleOrderSampler
local ShuffleOrderSampler = OrderSampler:extend "ShuffleOrderSampler"
samplers.ShuffleOrderSampler = ShuffleOrderSampler

---@param seed? integer
function ShuffleOrderSampler:init(seed)
  if seed ~= nil then
    self._state = { seed = require "dgraph.check".integer(seed, "ShuffleOrderSampler", "the seed"),
      offset = 0 }
  end
end

--- All positions in random order.
---@param order dgraph.Tensor
---@return dgraph.Tensor
function ShuffleOrderSampler:sample(order, _)
  local permutation = require "dgraph.random".permutation
  local size = order.size
  if not self._state then return permutation(size) end
  local drawn
  drawn, self._state = samplers.with_random(self._state, permutation, size)
  return drawn
end

--- Saves or restores where the sequence of its own is; nothing without a seed.
---@param serializer dgraph.Serializer
function ShuffleOrderSampler:serialize(serializer)
  if not self._state then return end
  self._state = { seed = serializer("seed", self._state.seed),
    offset = serializer("offset", self._state.offset) }
end

return samplers
