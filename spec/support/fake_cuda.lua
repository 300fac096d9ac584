--- Runs Lua code in a process of its own, where the stand-in of c/test/fake is CUDA.
local FAKE = "build/fake_cuda.so"

local HEAD = [[
package.path = "lua/?.lua;lua/?/init.lua;" .. package.path
local ffi = require "ffi"
ffi.cdef [=[
int fake_launched(void);
const char *fake_launch_name(int i);
int fake_launch_blocks(int i);
double fake_blocks(void), fake_bytes(void);
void fake_fail_allocation(int n, int count), fake_fail_launch(int n), fake_set_peers(int on);
int fake_done(int operation);
int fork(void), waitpid(int id, int *status, int options);
void _exit(int status);
]=]
local fake = ffi.load("build/fake_cuda.so")
local dg = require "dgraph"
local F, C = dg.F, require("dgraph.native").C
local function message(f, ...)
  local ok, text = pcall(f, ...)
  return not ok and tostring(text) or "no error"
end
local function flat(t, into)
  if type(t) ~= "table" then into[#into + 1] = t == true and 1 or t or 0; return into end
  for _, v in ipairs(t) do flat(v, into) end
  return into
end
]]

local built

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

--- What the code prints, without the last newline. It has `dg`, `F`, `C`, `ffi`, the stand-in's own
--- functions in `fake`, `message(f, ...)`, the error of a call, and `flat(t, {})`, all numbers of
--- nested tables. `environment` adds to or replaces variables.
return function(code, environment)
  built = built or os.execute("env -u MAKEFLAGS make -s " .. FAKE) == 0
  assert(built, FAKE .. " cannot be built")
  local variables = {
    DGRAPH_CUDA = FAKE, DGRAPH_NVRTC = FAKE, DGRAPH_CUBLAS = FAKE,
    DGRAPH_CACHE = "build/fake_cache", FAKE_CUDA_EMULATE = "$PWD/c/test/fake/emulate.h",
  }
  for name, value in pairs(environment or {}) do variables[name] = value end
  local command = {}
  for name, value in pairs(variables) do command[#command + 1] = ('%s="%s"'):format(name, value) end
  command[#command + 1] = ("luajit -e %s 2>&1"):format(quoted(HEAD .. code))
  local pipe = io.popen(table.concat(command, " "))
  local output = pipe:read "*a"
  pipe:close()
  return (output:gsub("\n$", ""))
end
