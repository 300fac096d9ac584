--- A model with its loss and optimizer: predicts and learns on what its readers have read. Knows
--- nothing of requests, locks and files.
local ffi = require "ffi"
local config = require "dgraph.config"
local dg = require "dgraph"
local native = require "dgraph.native"
local placement = require "resty.dgraph.placement"
local new_table = require "table.new"
local unroll = require "dgraph.utils.unroll"

local C, F, values = native.C, dg.F, config.values
local check, pcall, tonumber = native.check, pcall, tonumber

---@class resty.dgraph.Learner
---@field link dgraph.Link
---@field optimizer dgraph.Optimizer?  nil: it only predicts
---@field input resty.dgraph.Dense|resty.dgraph.Sparse
---@field target resty.dgraph.Dense|resty.dgraph.Labels|nil
---@field loss number  of the last step
---@field gradient number  the norm of its gradients
---@field max_gradient number
local Learner = {}
Learner.__index = Learner

local learner = {}

--- Calls `f(a, b, c, d)` as in prediction, like pcall: nothing is recorded, dropout is off, and no
--- tensor is left. `f` must not yield, so there is no need for what notices that: asking which
--- coroutine runs, as `dg.scope` does, cuts in two what the JIT compiler sees.
local function predicting(f, a, b, c, d)
  local train, record, depth = values.train, values.enable_backprop, native.depth
  local serial = check(C.dg_scope_open())
  values.train, values.enable_backprop, native.depth = false, false, depth + 1
  C.dg_mode_set(C.DG_MODE_BACKPROP, 0)
  local ok, result, message, reason = pcall(f, a, b, c, d)
  values.train, values.enable_backprop, native.depth = train, record, depth
  C.dg_mode_set(C.DG_MODE_BACKPROP, record and 1 or 0)
  C.dg_scope_close(serial, nil, 0)
  return ok, result, message, reason
end

--- Stops an update before anything has changed; the reason is told by a field, since errors on
--- their way through scopes become texts.
local function refuse(self, reason, message)
  self.refusal, self.why = reason, message
  error(message, 0)
end

--- The sum of the squares of all gradients, as a function of the parameters.
local function squares_of(n)
  return unroll("C, params, sum", n, [[
    do
      local grad = C.dg_gradient_as_is(params[$i])
      if grad ~= nil then sum = sum + C.dg_sum_of_squares(grad) end
    end]], "return sum")
end

--- What looks at the gradients before a step.
local function look(self)
  local list = self.optimizer._list
  if list ~= self._list then self._list, self._squares = list, squares_of(list.n) end
  local norm = math.sqrt(self._squares(C, list.params, 0))
  if norm ~= norm or norm == math.huge then
    refuse(self, "gradient", "the gradient is not finite")
  elseif norm > self.max_gradient then
    refuse(self, "gradient",
      ("the gradient's norm %.4g is above %.4g"):format(norm, self.max_gradient))
  end
  self.gradient = norm
end

--- Makes a learner of its parts.
---@param parts { link: dgraph.Link, optimizer: dgraph.Optimizer?, input: any, target: any,
---  loss: function?, output: function?, max_gradient: number? }
---@return resty.dgraph.Learner
function learner.new(parts)
  local self = setmetatable({
    link = parts.link, optimizer = parts.optimizer, input = parts.input, target = parts.target,
    loss = 0, gradient = 0, max_gradient = parts.max_gradient or math.huge,
    -- The reader's methods, where a request finds them at once.
    read = parts.input.read, tensors = parts.input.tensors,
    _output = parts.output or false, _lossfun = parts.loss, _room = 0,
  }, Learner)
  if self.optimizer then
    self.optimizer:add_hook(function() look(self) end, "resty.dgraph")
  end
  -- Closures that are made once: a request makes none.
  self._learn = function(a, b)
    local loss = self._lossfun(self.link(a, b), self._t)
    local number = loss:item()
    if number - number ~= 0 then refuse(self, "loss", "the loss is not finite") end
    self.loss = number
    return loss
  end
  self._measure = function(link, a, b) return self._lossfun(link(a, b), self._t):item() end
  return self
end

--- One row through the model, so that parameters get their shapes; gives the output's.
---@return integer[] shape
function Learner:try()
  self.input:blank()
  local a, b = self.input:tensors()
  local ok, shape = predicting(function() return self.link(a, b).shape end)
  if not ok then error(shape, 0) end
  return shape
end

--- Moves the parameters, and the optimizer's state, to memory that workers share.
---@param plan table  of `placement.plan`
---@param memory resty.dgraph.Region
function Learner:move(plan, memory)
  placement.move(self.link, plan, memory.live, memory)
  self._numbers = {}
  if self.optimizer then
    self._numbers = placement.move_states(self.link, plan, memory.live, memory)
  end
  if self.target then
    self.shadow = self.link:copy "share"
    placement.move(self.shadow, plan, memory.good, memory)
  end
