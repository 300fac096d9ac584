--- A clock that only goes forward.
local ffi = require "ffi"

local Time = ffi.typeof "struct { long seconds; long nanoseconds; }"
ffi.cdef [[ int dgraph_libc_clock_gettime(int clock, void *time) asm("clock_gettime"); ]]

local MONOTONIC = ffi.os == "OSX" and 6 or ffi.os == "BSD" and 4 or 1
local time, C, tonumber = Time(), ffi.C, tonumber

--- Seconds since some fixed moment.
---@return number
local function clock()
  C.dgraph_libc_clock_gettime(MONOTONIC, time)
  return tonumber(time.seconds) + tonumber(time.nanoseconds) * 1e-9
end

return clock
