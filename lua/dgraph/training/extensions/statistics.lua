--- Statistics of the elements of a tensor.
local statistics = {}

--- What 1, 2 and 3 standard deviations are in a normal distribution, on both sides of the median.
statistics.SIGMAS = { 0.13, 2.28, 15.87, 50, 84.13, 97.72, 99.87 }

--- All elements, as a Lua array.
---@param x dgraph.Tensor
---@return number[]
function statistics.elements(x) return x:reshape { x.size }:totable() end

---@param list number[]
---@return number
function statistics.mean(list)
  local sum = 0
  for i = 1, #list do sum = sum + list[i] end
  return sum / #list
end

--- The standard deviation, divided by n.
---@param list number[]
---@return number
function statistics.std(list)
  local mean, sum = statistics.mean(list), 0
  for i = 1, #list do sum = sum + (list[i] - mean) ^ 2 end
  return math.sqrt(sum / #list)
end

--- The smallest number; NaN if there is one.
---@param list number[]
---@return number
function statistics.min(list)
  local least = math.huge
  for i = 1, #list do
    if list[i] ~= list[i] then return list[i] end
    least = math.min(least, list[i])
  end
  return least
end

--- The largest number; NaN if there is one.
---@param list number[]
---@return number
function statistics.max(list)
  local most = -math.huge
  for i = 1, #list do
    if list[i] ~= list[i] then return list[i] end
    most = math.max(most, list[i])
  end
  return most
end

--- How many are 0.
---@param list number[]
---@return integer
function statistics.zeros(list)
  local count = 0
  for i = 1, #list do
    if list[i] == 0 then count = count + 1 end
  end
  return count
end

--- Percentiles, interpolated linearly as in NumPy; NaN where there is a NaN, or nothing.
---@param list number[]
---@param percents? number[]  SIGMAS by default
---@return number[]
function statistics.percentile(list, percents)
  percents = percents or statistics.SIGMAS
  local results, sorted = {}, {}
  local is_ordered = #list > 0 and statistics.min(list) == statistics.min(list)
  if is_ordered then
    for i = 1, #list do sorted[i] = list[i] end
    table.sort(sorted)
  end
  for i, percent in ipairs(percents) do
    local place = percent / 100 * (#list - 1)
    local below = math.floor(place)
    local low = sorted[below + 1] or 0 / 0
    local high = sorted[math.min(below + 2, #list)] or 0 / 0
    results[i] = place == below and low or low + (place - below) * (high - low)
  end
  return results
end

return statistics