end

-- Predicting -----------------------------------------------------------------------------------

local function nested(shape, axis, numbers, at)
  local rows = {}
  if axis == #shape then
    for i = 1, shape[axis] do
      local v = numbers[at + i - 1]
      if v - v ~= 0 then return nil end
      rows[i] = v
    end
    return rows, at + shape[axis]
  end
  for i = 1, shape[axis] do
    rows[i], at = nested(shape, axis + 1, numbers, at)
    if not at then return nil end
  end
  return rows, at
end

local function read_numbers(self, y, count)
  if count > self._room then
    self._buffer, self._room = ffi.new("double[?]", count), count
  end
  check(C.dg_read(y, self._buffer, count))
  return self._buffer
end

local sizes = ffi.new "int64_t[8]"

--- A list with what the model says about each row.
local function as_lists(self, y)
  local ndim = C.dg_shape(y, sizes)
  if ndim == 2 and sizes[0] == 1 then -- one row: what most requests want
    local count = tonumber(sizes[1])
    local numbers, row = read_numbers(self, y, count), new_table(count, 0)
    for i = 1, count do
      local v = numbers[i - 1]
      if v - v ~= 0 then return nil, "the model's answer is not finite", "not_finite" end
      row[i] = v
    end
    return { row }
  end
  if ndim == 0 then return nil, "the model gives no row for each instance", "model" end
  local rows = nested(y.shape, 1, read_numbers(self, y, C.dg_size(y)), 0)
  if not rows then return nil, "the model's answer is not finite", "not_finite" end
  return rows
end

--- The numbers in one list, and their shape.
local function as_flat(self, y)
  local count = C.dg_size(y)
  local numbers, flat = read_numbers(self, y, count), {}
  for i = 1, count do
    local v = numbers[i - 1]
    if v - v ~= 0 then return nil, "the model's answer is not finite", "not_finite" end
    flat[i] = v
  end
  return flat, y.shape
end

local function answer(self, reader, a, b)
  local y = self.link(a, b)
  if self._output then y = self._output(y) end
  return reader(self, y)
end

local function predict(self, reader)
  local a, b = self.tensors(self.input)
  local ok, rows, message, reason = predicting(answer, self, reader, a, b)
  if not ok then return nil, tostring(rows), "model" end
  return rows, message, reason
end

--- What the model says about the rows that `input` has read last.
---@return any[]? predictions  one for each
---@return string? message
---@return string? reason
function Learner:predict() return predict(self, as_lists) end
learner.predict = Learner.predict

--- The same as one list of numbers.
---@return number[]? numbers
---@return integer[]|string shape_or_message
---@return string? reason
function Learner:predict_flat() return predict(self, as_flat) end

-- Learning -------------------------------------------------------------------------------------

local function before(self, t)
  local optimizer = self.optimizer
  local rules = optimizer._rules
  if rules ~= self._rules then
    self._rules, self._set_t = rules, unroll("rules, t", #rules, "rules[$i].t = t", "")
  end
  optimizer.t = t
  self._set_t(rules, t)
  if not self._numbers[1] then return end
  for _, number in ipairs(self._numbers) do number.rule[number.name] = number.tensor:item() end
end

local function after(self)
  for _, number in ipairs(self._numbers) do number.tensor:fill(number.rule[number.name]) end
end

--- Learns the rows that `input` and `target` have read last. Where it is refused, the parameters
--- are as they were.
---@param t integer  how many steps there were
---@return number? loss
---@return string? message
---@return string? reason
function Learner:step(t)
  before(self, t)
  local a, b = self.input:tensors()
  self._t, self.refusal = self.target:tensors(), nil
  local ok, message = pcall(self.optimizer.update, self.optimizer, self._learn, a, b)
  if not ok then
    if self.refusal then return nil, self.why, self.refusal end
    return nil, tostring(message), "model"
  end
  if self._numbers[1] then after(self) end
  return self.loss
end

--- The loss of the rows that were read last, without learning.
---@param of_good? boolean  by the parameters that were last found good
---@return number? loss
---@return string? message
function Learner:measure(of_good)
  local a, b = self.input:tensors()
  self._t = self.target:tensors()
  local ok, loss = predicting(self._measure, of_good and self.shadow or self.link, a, b)
  if not ok then return nil, tostring(loss) end
  return loss
end

--- Whether all parameters and state are finite.
---@return boolean
function Learner:is_finite()
  for param in self.link:params() do
    local square = C.dg_sum_of_squares(param)
    if square ~= square or square == math.huge then return false end
  end
  return true
end

-- Losses and outputs by what targets are -------------------------------------------------------

--- What a kind of targets is learnt by, where nothing else was said.
learner.KINDS = {
  classes = { loss = F.softmax_cross_entropy, output = F.softmax },
  binary = { loss = F.sigmoid_cross_entropy, output = F.sigmoid },
  values = { loss = F.mean_squared_error },
}

return learner
