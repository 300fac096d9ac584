--- Compiles the kernels of cards into the cache of DGRAPH_CACHE, by NVRTC, without a card.
--
--   luajit spec/bench/cuda/compile.lua names         the names of the kernel files, one a line
--   luajit spec/bench/cuda/compile.lua NAME [90]     one of them, for a compute capability
local ffi = require "ffi"
local C = require("dgraph.native").C

local function names()
  local list, i = {}, 0
  while C.dg_device_unit(i) ~= nil do
    list[#list + 1] = ffi.string(C.dg_device_unit(i))
    i = i + 1
  end
  C.dg_error_clear()
  return list
end

if arg[1] == "names" then
  print(table.concat(names(), "\n"))
else
  local bytes = C.dg_device_compile(arg[1], tonumber(arg[2] or 90))
  print(arg[1], bytes >= 0 and bytes or ffi.string(C.dg_error_message()))
end
