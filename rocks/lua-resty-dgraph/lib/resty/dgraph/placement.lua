--- Moves the tensors of a model and its optimizer into memory that all workers share.
local ffi = require "ffi"
local dg = require "dgraph"
local kinds = require "dgraph.link_kinds"

---@class resty.dgraph.Place
---@field key string  the name in checkpoints
---@field shape integer[]
---@field dtype string
---@field at integer  bytes from the start
---@field bytes integer
---@field start dgraph.Tensor  what the elements are at first

local placement = {}

local function add(plan, key, tensor)
  local bytes = tensor.nbytes
  plan[#plan + 1] = {
    key = key, shape = tensor.shape, dtype = tensor.dtype, at = plan.bytes, bytes = bytes,
    start = tensor,
  }
  plan[key] = plan[#plan]
  plan.bytes = plan.bytes + bytes + -bytes % 64
end

--- Parameters by the first path that leads to each.
local function first_paths(link)
  local paths, params, known = {}, {}, {}
  for path, param in link:namedparams() do
    local id = kinds.id(param)
    if not known[id] then
      known[id] = path
      paths[#paths + 1], params[#params + 1] = path, param
    end
  end
  return paths, params, known
end

--- The tensors that a link saves but does not learn.
local function each_persistent(link, f)
  for path, child in link:namedlinks() do
    for _, name in ipairs(child._persistent) do
      local value = child[name]
      if kinds.is_tensor(value) then f(child, name, (path == "/" and "" or path) .. "/" .. name) end
    end
  end
end

local function add_states(plan, optimizer, paths, params)
  for i, param in ipairs(params) do
    local rule = param.update_rule
    if not rule.state then rule:init_state(param) end
    for _, name in ipairs(rule.state_names) do
      add(plan, "optimizer" .. paths[i] .. "/" .. name, rule.state[name])
    end
    for _, name in ipairs(rule.number_names) do
      add(plan, "optimizer" .. paths[i] .. "/" .. name, dg.tensor({ rule[name] }, "float64"))
    end
  end
  plan.optimizer = optimizer
end

--- Lists all tensors that workers share, and where each will lie.
---@param link dgraph.Link
---@param optimizer dgraph.Optimizer?
---@return { bytes: integer, [integer]: resty.dgraph.Place, [string]: resty.dgraph.Place }? plan
---@return string? message
function placement.plan(link, optimizer)
  local plan = { bytes = 0 }
  local paths, params = first_paths(link)
  for i, param in ipairs(params) do
    if not param.is_initialized then return nil, paths[i] .. " has no shape" end
    add(plan, paths[i], param)
  end
  each_persistent(link, function(child, name, path) add(plan, path, child[name]) end)
  if optimizer then
    if not optimizer.create_update_rule then
      return nil, optimizer._name .. " keeps a history of its own, which workers cannot share"
    end
    optimizer:setup(link)
    add_states(plan, optimizer, paths, params)
  end
  return plan
end

--- A tensor that looks at its place.
---@param place resty.dgraph.Place
---@param base ffi.cdata*  a `uint8_t *`
---@param owner any
---@return dgraph.Tensor
function placement.view(place, base, owner)
  local pointer = ffi.cast("void *", base + place.at)
  return dg.from_pointer(pointer, place.shape, place.dtype, owner)
end

--- Has a model look at shared memory.
---@param link dgraph.Link
---@param plan table  of `placement.plan`
---@param base ffi.cdata*
---@param owner any  keeps the memory
function placement.move(link, plan, base, owner)
  local _, _, known = first_paths(link)
  local moved = {}
  each_persistent(link, function(child, name, path)
    child[name] = placement.view(plan[path], base, owner)
  end)
  for _, child in link:namedlinks() do
    local names, params = child:_own_params()
    for i, name in ipairs(names) do
      local id = kinds.id(params[i])
      if not moved[id] then
        local view = placement.view(plan[known[id]], base, owner)
        moved[id] = dg.Parameter.from(view, params[i].initializer)
      end
      child[name] = moved[id]
    end
  end
end

--- Has an optimizer keep its state in shared memory. Numbers that are no tensors are listed, to be
--- read before each step and written after it.
---@param link dgraph.Link
---@param plan table
---@param base ffi.cdata*
---@param owner any
---@return { rule: table, name: string, tensor: dgraph.Tensor }[] numbers
function placement.move_states(link, plan, base, owner)
  local numbers = {}
  plan.optimizer:setup(link)
  local paths, params = first_paths(link)
  for i, param in ipairs(params) do
    local rule, folder = param.update_rule, "optimizer" .. paths[i] .. "/"
    local state = {}
    for _, name in ipairs(rule.state_names) do
      state[name] = placement.view(plan[folder .. name], base, owner)
    end
    rule.state = state
    for _, name in ipairs(rule.number_names) do
      local tensor = placement.view(plan[folder .. name], base, owner)
      numbers[#numbers + 1] = { rule = rule, name = name, tensor = tensor }
    end
  end
  return numbers
end

--- All tensors of a piece of memory, by key.
---@param plan table
---@param base ffi.cdata*
---@param owner any
---@return table<string, dgraph.Tensor>
function placement.tensors(plan, base, owner)
  local list = {}
  for _, place in ipairs(plan) do
    list[place.key:gsub("^/", "")] = placement.view(place, base, owner)
  end
  return list
end

--- Writes what all tensors are at first.
---@param plan table
---@param base ffi.cdata*
---@param owner any
function placement.fill(plan, base, owner)
  for _, place in ipairs(plan) do placement.view(place, base, owner):copydata(place.start) end
end

--- A text that is the same for models that can share memory.
---@param plan table
---@return string
function placement.signature(plan)
  local parts = {}
  for i, place in ipairs(plan) do
    parts[i] = ("%s %s %s"):format(place.key, place.dtype, table.concat(place.shape, "x"))
  end
  return table.concat(parts, "\n")
end

return placement
