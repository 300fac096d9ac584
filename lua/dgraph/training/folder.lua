--- Folders: making one, and looking for files in it.
local ffi = require "ffi"

require "dgraph.utils.files" -- declares glob, globfree and strerror

ffi.cdef [[ int dgraph_libc_mkdir(const char *path, unsigned mode) asm("mkdir"); ]]

local C = ffi.C
local EEXIST = 17

-- The start of glob_t, with room for the rest.
local Glob = ffi.typeof(ffi.os == "Linux"
  and "struct { size_t count; char **paths; size_t reserved[16]; }"
  or "struct { size_t count; int matches; size_t offset; int flags; char **paths; size_t r[16]; }")

local folder = {}

--- Makes a folder and those around it; one that is there is fine.
---@param path string
---@return true? done
---@return string? message
function folder.make(path)
  local at = path:sub(1, 1) == "/" and "/" or ""
  for part in path:gmatch "[^/]+" do
    at = at .. part
    if C.dgraph_libc_mkdir(at, 511) ~= 0 and ffi.errno() ~= EEXIST then
      return nil, ("cannot make the folder %s: %s"):format(at,
        ffi.string(C.dgraph_libc_strerror(ffi.errno())))
    end
    at = at .. "/"
  end
  return true
end

local function quote(text) return (text:gsub("[%*%?%[%]\\]", "\\%0")) end

--- The names of the files in a folder that begin with `start`.
---@param path string
---@param start string
---@return string[]
function folder.list(path, start)
  local names, found = {}, Glob()
  if C.dgraph_libc_glob(quote(path .. "/" .. start) .. "*", 0, nil, found) == 0 then
    for i = 0, tonumber(found.count) - 1 do
      names[i + 1] = ffi.string(found.paths[i]):match "[^/]*$"
    end
    C.dgraph_libc_globfree(found)
  end
  return names
end

return folder
