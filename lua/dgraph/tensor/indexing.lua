--- `x[2]`, `x[{ {2, 4}, 1 }]`, `x[mask]`, and assignment to them.
--
-- A key is a position, a tensor of positions (along the first axis), a mask, or a table with one
-- item for each axis: a position (the axis goes), a slice `{from, to, step}` with both ends
-- included, `{}` for all of an axis, `dg.newaxis`, or one tensor of positions. Positions count from
-- 1, negative ones from the end.
local ffi = require "ffi"
local check = require "dgraph.check"
local convert = require "dgraph.tensor.convert"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local tensor = require "dgraph.tensor"

local C, wrap, is_tensor = native.C, native.wrap, native.is_tensor
local ONE, RANGE = tonumber(C.DG_ITEM_ONE), tonumber(C.DG_ITEM_RANGE)
local ALL, NEW = tonumber(C.DG_ITEM_ALL), tonumber(C.DG_ITEM_NEW)
local MAX_ITEMS = 2 * C.DG_MAX_NDIM

local items = ffi.new("int64_t[?]", 4 * MAX_ITEMS)

local indexing = {
  --- Stands for a new axis of size 1 in an index.
  newaxis = setmetatable({}, { __tostring = function() return "newaxis" end }),
}

local function position(value)
  if type(value) ~= "number" or value % 1 ~= 0 or value == 0 or value > 2 ^ 53
      or value < -2 ^ 53 then
    if value == 0 then errors.raise "index: positions count from 1 (or -1 from the end), got 0" end
    errors.raisef("index: a position must be an integer, got %s", check.spell(value))
  end
  return value
end

local function slice(at, item)
  for key in pairs(item) do
    if type(key) ~= "number" or key < 1 or key > 3 or key % 1 ~= 0 then
      errors.raise "index: a slice is {from, to, step}"
    end
  end
  local step = item[3] == nil and 1 or position(item[3])
  items[at] = RANGE
  items[at + 1] = item[1] == nil and (step > 0 and 1 or -1) or position(item[1])
  items[at + 2] = item[2] == nil and (step > 0 and -1 or 1) or position(item[2])
  items[at + 3] = step
end

--- Fills `items` from a table.
---@return integer count
---@return dgraph.Tensor? index  the one tensor among the items
---@return integer? axis  which axis of the result of the other items it chooses from, from 0
local function parse(key)
  local count, axes, index, axis = #key, 0, nil, nil
  if count > MAX_ITEMS then errors.raisef("index: %d items", count) end
  for i = 1, count do
    local item, at = key[i], 4 * (i - 1)
    if type(item) == "number" then
      items[at], items[at + 1] = ONE, position(item)
    else
      if item == indexing.newaxis then
        items[at] = NEW
      elseif is_tensor(item) then
        if index then errors.raise "index: at most one tensor of positions" end
        if item.dtype == "bool" then errors.raise "index: a mask stands alone: x[mask]" end
        items[at], index, axis = ALL, item, axes
      elseif type(item) == "table" and next(item) == nil then
        items[at] = ALL
      elseif type(item) == "table" then
        slice(at, item)
      else
        errors.raisef("index: %s is no position, slice or tensor", check.spell(item))
      end
      axes = axes + 1
    end
  end
  return count, index, axis
end

--- What `x[key]` is.
---@param x dgraph.Tensor
---@param key integer|table|dgraph.Tensor
---@return dgraph.Tensor
function tensor.index(x, key)
  local kind = type(key)
  if kind == "number" then
    items[0], items[1] = ONE, position(key)
    return wrap(C.dg_index(x, 1, items, 1))
  elseif kind == "table" then
    local count, index, axis = parse(key)
    local y = wrap(C.dg_index(x, count, items, 1))
    if index then y = wrap(C.dg_take(y, axis, index, 1)) end
    return y
  elseif is_tensor(key) then
    if key.dtype == "bool" then return wrap(C.dg_mask_select(x, key)) end
    return wrap(C.dg_take(x, 0, key, 1))
  end
  errors.raisef("index: %s is no position, table or tensor", check.spell(key))
end
indexing.get = tensor.index

--- Performs `x[key] = value` with one of two functions.
local function assign(x, key, value, set, fill)
  if type(value) == "boolean" then value = value and 1 or 0 end
  if type(value) == "number" then return native.check(fill(x, key, value)) end
  if type(value) == "table" then value = convert.from_table(value, x.dtype) end
  check.tensor(value, "index", "the value")
  native.check(set(x, key, value))
end

local function set_items(x, count, value) return C.dg_index_set(x, count, items, 1, value) end
local function fill_items(x, count, value) return C.dg_index_fill(x, count, items, 1, value) end
local function set_mask(x, mask, value) return C.dg_mask_set(x, mask, value) end
local function fill_mask(x, mask, value) return C.dg_mask_fill(x, mask, value) end

local function assign_places(x, axis, index, value)
  assign(x, index, value, function(_, _, v) return C.dg_take_set(x, axis, index, 1, v) end,
    function(_, _, v) return C.dg_take_fill(x, axis, index, 1, v) end)
end

--- `x[key] = value`: overwrites elements. No gradient flows through it.
---@param x dgraph.Tensor
---@param key integer|table|dgraph.Tensor
---@param value number|boolean|table|dgraph.Tensor  broadcast where it is smaller
function tensor.index_set(x, key, value)
  local kind = type(key)
  if kind == "number" then
    items[0], items[1] = ONE, position(key)
    assign(x, 1, value, set_items, fill_items)
  elseif kind == "table" then
    local count, index, axis = parse(key)
    if not index then return assign(x, count, value, set_items, fill_items) end
    assign_places(wrap(C.dg_index(x, count, items, 1)), axis, index, value)
  elseif is_tensor(key) then
    if key.dtype == "bool" then return assign(x, key, value, set_mask, fill_mask) end
    assign_places(x, 0, key, value)
  else
    errors.raisef("index: %s is no position, table or tensor", check.spell(key))
  end
end

return indexing
