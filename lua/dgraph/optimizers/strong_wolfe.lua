--- How far to go along a direction: a step after which the loss has fallen enough and the slope
--- along the direction is flat enough, the strong Wolfe conditions. J. Nocedal, S. Wright,
--- "Numerical optimization", 2006, algorithms 3.5 and 3.6, with the bounds, interpolation and
--- constants that torch.optim.LBFGS has, so that both take the same steps.
local DECREASE, CURVATURE = 1e-4, 0.9

--- A step that was tried.
---@class dgraph.LinePoint
---@field t number  how far along the direction
---@field loss number
---@field slope number  along the direction
---@field grad dgraph.Tensor

--- Where the cubic through two points with their slopes is least, within bounds; the middle of
--- these where it has no minimum.
local function interpolate(a, b, low, high)
  if a.t > b.t then a, b = b, a end
  local d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
  local square = d1 * d1 - a.slope * b.slope
  if square < 0 or square ~= square then return (low + high) / 2 end
  local d2 = math.sqrt(square)
  local t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
  return math.min(math.max(t, low), high)
end

--- A search along one direction.
---@class dgraph.LineSearch
---@field try fun(t: number): dgraph.LinePoint
---@field start dgraph.LinePoint
---@field limit integer  how often `try` may be called after the first time
---@field count integer  how often it was
local Search = {}
Search.__index = Search

--- Whether the loss has fallen enough; not where it is NaN.
function Search:has_fallen(point)
  return point.loss <= self.start.loss + DECREASE * point.t * self.start.slope
end

--- Whether the slope is flat enough.
function Search:is_flat(point) return math.abs(point.slope) <= -CURVATURE * self.start.slope end

--- Tries another step.
function Search:go(t)
  self.count = self.count + 1
  return self.try(t)
end

--- Goes further and further until a good point, or two points with one between them, are found.
---@return dgraph.LinePoint a
---@return dgraph.LinePoint? b  nil where a is good
function Search:bracket(t)
  local before, now, round = self.start, self.try(t), 0
  while round < self.limit do
    if not self:has_fallen(now) or (round > 1 and now.loss >= before.loss) then
      return before, now
    end
    if self:is_flat(now) then return now end
    if now.slope >= 0 then return before, now end
    local further = interpolate(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10)
    before, now = now, self:go(further)
    round = round + 1
  end
  return self.start, now
end

--- The next step to try between two points. One close to an end is moved inwards where it lies
--- outside or the step before was close to an end as well.
function Search:between(a, b)
  local low, high = math.min(a.t, b.t), math.max(a.t, b.t)
  local t, margin = interpolate(a, b, low, high), 0.1 * (high - low)
  local is_close = math.min(high - t, t - low) < margin
  local moves = is_close and (self.was_close or t >= high or t <= low)
  self.was_close = is_close and not moves
  if not moves then return t end
  return math.abs(t - high) < math.abs(t - low) and high - margin or low + margin
end

--- Makes the interval smaller until a good point is found. `low` is the end with the lesser loss.
---@param width number  the largest element of the direction
---@param tolerance number  smaller changes of a parameter are none
---@return dgraph.LinePoint
function Search:zoom(a, b, width, tolerance)
  local low, high = a, b
  if a.loss > b.loss then low, high = b, a end
  while self.count < self.limit do
    if math.abs(high.t - low.t) * width < tolerance then break end
    local now = self:go(self:between(low, high))
    if not self:has_fallen(now) or now.loss >= low.loss then
      high = now
      if low.loss > high.loss then low, high = high, low end
    else
      local is_good = self:is_flat(now)
      if not is_good and now.slope * (high.t - low.t) >= 0 then high = low end
      low = now
      if is_good then break end
    end
  end
  return low
end

--- Finds a step.
---@param try fun(t: number): dgraph.LinePoint  loss, gradient and slope after a step of t
---@param start dgraph.LinePoint  those at 0
---@param t number  the step to try first
---@param width number  the largest element of the direction
---@param tolerance number  smaller changes of a parameter are none
---@param limit integer  how often `try` may be called, besides the first time
---@return dgraph.LinePoint
---@return integer calls  of `try`
return function(try, start, t, width, tolerance, limit)
  local search = setmetatable({
    try = try, start = start, limit = limit, count = 0, was_close = false,
  }, Search)
  local a, b = search:bracket(t)
  if b then a = search:zoom(a, b, width, tolerance) end
  return a, search.count + 1
end
