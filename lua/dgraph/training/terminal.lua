--- What progress is shown on: a terminal, whose cursor moves, or a file.
local ffi = require "ffi"

require "dgraph.utils.progress" -- declares isatty and fileno

local terminal = {}

--- Clears what stands behind the cursor.
terminal.CLEAR = "\27[J"

--- Moves the cursor up.
---@param lines integer
---@return string
function terminal.up(lines) return ("\27[%dA"):format(lines) end

--- Whether a stream is shown on a terminal. An object of the user's own says so by `is_terminal`.
---@param stream file*|{ write: function, flush: function, is_terminal: boolean? }
---@return boolean
function terminal.is_terminal(stream)
  if io.type(stream) ~= "file" then
    return type(stream) == "table" and stream.is_terminal == true
  end
  return ffi.C.dgraph_libc_isatty(ffi.C.dgraph_libc_fileno(stream)) == 1
end

return terminal
