--- Code that is the same for each of some items.
local errors = require "dgraph.errors"

-- A trace of the JIT compiler cannot become too long.
local FEW = 32

-- As locals they are no look-ups in a trace.
local GLOBALS = "local rawequal, rawget = rawequal, rawget "

--- A function that does `item` for $i = 1 ... n, then `last`. For few items it is written out: the
--- JIT compiler ends a trace at a loop, and what comes behind that is interpreted when it is to
--- return through a `pcall`.
---@param parameters string  "a, b"
---@param n integer
---@param item string  a statement about `$i`
---@param last string  a statement
---@param each? fun(i: integer): string  what to put there for item i where it is written out
---@return function
local function unroll(parameters, n, item, last, each)
  local lines = { GLOBALS .. "return function(" .. parameters .. ")" }
  if n <= FEW then
    for i = 1, n do lines[i + 1] = (each and each(i) or item):gsub("%$i", i) end
  else
    lines[2] = ("for i = 1, %d do %s end"):format(n, (item:gsub("%$i", "i")))
  end
  lines[#lines + 1] = last .. "\nend"
  return assert(loadstring(table.concat(lines, "\n"), errors.chunk_name "unroll"))()
end

return unroll
