--- From what an iterator gives to what a loss function takes.
local concat = require "dgraph.dataset.concat"
local native = require "dgraph.native"

local function several(device, n, ...)
  local tensors = { ... }
  for i = 1, n do tensors[i] = concat.to_device(device, tensors[i]) end
  return unpack(tensors, 1, n)
end

--- A list of examples is joined; tensors, and a table of them by name, go to the device. No
--- function is made here or by those who call it, which would keep LuaJIT from compiling the loop
--- of a training.
local function convert(converter, device, ...)
  local n, batch = select("#", ...), ...
  if batch == nil then return end
  if converter then return converter(n > 1 and { ... } or batch, device) end
  if n == 1 and type(batch) == "table" and batch[1] == nil and next(batch) ~= nil then
    return concat.to_device(device, batch)
  end
  if n == 1 and not native.is_tensor(batch) then return concat.concat_examples(batch, device) end
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
