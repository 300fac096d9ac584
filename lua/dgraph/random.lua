--- dg.random: random numbers, the same for the same seed whatever the number of threads.
--
-- Arguments stand in NumPy's order. Without a size the result is one Lua number.
local check = require "dgraph.check"
local convert = require "dgraph.tensor.convert"
local create = require "dgraph.create"
local devices = require "dgraph.devices"
local dtypes = require "dgraph.dtypes"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C = native.C

local random = {}

local OPTIONS = { dtype = true, device = true }

--- Calls a generator of C for a shape; one number where there is no shape.
local function draw(who, name, size, options, default, ...)
  if type(options) == "string" then options = { dtype = options } end
  options = check.options(options, who, OPTIONS)
  local id = dtypes.id(options.dtype or default or convert.default_dtype(), who)
  local ndim = check.shape(size == nil and 1 or size, who)
  local device = size == nil and "cpu" or options.device
  local x = devices.make(device, who, name, id, ndim, check.sizes, ...)
  if size ~= nil then return x end
  local value = x:item()
  x:release()
  return value
end

--- Starts the sequence anew: same seed, same numbers.
---@param seed integer  0 to 2^53
function random.seed(seed)
  native.check(C.dg_seed(check.integer(seed, "random.seed", "the seed")))
end

--- Where the sequence is now, for `set_state`.
---@return { seed: number, offset: number }
function random.get_state()
  return { seed = C.dg_random_seed(), offset = C.dg_random_offset() }
end

--- Goes on where `get_state` was called.
---@param state { seed: number, offset: number }
function random.set_state(state)
  if type(state) ~= "table" then errors.raise "random.set_state: wanted what get_state returned" end
  native.check(C.dg_random_set(check.number(state.seed, "random.set_state", "the seed"),
    check.number(state.offset, "random.set_state", "the offset")))
end

--- Numbers of equal chance in [low, high).
---@param low? number  0
---@param high? number  1
---@param size? integer|integer[]  nil: one number
---@param options? { dtype: dgraph.Dtype, device: dgraph.Device }|dgraph.Dtype
---@return dgraph.Tensor|number
function random.uniform(low, high, size, options)
  low, high = low == nil and 0 or low, high == nil and 1 or high
  check.number(low, "random.uniform", "low")
  check.number(high, "random.uniform", "high")
  local default = size == nil and "float64" or nil
  return draw("random.uniform", "dg_uniform", size, options, default, low, high)
end

--- Numbers of the normal distribution.
---@param loc? number  the mean; 0
---@param scale? number  the standard deviation; 1
---@param size? integer|integer[]  nil: one number
---@param options? { dtype: dgraph.Dtype, device: dgraph.Device }|dgraph.Dtype
---@return dgraph.Tensor|number
function random.normal(loc, scale, size, options)
  loc, scale = loc == nil and 0 or loc, scale == nil and 1 or scale
  check.number(loc, "random.normal", "loc")
  check.number(scale, "random.normal", "scale")
  local default = size == nil and "float64" or nil
  return draw("random.normal", "dg_normal", size, options, default, loc, scale)
end

local function shaped(who, name, p, q, ...)
  local shape, options = create.shape_and_options(who, ...)
  local x = draw(who, name, shape, { dtype = options.dtype, device = options.device }, nil, p, q)
  return create.apply(x, options)
end

--- Normal random numbers of mean 0 and deviation 1; also `dg.randn`.
---@param ... integer|integer[]|dgraph.Dtype|dgraph.TensorOptions
---@return dgraph.Tensor
function random.randn(...) return shaped("dg.randn", "dg_normal", 0, 1, ...) end

--- Random numbers of equal chance in [0, 1); also `dg.rand`.
---@param ... integer|integer[]|dgraph.Dtype|dgraph.TensorOptions
---@return dgraph.Tensor
function random.rand(...) return shaped("dg.rand", "dg_uniform", 0, 1, ...) end

--- Whole numbers of equal chance in [low, high), or [0, low) without high.
---@param low integer
---@param high? integer  not among the results
---@param size? integer|integer[]  nil: one number
---@param options? { dtype: dgraph.Dtype, device: dgraph.Device }|dgraph.Dtype  int64
---@return dgraph.Tensor|integer
function random.randint(low, high, size, options)
  if high == nil then low, high = 0, low end
  check.integer(low, "random.randint", "low")
  check.integer(high, "random.randint", "high")
  return draw("random.randint", "dg_randint", size, options, "int64", low, high)
