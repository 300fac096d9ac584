--- Examples side by side: a batch out of an array of them, and moving it to a device.
local ffi = require "ffi"
local errors = require "dgraph.errors"
local native = require "dgraph.native"

local C = native.C

local WHO = "concat_examples"

local function spell_shape(x) return "(" .. table.concat(x.shape, ", ") .. ")" end

--- The shape that each of the tensors fits in. Without padding all have to have it.
local function common_shape(tensors, padded)
  local first = tensors[1]
  local shape = { unpack(first.shape) }
  for i = 2, #tensors do
    local x = tensors[i]
    if not native.is_tensor(x) then
      errors.raisef("%s: example 1 is a tensor, example %d is a %s", WHO, i, type(x))
    end
    local alike = #x.shape == #shape
    for axis = 1, alike and #shape or 0 do
      if x.shape[axis] ~= first.shape[axis] and not padded then alike = false end
      shape[axis] = math.max(shape[axis], x.shape[axis])
    end
    if not alike then
      errors.raisef("%s: example 1 has the shape %s, example %d %s%s", WHO, spell_shape(first), i,
        spell_shape(x), padded and "" or " (padding would fill up the smaller ones)")
    end
    if x.dtype ~= first.dtype then
      errors.raisef("%s: example 1 is of %s, example %d of %s", WHO, first.dtype, i, x.dtype)
    end
  end
  return shape
end

--- Whether all tensors are blocks of memory of this size on the host.
local function are_blocks(tensors, nbytes)
  for _, x in ipairs(tensors) do
    if x.device ~= "cpu" or x.nbytes ~= nbytes or not x.is_contiguous then return false end
  end
  return true
end

--- Tensors of one shape under each other.
local function stack(tensors, shape)
  local first = tensors[1]
  if not are_blocks(tensors, first.nbytes) then
    return require "dgraph.functions".stack(tensors, 1):detach()
  end
  local batch = require "dgraph".empty({ #tensors, unpack(shape) },
    { dtype = first.dtype, device = "cpu" })
  local target = ffi.cast("uint8_t *", batch:pointer())
  for i, x in ipairs(tensors) do
    ffi.copy(target + (i - 1) * first.nbytes, C.dg_bytes(x), first.nbytes)
  end
  return batch
end

--- Tensors under each other, the smaller ones filled up behind their elements.
local function stack_padded(tensors, shape, padding)
  local first = tensors[1]
  local batch = require "dgraph".full({ #tensors, unpack(shape) }, padding,
    { dtype = first.dtype, device = first.device })
  for i, x in ipairs(tensors) do
    local place = { i }
    for axis, size in ipairs(x.shape) do place[axis + 1] = { 1, size } end
    if x.size > 0 then batch[place] = x end
  end
  return batch
end

--- Moves tensors to a device, also those in a table; anything else is let through.
---@param device dgraph.Device?  nil: they stay
---@param x any
---@return any
local function to_device(device, x)
  if device == nil then return x end
  if native.is_tensor(x) then return x:to(device) end
  if type(x) ~= "table" then return x end
  local moved = {}
  for key, value in pairs(x) do moved[key] = to_device(device, value) end
  return moved
end

--- One column: tensors and numbers become one tensor, other values stay an array.
local function concat_column(values, device, padding)
  local first = values[1]
  if native.is_tensor(first) then
    local shape = common_shape(values, padding ~= nil)
    local batch = padding == nil and stack(values, shape) or stack_padded(values, shape, padding)
    return to_device(device, batch)
  end
  if type(first) == "number" or type(first) == "boolean" then
    return require "dgraph".tensor(values, { device = device })
  end
  return values
end

--- The padding of one column: that of its name or number, or the one for all.
local function padding_of(padding, key)
  if type(padding) == "table" then return padding[key] end
  return padding
end

local function column_of(batch, key, columns)
  local values = {}
  for i, example in ipairs(batch) do
    if type(example) ~= "table" or example[key] == nil or columns and #example ~= columns then
      errors.raisef("%s: example %d does not have the parts of example 1", WHO, i)
    end
    values[i] = example[key]
  end
  return values
end

--- A batch out of examples. Tensors become one with a new first axis, numbers one of float32,
--- booleans one of bool; other values stay in an array. Examples that are arrays (of an image and a
--- label, for one) give one result for each part, examples with named parts a table of them.
---
--- With `padding` the tensors may differ in their sizes: the smaller ones are filled up with it
--- behind their elements. It is one number, or a table with one for each part.
---@param batch any[]
---@param device? dgraph.Device  where the tensors go; nil: they stay
---@param padding? number|table
---@return any ...
local function concat_examples(batch, device, padding)
  if type(batch) ~= "table" or #batch == 0 then
    errors.raisef("%s: wanted an array of one example or more", WHO)
  end
  local first = batch[1]
  if type(first) ~= "table" then
    return concat_column(batch, device, padding_of(padding, 1))
  end
  if #first > 0 then
    local columns = {}
    for key = 1, #first do
      columns[key] = concat_column(column_of(batch, key, #first), device, padding_of(padding, key))
    end
    return unpack(columns, 1, #first)
  end
  local columns = {}
  for key in pairs(first) do
    columns[key] = concat_column(column_of(batch, key), device, padding_of(padding, key))
  end
  return columns
end

return { concat_examples = concat_examples, to_device = to_device }
