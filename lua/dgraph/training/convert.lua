--- From what an iterator gives to what a loss function takes.
local create = require "dgraph.create"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local function to_device(x, device)
  if device ~= nil and native.is_tensor(x) then return x:to(device) end
  return x
end

--- One tensor of the same part of all examples.
local function join(parts, device)
  if native.is_tensor(parts[1]) then
    return to_device(require "dgraph.functions".stack(parts, 1), device)
  end
  return to_device(create.tensor(parts), device)
end

--- Joins examples: tensors or numbers to one tensor, lists part by part, tables with names to one
--- table.
local function concat_examples(examples, device)
  local first = examples[1]
  if native.is_tensor(first) or type(first) == "number" then return join(examples, device) end
  if type(first) ~= "table" then
    errors.raisef("StandardUpdater: an example is a %s, not a tensor, number or table", type(first))
  end
  local joined = {}
  for key in pairs(first) do
    local parts = {}
    for i, example in ipairs(examples) do parts[i] = example[key] end
    joined[key] = join(parts, device)
  end
  if #first == 0 then return joined end
  return unpack(joined, 1, #first)
end

local function several(device, n, ...)
  local tensors = { ... }
  for i = 1, n do tensors[i] = to_device(tensors[i], device) end
  return unpack(tensors, 1, n)
end

--- A list of examples is joined, tensors go to the device. No function is made here or by those who
--- call it, which would keep LuaJIT from compiling the loop of a training.
local function convert(converter, device, ...)
  local n, batch = select("#", ...), ...
  if batch == nil then return end
  if converter then return converter(n > 1 and { ... } or batch, device) end
  if n == 1 and not native.is_tensor(batch) then return concat_examples(batch, device) end
  if device == nil then return ... end
  return several(device, n, ...)
end

--- The next batch of an iterator, ready for a loss function. Without a converter, tensors go to the
--- device, and a list of examples is joined.
---@param iterator dgraph.SerialIterator
---@param converter? fun(batch: any, device?: dgraph.Device): ...
---@param device? dgraph.Device
---@return any ...  nothing at the end of an iterator that does not repeat
return function(iterator, converter, device)
  return convert(converter, device, iterator:next())
end
