--- Elements of MATLAB 5 files, for what SciPy would not write.
local buffer = require "dgraph.utils.buffer"

local pack = buffer.pack

local mat_file = {}

--- An element with its tag, filled up to 8 bytes.
---@param kind integer
---@param data string
---@return string
function mat_file.element(kind, data)
  return pack(kind, 4) .. pack(#data, 4) .. data .. ("\0"):rep(-#data % 8)
end

--- A variable.
---@param name string
---@param class integer  9 for uint8
---@param shape integer[]
---@param numbers string  bytes
---@param opts? { flags: integer, stored: integer, shape: string, name_kind: integer }
---@return string
function mat_file.matrix(name, class, shape, numbers, opts)
  opts = opts or {}
  local sizes = {}
  for axis, size in ipairs(shape) do sizes[axis] = pack(size, 4) end
  local flags = pack(class, 1) .. pack(opts.flags or 0, 1) .. ("\0"):rep(6)
  local element = mat_file.element
  return element(14, element(6, flags) .. element(5, opts.shape or table.concat(sizes))
    .. element(opts.name_kind or 1, name) .. element(opts.stored or 2, numbers))
end

--- The first 128 bytes.
---@param version? integer
---@param mark? string  "IM" for little-endian
---@return string
function mat_file.header(version, mark)
  return ("MATLAB 5.0 MAT-file"):gsub("$", (" "):rep(105)) .. pack(version or 0x100, 2)
    .. (mark or "IM")
end

return mat_file