end

--- 1 with probability p, else 0.
---@param p number
---@param size? integer|integer[]  nil: one number
---@param options? { dtype: dgraph.Dtype, device: dgraph.Device }|dgraph.Dtype  float32
---@return dgraph.Tensor|number
function random.bernoulli(p, size, options)
  check.number(p, "random.bernoulli", "p")
  return draw("random.bernoulli", "dg_bernoulli", size, options, nil, p)
end

local function permuted_positions(n)
  return devices.make("cpu", "random.permutation", "dg_permutation", n, 1)
end

--- The positions 1 to n in random order, as int64, or the rows of a tensor in random order.
---@param x integer|dgraph.Tensor
---@return dgraph.Tensor
function random.permutation(x)
  if native.is_tensor(x) then return x[permuted_positions(#x):to(x.device)] end
  return permuted_positions(check.integer(x, "random.permutation", "n"))
end

--- Brings the rows of a tensor, or the items of a list, in random order.
---@param x dgraph.Tensor|any[]
function random.shuffle(x)
  if native.is_tensor(x) then
    native.check(C.dg_assign(x, x[permuted_positions(#x):to(x.device)]))
  elseif type(x) == "table" then
    if #x < 2 then return end
    local order, items = permuted_positions(#x):totable(), {}
    for i = 1, #x do items[i] = x[order[i]] end
    for i = 1, #x do x[i] = items[i] end
  else
    errors.raisef("random.shuffle: wanted a tensor or a list, got %s", check.spell(x))
  end
end

--- The first position whose running total exceeds `u`.
local function search(totals, u)
  local low, high = 1, #totals
  while low < high do
    local middle = math.floor((low + high) / 2)
    if totals[middle] > u then high = middle else low = middle + 1 end
  end
  return low
end

--- `count` positions out of n by their probabilities, with replacement.
local function weighted(n, count, p)
  if native.is_tensor(p) then p = p:totable() end
  if type(p) ~= "table" or #p ~= n then
    errors.raisef("random.choice: p must hold %d probabilities", n)
  end
  local totals, total = {}, 0
  for i = 1, n do
    local chance = check.number(p[i], "random.choice", "p[" .. i .. "]")
    if chance < 0 or chance ~= chance then
      errors.raisef("random.choice: p[%d] is %g", i, chance)
    end
    total = total + p[i]
    totals[i] = total
  end
  if total <= 0 or total == math.huge then
    errors.raisef("random.choice: the probabilities add up to %g", total)
  end
  local chances, chosen = random.uniform(0, total, { count }, "float64"):totable(), {}
  for i = 1, count do chosen[i] = search(totals, chances[i]) end
  return convert.from_table(chosen, "int64")
end

--- Random positions out of 1 to n, or rows of a tensor.
---@param a integer|dgraph.Tensor
---@param size? integer|integer[]  nil: one, which is a number where `a` is one
---@param replace? boolean  whether something may be chosen twice; true
---@param p? number[]|dgraph.Tensor  probabilities; equal ones when nil
---@return dgraph.Tensor|integer
function random.choice(a, size, replace, p)
  local who = "random.choice"
  local n = native.is_tensor(a) and #a or check.integer(a, who, "n")
  local count = 1
  for i = 0, check.shape(size == nil and 1 or size, who) - 1 do
    count = count * tonumber(check.sizes[i])
  end
  if n < 1 and count > 0 then errors.raisef("%s: nothing to choose from", who) end
  local chosen
  if p ~= nil then
    if replace == false then errors.raisef("%s: p goes with replacement only", who) end
    chosen = weighted(n, count, p)
  elseif replace == false then
    if count > n then errors.raisef("%s: %d out of %d without replacement", who, count, n) end
    chosen = permuted_positions(n)[{ { 1, count } }]
    if count == 0 then chosen = convert.from_table({}, "int64") end
  else
    chosen = random.randint(1, n + 1, { count })
  end
  if size == nil then
    local position = chosen:item()
    return native.is_tensor(a) and a[position] or position
  end
  chosen = chosen:reshape(size)
  return native.is_tensor(a) and a[chosen] or chosen
end

return random
