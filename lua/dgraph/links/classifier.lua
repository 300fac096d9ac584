--- A model with its loss: what an optimizer calls to learn a classification.
--- Source: Chainer.
local F = require "dgraph.functions"
local Link = require "dgraph.link"
local errors = require "dgraph.errors"
local reporter = require "dgraph.reporter"

---@class dgraph.Classifier: dgraph.Link
---@field predictor dgraph.Link
---@field y dgraph.Tensor  what the last call predicted
---@field loss dgraph.Tensor  of the last call
---@field accuracy dgraph.Tensor?  of the last call
---@field compute_accuracy boolean
---@overload fun(predictor: dgraph.Link, ...): dgraph.Classifier
local Classifier = Link:extend("Classifier")

---@param predictor dgraph.Link
---@param lossfun? fun(y: dgraph.Tensor, t: dgraph.Tensor): dgraph.Tensor  softmax cross entropy
---@param accfun? fun(y: dgraph.Tensor, t: dgraph.Tensor): dgraph.Tensor  accuracy
---@param label_key? integer|string  which argument is the answer: the last one (-1) by default. A
---  name stands for the item of that name in a table, the last argument.
function Classifier:init(predictor, lossfun, accfun, label_key)
  self.compute_accuracy = true
  self.predictor = predictor
  self.lossfun = lossfun or F.softmax_cross_entropy
  self.accfun = accfun or F.accuracy
  self.label_key = label_key or -1
  if self.label_key == 0 then
    errors.raisef("Classifier: label_key counts from 1 (or -1 from the end), got 0")
  end
end

--- Splits named arguments: the answer, and a table of the others.
local function take_named(key, ...)
  local count = select("#", ...)
  local named = select(count, ...)
  if type(named) ~= "table" or named[key] == nil then
    errors.raisef("Classifier: the last argument is no table with a field %s", key)
  end
  local rest, arguments = {}, { ... }
  for name, value in pairs(named) do
    if name ~= key then rest[name] = value end
  end
  arguments[count] = next(rest) ~= nil and rest or nil
  return named[key], unpack(arguments, 1, next(rest) ~= nil and count or count - 1)
end

--- Splits the arguments: the answer, and all others.
local function take(key, ...)
  if type(key) == "string" then return take_named(key, ...) end
  local count = select("#", ...)
  local position = key < 0 and count + key + 1 or key
  if position < 1 or position > count then
    errors.raisef("Classifier: label_key is %d, but there are %d arguments", key, count)
  end
  local arguments = { ... }
  local t = table.remove(arguments, position)
  return t, unpack(arguments, 1, count - 1)
end

local function evaluate(self, t, ...)
  local y = self.predictor(...)
  local loss = self.lossfun(y, t)
  self.y, self.loss, self.accuracy = y, loss, nil
  if self.compute_accuracy then self.accuracy = self.accfun(y, t) end
  if reporter.get_current_reporter() then
    reporter.report({ loss = loss, accuracy = self.accuracy }, self)
  end
  return loss
end

--- The loss of a prediction, which `y`, `loss` and `accuracy` keep, and which is reported.
---@param ... any  what the predictor is called with, and the answer
---@return dgraph.Tensor  what lossfun gives: one number by default
function Classifier:forward(...)
  if self.label_key == -1 and select("#", ...) == 2 then -- the common case, without a table
    local x, t = ...
    return evaluate(self, t, x)
  end
  return evaluate(self, take(self.label_key, ...))
end

return Classifier
