--- What all distributions share: parameters by position or name, shapes, samples, and what follows
-- from what a class computes itself.
--
-- Nothing is remembered: a property is computed whenever it is read, so that it belongs to the
-- graph, the scope and the mode of the reader. A prior that is made once serves in every step.
local check = require "dgraph.check"
local class = require "dgraph.class"
local create = require "dgraph.create"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local F = require "dgraph.functions"

--- What a parameter may be. Numbers and tables adopt dtype and device of the tensors beside them.
---@alias dgraph.ParameterLike dgraph.Tensor|number|table

--- A sample has three groups of axes: sample_shape, drawn alike and independently; batch_shape,
--- independent, each with parameters of its own; event_shape, what belongs together.
---@class dgraph.Distribution
---@field batch_shape integer[]  the common shape of the parameters, without the axes of an event
---@field event_shape integer[]  empty where an event is one number
---@field params table<string, dgraph.Tensor>  the parameters by name, as they were given
---@field support string  which values there are
---@field is_continuous boolean  whether prob is a density
---@field mean dgraph.Tensor  batch_shape, event_shape
---@field mode dgraph.Tensor  batch_shape, event_shape
---@field variance dgraph.Tensor  batch_shape, event_shape
---@field stddev dgraph.Tensor  batch_shape, event_shape
---@field covariance dgraph.Tensor  batch_shape, d, d; d is the size of an event
---@field entropy dgraph.Tensor  batch_shape; nats
---@field dtype dgraph.Dtype
---@field device dgraph.Device
local Distribution = class.new("Distribution")

--- Names in the order of their positions, and those that go together, where not all do.
---@type string[]
Distribution.parameters = {}
---@type string[][]?
Distribution.forms = nil
--- How many of a parameter's last axes are not the batch's; 0 where nothing is said.
---@type table<string, integer>
Distribution.event_axes = {}
--- Names and defaults of what is no tensor, behind the parameters.
---@type { [1]: string, [2]: any }[]
Distribution.settings = {}

--- Properties by name: functions of the object.
Distribution.getters = {}

--- A class of its own properties: `local Mine = Distribution:extend "Mine"`, with `parameters`,
--- `getters` and methods.
---@param name string
---@return table
function Distribution.extend(base, name)
  local made = class.extend(base, name)
  made.getters = setmetatable({}, { __index = base.getters })
  return made
end

--- A property of the class, or a parameter, in the shape of the whole batch.
function Distribution:__index(name)
  local own = getmetatable(self)
  local value = own[name]
  if value ~= nil then return value end
  local getter = own.getters[name]
  if getter then return getter(self) end
  local given = rawget(self, "given")
  local x = given and given[name]
  if x then return self:spread(name, x) end
  return nil
end

local function spell(shape) return "(" .. table.concat(shape, ", ") .. ")" end

function Distribution:__tostring()
  return ("%s: batch %s, event %s, %s"):format(self._name, spell(self.batch_shape),
    spell(self.event_shape), self.dtype)
end

