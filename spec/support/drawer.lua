--- What operator specs draw their inputs from: reproducible, in the shape of the moment.
--
--   local r = drawer({ 2, 3 }, seed)
--   r(low, high)          uniform float64 numbers; r(low, high, shape) in a shape of their own
--   r.pick({ 1, 2, 5 })   each element one of these
--
-- Instead of a shape there may be a list of shapes: then the first draw has the first of them, the
-- second the second, whatever shape they ask for.
local dg = require "dgraph"

return function(shape, seed)
  local layout = type(shape[1]) == "table" and shape or {}
  local drawn = 0
  local state = seed * 7919 + 1
  local function random()
    state = state * 16807 % 2147483647
    return state / 2147483647
  end
  local function draw(make, own)
    drawn = drawn + 1
    local x = dg.empty(layout[drawn] or own or shape, { dtype = "float64" })
    local p = x.size > 0 and x:pointer()
    for i = 1, x.size do p[i - 1] = make(i) end
    return x
  end
  return setmetatable({
    pick = function(values, own)
      return draw(function() return values[1 + math.floor(random() * #values)] end, own)
    end,
  }, { __call = function(_, low, high, own)
    return draw(function() return low + (high - low) * random() end, own)
  end })
end
