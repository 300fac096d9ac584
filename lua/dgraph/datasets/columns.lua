--- The parts of datasets that have several side by side: tensors, datasets or plain arrays.
local access = require "dgraph.dataset.access"
local concat = require "dgraph.dataset.concat"
local native = require "dgraph.native"

local columns = {}

--- One value; a row of a tensor is a copy.
---@param part any
---@param i integer
---@return any
function columns.example(part, i)
  if not native.is_tensor(part) then return access.example(part, i) end
  local row = access.rows(part, { i })
  return row:reshape { unpack(row.shape, 2) }
end

--- The values from one position to another: a view of a tensor, otherwise an array.
---@param part any
---@param from integer
---@param to integer
---@return any
function columns.slice(part, from, to)
  if native.is_tensor(part) then return part[{ { from, to } }] end
  local values = {}
  for i = from, to do values[#values + 1] = access.example(part, i) end
  return values
end

--- The values at some positions put together; several results stand in an array.
---@param part any
---@param positions integer[]
---@return any
function columns.batch(part, positions)
  local values
  if access.is_array(part) and #positions > 0 then
    values = { concat.concat_examples(access.examples(part, positions)) }
  else
    values = { access.batch(part, positions) }
  end
  return #values == 1 and values[1] or values
end

return columns