--- One list after the other.
---@param ... any[]
---@return any[]
local function joined(...)
  local all = {}
  for i = 1, select("#", ...) do
    for _, value in ipairs((select(i, ...))) do all[#all + 1] = value end
  end
  return all
end

--- The shape that two shapes broadcast to; nil if they do not.
---@param a integer[]
---@param b integer[]
---@return integer[]?
local function common_shape(a, b)
  local shape, n = {}, math.max(#a, #b)
  for i = 1, n do
    local p, q = a[#a - n + i] or 1, b[#b - n + i] or 1
    if p ~= q and p ~= 1 and q ~= 1 then return nil end
    shape[i] = p == 1 and q or p
  end
  return shape
end

---@param a integer[]
---@param b integer[]
local function same(a, b) return table.concat(a, ",") == table.concat(b, ",") end

Distribution.joined, Distribution.common_shape, Distribution.same_shape = joined, common_shape, same

--- The arguments by name, out of positions and a table of names.
local function read(self, ...)
  local names, known, values = {}, {}, {}
  for i, name in ipairs(self.parameters) do names[i] = name end
  for _, setting in ipairs(self.settings) do names[#names + 1] = setting[1] end
  for _, name in ipairs(names) do known[name] = true end
  for i = 1, select("#", ...) do
    local value = (select(i, ...))
    if type(value) == "table" and type(next(value)) == "string" then
      for name, named in pairs(check.options(value, self._name, known)) do
        if type(values[name]) ~= "nil" then
          errors.raisef("%s: %s is given twice, by position and by name", self._name, name)
        end
        values[name] = named
      end
    elseif names[i] then
      values[names[i]] = value
    else
      errors.raisef("%s: %d arguments, at most %d (%s)", self._name, select("#", ...), #names,
        table.concat(names, ", "))
    end
  end
  return values
end

--- Raises unless those parameters are given that go together.
local function check_form(self, values)
  local got, wanted = {}, {}
  for _, name in ipairs(self.parameters) do
    if values[name] then got[#got + 1] = name end
  end
  for i, form in ipairs(self.forms or { self.parameters }) do
    if same(form, got) then return end
    wanted[i] = table.concat(form, ", ")
  end
  errors.raisef("%s: wanted %s; got %s", self._name, table.concat(wanted, " or "),
    #got == 0 and "none of these" or table.concat(got, ", "))
end

--- A number or table as a tensor like those beside it.
local function converted(self, name, value, like)
  if native.is_tensor(value) then
    if not dtypes.names_float(value.dtype) then
      errors.raisef("%s: %s must be a float tensor, got %s (cast it)", self._name, name,
        value.dtype)
    end
    return value
  end
  if type(value) ~= "number" and type(value) ~= "table" then
    errors.raisef("%s: %s must be a tensor, a number or a table, got %s", self._name, name,
      check.spell(value))
  end
  return create.tensor(value, like and { dtype = like.dtype, device = like.device })
end

--- The shape of a parameter without the axes of an event.
local function leading(self, name, x)
  local shape, event = x.shape, self.event_axes[name] or 0
  if #shape < event then
    errors.raisef("%s: %s has %d axes, wanted %d or more", self._name, name, #shape, event)
  end
  for _ = 1, event do shape[#shape] = nil end
  return shape
end

--- Takes parameters by position or, in a table behind the others, by name.
---@param ... dgraph.ParameterLike|table<string, dgraph.ParameterLike>
function Distribution:init(...)
  local values, like, first = read(self, ...), nil, nil
  check_form(self, values)
  for _, name in ipairs(self.parameters) do
    if not like and native.is_tensor(values[name]) then like = values[name] end
  end
  self.given, self.batch = {}, {}
  for _, name in ipairs(self.parameters) do
    if values[name] then
      local x = converted(self, name, values[name], like)
      local shape = leading(self, name, x)
      local batch = common_shape(self.batch, shape)
      if not batch then
        errors.raisef("%s: %s has the shape %s, which does not broadcast with %s", self._name, name,
          spell(x.shape), spell(self.batch))
      end
      if first and first.dtype ~= x.dtype then
        errors.raisef("%s: %s is %s, wanted %s as the others", self._name, name, x.dtype,
          first.dtype)
      end
      first, self.batch, self.given[name] = first or x, batch, x
    end
  end
  for _, setting in ipairs(self.settings) do
    local value = values[setting[1]]
    if type(value) == "nil" then value = setting[2] end
    self[setting[1]] = value
  end
end

--- A parameter in the shape of the batch.
---@param name string
---@param x dgraph.Tensor
---@return dgraph.Tensor
function Distribution:spread(name, x)
  local shape, event = x.shape, self.event_axes[name] or 0
  local wanted = joined(self.batch)
  for axis = #shape - event + 1, #shape do wanted[#wanted + 1] = shape[axis] end
  return same(shape, wanted) and x or F.broadcast_to(x, wanted)
end

--- Any of the parameters.
local function any_parameter(self)
  local _, x = next(rawget(self, "given"))
  return x
end

--- A value as a float tensor of the distribution's dtype. Floats stay as they are.
---@param x dgraph.Tensor|number|table
---@param method string
---@return dgraph.Tensor
function Distribution:point(x, method)
  if native.is_tensor(x) then
    return dtypes.names_float(x.dtype) and x or F.cast(x, self.dtype)
  end
  if type(x) ~= "number" and type(x) ~= "table" then
    errors.raisef("%s: %s: x must be a tensor, a number or a table, got %s", self._name, method,
      check.spell(x))
  end
  return create.tensor(x, { dtype = self.dtype, device = self.device })
end

--- The shape of n samples; an error for what is no count.
---@param n integer
---@return integer[]
function Distribution:sampled_shape(n)
  check.integer(n, self._name .. ": sample_n", "n")
  if n < 0 then errors.raisef("%s: sample_n: n is %d", self._name, n) end
  return joined({ n }, self.batch_shape, self.event_shape)
end

--- Random values; the same for the same `dg.seed`.
---@param shape? integer|integer[]  sample_shape; one sample without an axis when nil
---@return dgraph.Tensor  sample_shape, batch_shape, event_shape
function Distribution:sample(shape)
  local lead, n = shape == nil and {} or shape, 1
  local count = check.shape(lead, self._name .. ": sample")
  if type(lead) == "number" then lead = { lead } end
  for i = 1, count do n = n * lead[i] end
  return F.reshape(self:sample_n(n), joined(lead, self.batch_shape, self.event_shape))
end

--- The same distribution; the parameters are shared.
---@return dgraph.Distribution
function Distribution:copy()
  local made = setmetatable({}, getmetatable(self))
  for name, value in pairs(self) do made[name] = value end
  return made
end

--- The distribution with its parameters on a device. Gradients flow back through the move.
---@param device dgraph.Device
---@return dgraph.Distribution
function Distribution:to(device)
  local made, given = self:copy(), {}
  for name, x in pairs(self.given) do given[name] = x:to(device) end
  made.given = given
  return made
end

--- exp(log_prob(x)): the density or the probability.
---@param x dgraph.Tensor|number|table  sample_shape, batch_shape, event_shape, or what broadcasts
---@return dgraph.Tensor  sample_shape, batch_shape
function Distribution:prob(x) return F.exp(self:log_prob(x)) end

--- exp(-log_prob(x)), how surprising x is. Chainer has the name only.
---@param x dgraph.Tensor|number|table
---@return dgraph.Tensor
function Distribution:perplexity(x) return F.exp(-self:log_prob(x)) end

--- log cdf(x).
---@param x dgraph.Tensor|number|table
---@return dgraph.Tensor
function Distribution:log_cdf(x) return F.log(self:cdf(x)) end

--- 1 - cdf(x), the chance of more than x.
---@param x dgraph.Tensor|number|table
---@return dgraph.Tensor
function Distribution:survival_function(x) return 1 - self:cdf(x) end

--- log survival_function(x).
---@param x dgraph.Tensor|number|table
---@return dgraph.Tensor
function Distribution:log_survival_function(x) return F.log(self:survival_function(x)) end

local getters = Distribution.getters

function getters.batch_shape(self) return joined(self.batch) end

function getters.event_shape() return {} end

function getters.dtype(self) return any_parameter(self).dtype end

function getters.device(self) return any_parameter(self).device end

function getters.params(self)
  local params = {}
  for name, x in pairs(self.given) do params[name] = x end
  return params
end

function getters.stddev(self) return F.sqrt(self.variance) end

--- What not every class has.
for _, name in ipairs { "mean", "mode", "variance", "covariance", "entropy", "support" } do
  getters[name] = function(self) errors.raisef("%s has no %s", self._name, name) end
end

--- The logarithm of the density or the probability at x.
---@param x dgraph.Tensor|number|table  sample_shape, batch_shape, event_shape, or what broadcasts
---@return dgraph.Tensor  sample_shape, batch_shape
function Distribution:log_prob(x) -- luacheck: no unused args
  errors.raisef("%s has no log_prob", self._name)
end

--- The chance of x or less.
---@param x dgraph.Tensor|number|table
---@return dgraph.Tensor
function Distribution:cdf(x) -- luacheck: no unused args
  errors.raisef("%s has no cdf", self._name)
end

--- Where cdf is x.
---@param x dgraph.Tensor|number|table  from 0 to 1
---@return dgraph.Tensor
function Distribution:icdf(x) -- luacheck: no unused args
  errors.raisef("%s has no icdf", self._name)
end

--- n random values.
---@param n integer
---@return dgraph.Tensor  n, batch_shape, event_shape
function Distribution:sample_n(n) -- luacheck: no unused args
  errors.raisef("%s has no sample_n", self._name)
end

return Distribution
