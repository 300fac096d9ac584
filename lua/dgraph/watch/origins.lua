--- Which line of the user made each node, and by which function: noted while somebody watches.
local native = require "dgraph.native"

local C = native.C

---@class dgraph.Origin
---@field name string  the function that was called: "mean", whose nodes are sum and mul
---@field where string  "train.lua:12"
---@field node ffi.cdata*  the last node that it made

local origins = {}

---@type table<number, dgraph.Origin>  by the number of a node
local by_sequence = {}
local count, limit = 0, 1024

--- Forgets nodes that are gone.
local function sweep()
  count = 0
  for sequence, origin in pairs(by_sequence) do
    if C.dg_node_alive(origin.node) == 0 then
      by_sequence[sequence] = nil
    else
      count = count + 1
    end
  end
  limit = math.max(1024, 2 * count)
end
native.on_collect(sweep)

--- Notes the origin of the nodes from one number to another.
---@param first number
---@param last number
---@param origin dgraph.Origin
function origins.note(first, last, origin)
  if count + last - first >= limit then sweep() end
  for sequence = first, last do by_sequence[sequence] = origin end
  count = count + last - first + 1
end

--- Where a node comes from; nil if nobody watched when it was made.
---@param node ffi.cdata*
---@return dgraph.Origin?
function origins.of(node) return by_sequence[C.dg_node_sequence(node)] end

--- An error message with the place where a function was called, if that is known.
---@param message any
---@param origin dgraph.Origin?
---@return any
function origins.tell(message, origin)
  if not origin or type(message) ~= "string" then return message end
  return ("%s (%s was called at %s)"):format(message, origin.name, origin.where)
end

return origins
