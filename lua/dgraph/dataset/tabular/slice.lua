--- Some rows and columns of a TabularDataset.
local check = require "dgraph.check"
local errors = require "dgraph.errors"
local native = require "dgraph.native"
local view = require "dgraph.dataset.tabular.view"

local WHO = "slice"

local Slice, properties = {}, {}

--- The number of rows.
---@return integer
function Slice:len() return self.rows and #self.rows or #self.dataset end

--- The items of a list at some positions; one of the two where the other is nil.
local function choose(list, positions)
  if not list or not positions then return list or positions end
  local chosen = {}
  for i, position in ipairs(positions) do chosen[i] = list[position] end
  return chosen
end

--- Columns of the view.
---@param rows integer[]?
---@param key_indices integer[]?
---@return any[]
function Slice:get_examples(rows, key_indices)
  return self.dataset:get_examples(choose(self.rows, rows), choose(self.key_indices, key_indices))
end

function properties:keys() return choose(self.dataset.keys, self.key_indices) end

function properties:mode()
  if not self.key_indices then return self.dataset.mode end
  if self.is_single then return nil end
  return self.dataset.mode or "tuple"
end

local _, make = view.kind(Slice, properties)

--- A position from 1 on, where negative ones count from the end.
local function position(value, length, what)
  check.integer(value, WHO, "a position")
  local at = value < 0 and value + length + 1 or value
  if at < 1 or at > length then
    errors.raisef("%s: no %s %d among %d", WHO, what, value, length)
  end
  return at
end

local function rows_of_range(range, length)
  local step = range[3] == nil and 1 or check.integer(range[3], WHO, "the step")
  if step == 0 then errors.raisef("%s: the step is 0", WHO) end
  local rows = {}
  if length == 0 and range[1] == nil and range[2] == nil then return rows end
  local first, last = 1, length
  if step < 0 then first, last = last, first end
  local from = range[1] == nil and first or position(range[1], length, "row")
  local to = range[2] == nil and last or position(range[2], length, "row")
  for row = from, to, step do rows[#rows + 1] = row end
  return rows
end

local function rows_of_mask(mask, length)
  if #mask ~= length then
    errors.raisef("%s: %d booleans for %d rows", WHO, #mask, length)
  end
  local rows = {}
  for row, wanted in ipairs(mask) do
    if type(wanted) ~= "boolean" then
      errors.raisef("%s: wanted only booleans, got %s", WHO, check.spell(wanted))
    end
    if wanted then rows[#rows + 1] = row end
  end
  return rows
end

--- Rows as positions from 1 on; nil: all.
local function rows_of(rows, length)
  if rows == nil then return nil end
  local list = rows
  if native.is_tensor(rows) then
    if rows.ndim ~= 1 then
      errors.raisef("%s: a tensor of rows has one axis, not %d", WHO, rows.ndim)
    end
    list = rows:totable()
  elseif type(rows) ~= "table" then
    errors.raisef("%s: rows are an array or a tensor, not %s", WHO, check.spell(rows))
  end
  local first = list[1]
  if type(first) == "boolean" then return rows_of_mask(list, length) end
  if type(first) == "table" and #list == 1 then return rows_of_range(first, length) end
  local positions = {}
  for i, row in ipairs(list) do positions[i] = position(row, length, "row") end
  return positions
end

--- Columns as positions from 1 on; nil: all.
local function key_indices_of(keys, names)
  if keys == nil then return nil end
  local places, indices = {}, {}
  for k, name in ipairs(names) do places[name] = k end
  for i, key in ipairs(type(keys) == "table" and keys or { keys }) do
    if type(key) == "number" then
      indices[i] = position(key, #names, "column")
    else
      indices[i] = places[key]
        or errors.raisef("%s: no column %s among %s", WHO, check.spell(key),
          table.concat(names, ", "))
    end
  end
  if #indices == 0 then errors.raisef("%s: no columns are named", WHO) end
  return indices
end

---@param dataset dgraph.TabularDataset
---@param rows any
---@param keys any
---@return dgraph.TabularDataset
return function(dataset, rows, keys)
  return make { dataset = dataset, rows = rows_of(rows, #dataset),
    key_indices = key_indices_of(keys, dataset.keys), is_single = type(keys) ~= "table" }
end
