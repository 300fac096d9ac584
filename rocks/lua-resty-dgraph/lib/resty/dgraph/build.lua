--- Makes the parts of a model out of its options: link, optimizer, loss, readers.
local dg = require "dgraph"
local dense = require "resty.dgraph.dense"
local labels = require "resty.dgraph.labels"
local learner = require "resty.dgraph.learner"
local sparse = require "resty.dgraph.sparse"

local F = dg.F

local build = {}

local function make_link(given)
  if given.build then return given.build(dg) end
  local link, message = dg.serializers.load_model(given.file)
  if not link then error(message, 0) end
  return link
end

--- `{ "Adam", { alpha = 0.001 } }`, or a function that makes one.
local function make_optimizer(given)
  local optimizer = given.optimizer
  if optimizer == nil then return nil end
  if type(optimizer) == "function" then return optimizer(dg) end
  if optimizer.setup then return optimizer end
  local class = dg.optimizers[optimizer[1]]
  if not class then error(("there is no optimizer %s"):format(tostring(optimizer[1])), 0) end
  return class(unpack(optimizer, 2))
end

--- A reader has room for a batch, but for no more than a request can hold: one byte a number.
local function make_input(given, batch, bytes)
  local inputs = given.inputs
  local per_row = inputs.sparse and (inputs.per_row or 1024) or 1
  for _, size in ipairs(inputs.shape or {}) do per_row = per_row * size end
  local room = math.min(batch, math.max(1, math.ceil(bytes / per_row)))
  if inputs.shape then return dense.new(inputs.shape, room, "instance") end
  return sparse.new(inputs.sparse, inputs.first or 1, room, per_row)
end

--- Labels want the output's shape where they are compared with single numbers.
local function make_target(given, batch, output_shape)
  local targets = given.targets
  if not targets then return nil end
  if targets.classes then
    return labels.new(targets.classes, targets.first or 1, 1, batch, {}), learner.KINDS.classes
  end
  local tail = { unpack(output_shape, 2) }
  if targets.binary then
    for _, size in ipairs(tail) do
      if size ~= 1 then error("binary targets are for a model with one output", 0) end
    end
    return labels.new(2, 0, 0, batch, tail), learner.KINDS.binary
  end
  return dense.new(targets.shape or tail, batch, "target"), learner.KINDS.values
end

local function find(f, default)
  if f == false then return nil end
  if type(f) == "string" then
    if not rawget(F, f) then error(("there is no function F.%s"):format(f), 0) end
    return F[f]
  end
  return f or default
end

--- Makes a learner.
---@param given table  the options of a model
---@param batch integer  the most instances of a request
---@param bytes integer  the most bytes of one
---@return resty.dgraph.Learner
function build.learner(given, batch, bytes)
  local link, optimizer = make_link(given), make_optimizer(given)
  local input = make_input(given, batch, bytes)
  local trial = learner.new { link = link, input = input }
  local shape = trial:try()
  local target, kind = make_target(given, input.room, shape)
  local made = learner.new {
    link = link, optimizer = optimizer, input = input, target = target,
    loss = find(given.loss, kind and kind.loss), output = find(given.output, kind and kind.output),
    max_gradient = given.max_gradient,
  }
  made.output_shape = shape
  return made
end

return build
