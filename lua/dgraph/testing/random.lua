--- The same random numbers in each run of a test.
local errors = require "dgraph.errors"

local random = {}

local SEED, SEEDS = 100, 2 ^ 32 - 1
local depth = 0

local function leave(state, ok, ...)
  depth = depth - 1
  if depth == 0 then require("dgraph.random").set_state(state) end
  if not ok then error((...), 0) end
  return ...
end

--- Calls f(...) with the random numbers that follow from a seed, and puts `dg.random` back.
---@param f function
---@param ... any
---@return any ...
function random.fixed(f, ...)
  local numbers = require "dgraph.random"
  local state = numbers.get_state()
  if depth == 0 then numbers.seed(SEED) end
  depth = depth + 1
  return leave(state, pcall(f, ...))
end

--- Makes a function, or a class of tests, that draws the same numbers from `dg.random` each time:
--- `testing.fix_random()(f)`. Afterwards `dg.random` goes on where it was. `math.random` is left
--- alone, as its state cannot be put back.
---@return fun(f: function|dgraph.TestCase): any
function random.fix_random()
  return function(f)
    if type(f) == "function" then
      return function(...) return random.fixed(f, ...) end
    end
    if type(f) ~= "table" or not f.tests then
      errors.raise "fix_random: wanted a function or a class of tests"
    end
    local made = f:extend(f._name)
    made._random_is_fixed = true
    return made
  end
end

--- A seed that is the same in each run of a test whose random numbers are fixed.
---@return integer
function random.generate_seed()
  if depth == 0 then
    errors.raise "generate_seed: random numbers are not fixed here; testing.fix_random() does so"
  end
  return require("dgraph.random").randint(0, SEEDS)
end

return random
