-- What busted runs before the specs: they try this checkout, not an installed dgraph.
local ffi = require "ffi"

ffi.cdef "int setenv(const char *name, const char *value, int overwrite);"
ffi.C.setenv("DGRAPH_LIBRARY", "build/libdgraph.so", 0)
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path
