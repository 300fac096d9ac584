--- Means and deviations of what is observed over a while.
local class = require "dgraph.class"
local native = require "dgraph.native"
local state = require "dgraph.training.state"

--- A number out of a number or a tensor of one element; nil for anything else.
local function number_of(value)
  if type(value) == "number" then return value end
  if native.is_tensor(value) and value.size == 1 then return value:item() end
end

--- The mean and standard deviation of numbers, by running sums.
---@class dgraph.Summary
---@overload fun(): dgraph.Summary
local Summary = class.new("Summary")

function Summary:init() self._x, self._x2, self._n = 0, 0, 0 end

--- Adds a number.
---@param value number|dgraph.Tensor
---@param weight? number  1
function Summary:add(value, weight)
  weight, value = weight or 1, number_of(value)
  self._x = self._x + weight * value
  self._x2 = self._x2 + weight * value * value
  self._n = self._n + weight
end

--- The mean so far; NaN when nothing was added.
---@return number
function Summary:compute_mean() return self._x / self._n end

--- The mean and the standard deviation (divided by n) so far.
---@return number mean
---@return number deviation
function Summary:make_statistics()
  local mean = self._x / self._n
  -- Rounding can bring the difference below 0 where all numbers are the same.
  local variance = self._x2 / self._n - mean * mean
  return mean, variance < 0 and 0 or math.sqrt(variance)
end

--- Saves or restores the sums.
---@param serializer dgraph.Serializer
function Summary:serialize(serializer)
  self._x = serializer("_x", self._x)
  self._x2 = serializer("_x2", self._x2)
  self._n = serializer("_n", self._n)
end

--- A summary for each name.
---@class dgraph.DictSummary
---@overload fun(): dgraph.DictSummary
local DictSummary = class.new("DictSummary")

function DictSummary:init() self._summaries = {} end

--- Adds what was observed: numbers, tensors of one element, or `{ value, weight }`. Anything else
--- is passed over.
---@param values table<string, number|dgraph.Tensor|{[1]: number, [2]: number}>
function DictSummary:add(values)
  for name, value in pairs(values) do
    local weight
    if type(value) == "table" then value, weight = value[1], number_of(value[2]) end
    value = number_of(value)
    if value then
      local summary = self._summaries[name]
      if not summary then
        summary = Summary()
        self._summaries[name] = summary
      end
      summary:add(value, weight)
    end
  end
end

--- The mean of each name.
---@return table<string, number>
function DictSummary:compute_mean()
  local means = {}
  for name, summary in pairs(self._summaries) do means[name] = summary:compute_mean() end
  return means
end

--- The mean of each name, and its standard deviation as "name.std".
---@return table<string, number>
function DictSummary:make_statistics()
  local statistics = {}
  for name, summary in pairs(self._summaries) do
    statistics[name], statistics[name .. ".std"] = summary:make_statistics()
  end
  return statistics
end

--- Saves or restores all sums.
---@param serializer dgraph.Serializer
function DictSummary:serialize(serializer)
  local sums = { {}, {}, {} }
  for name, summary in pairs(self._summaries) do
    sums[1][name], sums[2][name], sums[3][name] = summary._x, summary._x2, summary._n
  end
  sums = state.records(serializer, "_summaries", sums)
  self._summaries = {}
  for name, x in pairs(sums[1] or {}) do
    local summary = Summary()
    summary._x, summary._x2, summary._n = x, sums[2][name], sums[3][name]
    self._summaries[name] = summary
  end
end

return { Summary = Summary, DictSummary = DictSummary }
